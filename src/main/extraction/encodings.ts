import { normalizeEncoding, TextDecoder as StandardDecoder } from '@exodus/bytes/encoding.js'
import { percentEncodeAfterEncoding } from '@exodus/bytes/whatwg.js'

/**
 * The Encoding standard, as browsers have it. Node's own TextDecoder takes other tables for the
 * encodings of East Asia (and reads C1 controls in windows-1252), so only its UTF-8 is used.
 */

const decoders = new Map<string, { decode(bytes: Uint8Array): string }>()

/** A label of the standard to its encoding's name, lower case; null where there is none. */
export function encodingOfLabel(label: string): string | null {
  return normalizeEncoding(label)
}

/**
 * The text of bytes in an encoding; a byte order mark is left out, what is no code is U+FFFD.
 * @param name as `encodingOfLabel` gives it
 */
export function decodeBytes(bytes: Uint8Array, name: string): string {
  if (name === 'replacement') return bytes.length === 0 ? '' : '\ufffd'
  let decoder = decoders.get(name)
  if (!decoder) {
    decoder = name === 'utf-8' ? new TextDecoder() : new StandardDecoder(name)
    decoders.set(name, decoder)
  }
  return decoder.decode(bytes)
}

/** The special-query percent-encode set of the URL standard, beside the C0 controls. */
const QUERY_SET = ' "#\'<>'

/**
 * "Percent-encode after encoding" of the URL standard for a query: pages in another encoding than
 * UTF-8 escape what they ask for in their own; what it lacks becomes a numeric reference.
 * @param name as `encodingOfLabel` gives it
 */
export function escapeQuery(query: string, name: string): string {
  return percentEncodeAfterEncoding(outputEncoding(name), query, QUERY_SET)
}

/** "Get an output encoding": nobody writes UTF-16. */
export function outputEncoding(name: string): string {
  return name === 'replacement' || name.startsWith('utf-16') ? 'utf-8' : name
}
