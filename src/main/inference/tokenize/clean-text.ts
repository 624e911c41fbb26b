import { decodeHTML } from 'entities'
import type { TokenRecipe } from './recipe.ts'

/** Python's `string.punctuation`, which SigLIP's reference removes. */
const PUNCTUATION = /[!"#$%&'()*+,\-./:;<=>?@[\\\]^_`{|}~]/g
/** What Python's `\s` and `str.strip()` take for white space. */
const SPACE = '[\\p{White_Space}\\x1c-\\x1f]'
const SPACES = new RegExp(`${SPACE}+`, 'gu')
const EDGES = new RegExp(`^${SPACE}+|${SPACE}+$`, 'gu')

/** Characters that HTML does not allow to be written as a number; Python drops them. */
function isDropped(code: number): boolean {
  return (
    (code >= 0x1 && code <= 0x8) ||
    code === 0xb ||
    (code >= 0xe && code <= 0x1f) ||
    (code >= 0x7f && code <= 0x9f) ||
    (code >= 0xfdd0 && code <= 0xfdef) ||
    (code & 0xfffe) === 0xfffe
  )
}

/** Python's `html.unescape`: all of HTML 5's names, the old ones also without a semicolon. */
export function unescapeHtml(text: string): string {
  if (!text.includes('&')) return text
  return text.replace(/&(#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[^\t\n\f <&#;]{1,32};?)/g, (whole, body) => {
    const name = body as string
    if (!name.startsWith('#')) return decodeHTML(whole)
    const digits = name.replace(';', '')
    const code = /^#x/i.test(digits) ? parseInt(digits.slice(2), 16) : parseInt(digits.slice(1), 10)
    if (code >= 0x80 && code <= 0x9f) return decodeHTML(`&#${code};`)
    if (code === 0x0d) return '\r'
    if (code === 0 || (code >= 0xd800 && code <= 0xdfff) || code > 0x10ffff) return '\ufffd'
    return isDropped(code) ? '' : String.fromCodePoint(code)
  })
}

/** What the manifest says is done to a text before the tokenizer sees it. */
export function cleanText(text: string, how: TokenRecipe['clean']): string {
  switch (how) {
    case 'none':
      return text
    case 'openai':
      // openai/CLIP, simple_tokenizer.py: basic_clean, whitespace_clean; lowering is the tokenizer's.
      return unescapeHtml(unescapeHtml(text)).replace(SPACES, ' ').replace(EDGES, '')
    case 'siglip':
      // transformers, SiglipTokenizer.canonicalize_text; big_vision lowers first.
      return text.toLowerCase().replace(PUNCTUATION, '').replace(SPACES, ' ').replace(EDGES, '')
  }
}
