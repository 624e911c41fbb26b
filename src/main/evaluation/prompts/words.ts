/**
 * Words that say how others belong together and nothing of what a picture shows. Only English ones:
 * in another language every word counts as a content word.
 */
const FUNCTION_WORDS = new Set(
  `a an the this that these those some any each every no its their his her hers him them they it he
  she we you i me my your our and or but nor so of in on at by to for from with without into onto
  over under above below between among through across along against about around near beside behind
  before after during while as than then when where who whom whose which what is are was were be been
  being am has have had having do does did can could will would shall should may might must not very
  there here up down out off one's`
    .split(/\s+/)
    .map((word) => word.replace(/[^a-z]/g, '')),
)

/** A word of a text: where it stands (UTF-16, half-open) and the form by which it is compared. */
export interface Word {
  start: number
  end: number
  text: string
  /** Lower case, NFKC, without its ending. */
  stem: string
  isContent: boolean
}

const segmenter = new Intl.Segmenter('en', { granularity: 'word' })

/** The words of a text, by Unicode's rules for word boundaries. */
export function wordsOf(text: string): Word[] {
  const words: Word[] = []
  for (const { segment, index, isWordLike } of segmenter.segment(text)) {
    if (!isWordLike) continue
    const plain = segment.normalize('NFKC').toLowerCase().replace(/['’ʼ]/g, '')
    words.push({
      start: index,
      end: index + segment.length,
      text: segment,
      stem: stemOf(segment.normalize('NFKC').toLowerCase()),
      isContent: !FUNCTION_WORDS.has(plain),
    })
  }
  return words
}

/**
 * A word without the endings of English number, possession and verb forms, so that "dogs", "dog's"
 * and "dog", "display", "displays" and "displaying" are the same. Light on purpose: it may take two
 * words for the same ("caring", "cars"), and rarely the same for two.
 */
function stemOf(word: string): string {
  let stem = word.replace(/['’ʼ]s?$/, '').replace(/['’ʼ]/g, '')
  if (/^[a-z]{2,}ies$/.test(stem)) return stem.slice(0, -3) + 'y'
  if (/^[a-z]{2,}(?:[sxz]|ch|sh)es$/.test(stem)) stem = stem.slice(0, -2)
  else if (/^[a-z]{2,}[^s]s$/.test(stem) && !/(?:us|is)$/.test(stem)) stem = stem.slice(0, -1)
  const verb = /^([a-z]*[aeiouy][a-z]+?)(?:ing|ed)$/.exec(stem)?.[1]
  if (verb !== undefined && verb.length >= 3) {
    stem = verb.replace(/([b-df-hj-km-np-rtv-z])\1$/, '$1')
    // "tried" and "try".
    if (verb !== stem) return stem
    stem = stem.replace(/i$/, 'y')
  }
  return stem.length > 3 ? stem.replace(/e$/, '') : stem
}
