import { type AlignedText, codePoints, textOf, transform } from './aligned-text.ts'

/**
 * SentencePiece's `precompiled_charsmap`: the length of a trie in bytes, the trie (Darts' double
 * array of 32-bit units, by UTF-8 bytes), then the replacements, each ended by a zero. The rules
 * are applied as Hugging Face's tokenizers apply them: to a grapheme of less than 6 bytes, else to
 * its characters, and each time the shortest entry that begins it.
 */
export function precompiledCharsmap(base64: string): ((text: AlignedText) => AlignedText) | null {
  const bytes = Buffer.from(base64, 'base64')
  if (bytes.length < 4) return null
  const size = bytes.readUInt32LE(0)
  if (size % 4 !== 0 || size === 0 || 4 + size > bytes.length) return null
  const units = new Uint32Array(size / 4)
  for (let i = 0; i < units.length; i++) units[i] = bytes.readUInt32LE(4 + i * 4)
  const replacements = bytes.subarray(4 + size)

  const offset = (unit: number): number => (unit >>> 10) << ((unit & (1 << 9)) >>> 6)
  const lookUp = (key: string): Uint32Array | null => {
    let at = offset(units[0] as number)
    for (const byte of Buffer.from(key, 'utf8')) {
      if (byte === 0) return null
      at ^= byte
      const unit = units[at] ?? 0
      if ((unit & (0x80000000 | 0xff)) !== byte) return null
      at ^= offset(unit)
      if ((unit >>> 8) & 1) {
        const start = (units[at] ?? 0) & 0x7fffffff
        const end = replacements.indexOf(0, start)
        if (start > replacements.length) return null
        return codePoints(replacements.toString('utf8', start, end < 0 ? replacements.length : end))
      }
    }
    return null
  }
  const cache = new Map<string, Uint32Array | null>()
  const replacement = (key: string): Uint32Array | null => {
    let known = cache.get(key)
    if (known === undefined) {
      known = lookUp(key)
      if (cache.size > 100_000) cache.clear()
      cache.set(key, known)
    }
    return known
  }
  const ascii = Array.from({ length: 128 }, (_, c) => lookUp(String.fromCharCode(c)))

  return (text) => {
    const plain = text.chars.every((c) => c < 128 && ascii[c] === null)
    if (plain) return text
    const chars: number[] = []
    const changes: number[] = []
    let isChanged = false
    const replace = (old: number, by: Uint32Array): void => {
      isChanged = true
      const more = by.length - old
      for (let k = 0; k < by.length; k++) {
        chars.push(by[k] as number)
        changes.push(k >= by.length - more ? 1 : 0)
      }
      // The one before is the one that swallows what is gone, whatever it was.
      if (more < 0 && changes.length > 0) {
        changes[changes.length - 1] = (changes[changes.length - 1] as number) + more
      }
    }
    for (const cluster of graphemes(text.chars)) {
      const key = textOf(cluster)
      const whole = Buffer.byteLength(key) < 6 ? replacement(key) : null
      if (whole) {
        replace(cluster.length, whole)
        continue
      }
      for (const code of cluster) {
        const by = replacement(String.fromCodePoint(code))
        if (by) replace(1, by)
        else {
          chars.push(code)
          changes.push(0)
        }
      }
    }
    return isChanged ? transform(text, chars, changes) : text
  }
}

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** Extended grapheme clusters (UAX 29). Below U+0300 only CR LF is one of two characters. */
function* graphemes(chars: Uint32Array): Generator<Uint32Array> {
  const isSimple = (i: number): boolean => i >= chars.length || (chars[i] as number) < 0x300
  for (let i = 0; i < chars.length;) {
    if (isSimple(i) && isSimple(i + 1)) {
      const n = chars[i] === 13 && chars[i + 1] === 10 ? 2 : 1
      yield chars.subarray(i, i + n)
      i += n
      continue
    }
    let end = i + 1
    while (end < chars.length && !(isSimple(end) && isSimple(end + 1))) end++
    let at = i
    for (const { segment } of segmenter.segment(textOf(chars.subarray(i, end)))) {
      const n = codePoints(segment).length
      yield chars.subarray(at, at + n)
      at += n
    }
    i = end
  }
}
