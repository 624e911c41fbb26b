/** Header bytes as text: UTF-8 as WARC 1.1 says, otherwise Latin-1, so that nothing gets lost. */
export function headerText(buffer: Buffer, from: number, to: number): string {
  const text = buffer.toString('latin1', from, to)
  if (!/[^\x00-\x7f]/.test(text)) return text
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(buffer.subarray(from, to))
  } catch {
    return text
  }
}

/** Fields below the first line: names lower case, the first of each, folded lines joined. */
export function parseFields(text: string): Map<string, string> {
  return parse(text, false)
}

/** The same with all fields of a name, joined by `, ` as HTTP allows. */
export function parseFieldsJoined(text: string): Map<string, string> {
  return parse(text, true)
}

function parse(text: string, join: boolean): Map<string, string> {
  const fields = new Map<string, string>()
  let name = ''
  let at = text.indexOf('\n') + 1
  while (at > 0 && at < text.length) {
    let stop = text.indexOf('\n', at)
    if (stop < 0) stop = text.length
    const first = text.charCodeAt(at)
    if (first === 32 || first === 9) {
      const more = text.slice(at, stop).trim()
      // Not trimmed as a whole: that would copy the value once for each line.
      const value = fields.get(name)
      if (name && more) fields.set(name, value ? `${value} ${more}` : more)
    } else {
      const colon = text.indexOf(':', at)
      // A line without a colon is no field; what is folded below it belongs to nothing.
      name = colon > at && colon < stop ? text.slice(at, colon).trim().toLowerCase() : ''
      if (name) {
        const value = text.slice(colon + 1, stop).trim()
        const known = fields.get(name)
        if (known === undefined) fields.set(name, value)
        else if (join) fields.set(name, `${known}, ${value}`)
        else name = ''
      }
    }
    at = stop + 1
  }
  return fields
}
