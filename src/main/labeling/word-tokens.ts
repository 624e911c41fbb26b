/**
 * Text as words that can be compared "up to case, white space, punctuation and Unicode form".
 *
 * A token is a run of letters, digits and marks; in scripts written without spaces one character;
 * or one emoji, currency sign or sign of arithmetic. Everything else (spaces, punctuation, dashes,
 * quotes, soft hyphens, zero-width and direction marks) stands between tokens and is not compared.
 * Apostrophes inside a word belong to it and are not compared either: don't = don’t = dont.
 */
export interface WordTokens {
  readonly count: number
  /** UTF-16 offsets of each token in the original text. */
  readonly starts: Int32Array
  readonly ends: Int32Array
  /** The folded form: NFKC, case folded, without marks that only ask for a presentation. */
  readonly folded: readonly string[]
}

/** Written without spaces between words: one character is one token. */
const UNSPACED =
  '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Thai}\\p{Script=Lao}' +
  '\\p{Script=Khmer}\\p{Script=Myanmar}々〆ー'
/** May stand inside a word without being part of what is compared. */
const JOINERS = "'’ʼ＇\\u00AD\\u034F\\u061C\\u200B-\\u200F\\u202A-\\u202E\\u2060-\\u2069\\uFEFF"
const LETTER = `[[\\p{L}\\p{N}\\p{M}]--[${UNSPACED}]]`

const TOKEN = new RegExp(
  [
    // Flags, keycaps, skin tones, families: as one token.
    '\\p{RGI_Emoji}',
    '[\\p{Extended_Pictographic}--[©®™\\u3030]]',
    `[${UNSPACED}][\\p{M}--[${UNSPACED}]]*`,
    `${LETTER}+(?:[${JOINERS}]+${LETTER}+)*`,
    '\\p{Sc}|[+±×÷°]',
  ].join('|'),
  'gv',
)
const DROPPED = new RegExp(`[${JOINERS}\\uFE00-\\uFE0F]`, 'gu')
const ASCII_WORD = /^[A-Za-z0-9]+$/

/**
 * One form for all writings of a word: NFKC; lower case by way of upper case, which unites ß and
 * ss, ſ and s, and the two small sigmas; NFKC again, since folding can break composition.
 */
export function foldWord(word: string): string {
  if (ASCII_WORD.test(word)) return word.toLowerCase()
  return (
    word
      .replace(DROPPED, '')
      .normalize('NFKC')
      .toUpperCase()
      .toLowerCase()
      .replaceAll('ς', 'σ')
      // Turkish: İ lower-cases to i and a combining dot.
      .replaceAll('i\u0307', 'i')
      .normalize('NFKC')
  )
}

/** All tokens in order. Linear. */
export function wordTokens(text: string): WordTokens {
  const starts: number[] = []
  const ends: number[] = []
  const folded: string[] = []
  for (const match of text.matchAll(TOKEN)) {
    const word = foldWord(match[0])
    if (word === '') continue
    starts.push(match.index)
    ends.push(match.index + match[0].length)
    folded.push(word)
  }
  return {
    count: folded.length,
    starts: Int32Array.from(starts),
    ends: Int32Array.from(ends),
    folded,
  }
}

/**
 * How much a token counts in a similarity: its length in characters, at least 1 and at most 6, so
 * that "a" and "of" weigh little and no single long word decides. A character of an unspaced
 * script and an emoji count 2.
 */
export function tokenWeight(folded: string): number {
  const first = folded.codePointAt(0) as number
  if (first > 0x2000 && !/^[\p{L}\p{N}]/u.test(folded)) return 2
  if (first >= 0xe00 && folded.length <= 3 && UNSPACED_START.test(folded)) return 2
  return Math.min(folded.length, 6)
}
const UNSPACED_START = new RegExp(`^[${UNSPACED}]`, 'u')
