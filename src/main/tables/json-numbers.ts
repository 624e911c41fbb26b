/** A string, to its end or to the end of the text; or a number that JSON does not have. */
const TOKEN = /"(?:[^"\\]|\\.)*(?:"|$)|-?Infinity|NaN/gs

/**
 * JSON, with `NaN`, `Infinity` and `-Infinity` as Python's json writes them: no value stands there.
 * @throws SyntaxError
 */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (!text.includes('NaN') && !text.includes('Infinity')) throw error
    return JSON.parse(text.replace(TOKEN, (token) => (token.startsWith('"') ? token : 'null')))
  }
}
