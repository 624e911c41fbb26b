/** Scripts that put no space between words: those are cut by the dictionaries of ICU. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u
const WORD = /[\p{L}\p{N}\p{M}]+(?:['’][\p{L}\p{N}\p{M}]+)*/gu

let segmenter: Intl.Segmenter | null = null

/**
 * The words of a text in lower case, without punctuation: runs of letters and digits, an apostrophe
 * within one kept; where the script has no spaces, as ICU's word breaks have it.
 */
export function wordsOf(text: string): string[] {
  const plain = text.normalize('NFKC').toLowerCase()
  if (!UNSPACED.test(plain)) return plain.match(WORD) ?? []
  segmenter ??= new Intl.Segmenter('und', { granularity: 'word' })
  const words: string[] = []
  for (const { segment, isWordLike } of segmenter.segment(plain)) {
    if (isWordLike === true) words.push(segment)
  }
  return words
}

/** English words that name nothing by themselves. */
const FUNCTION_WORDS = new Set(
  `a an the this that these those some any each every no another other such same own
  i you he she it we they me him her us them my your his its our their mine yours hers ours theirs
  who whom whose which what there here where when why how
  and or but nor so yet if then than as while because although though unless until since whether
  of in on at by for with about against between into through during before after above below to from
  up down out off over under again further near beside behind within without along across around toward towards upon via per
  is am are was were be been being have has had having do does did doing will would shall should can could may might must
  not only very too also just more most less least many much few several all both either neither one's`
    .split(/\s+/)
    .filter((word) => word !== ''),
)

/**
 * The words of a text that may name something: each once, function words of English and numbers
 * left out. A light rule: it knows no parts of speech, so adjectives and verbs count, "hot dog" is
 * two, and other languages keep their function words.
 */
export function conceptsOf(words: readonly string[]): Set<string> {
  return new Set(words.filter((word) => /\p{L}/u.test(word) && !FUNCTION_WORDS.has(word)))
}
