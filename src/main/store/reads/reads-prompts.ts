import type { PromptMatch, PromptReport } from '#shared/contract/prompts.ts'
import { normaliseText } from '#shared/text/normalise-text.ts'
import { lru } from './lru.ts'
import type { ReaderDb } from '../open.ts'
import { promptTexts } from '../repositories/prompt-sets.ts'
import { currentSpanSet } from '../repositories/span-sets.ts'
import { studyOf, studyPrompts } from '../repositories/studies.ts'

type Overlap = NonNullable<PromptReport['corpus']>
type Hit = PromptMatch['pairs'][number]
type PairRow = [
  id: number,
  alt: string | null,
  caption: string | null,
  title: string | null,
  span: string | null,
]

const SOURCES = ['alt', 'caption', 'title', 'span'] as const
/** Pairs that are named of each prompt; the others are counted. */
const MAX_NAMED = 20

/** Reads that hold prompts against millions of texts. */
export function createPromptReads(context: {
  db: ReaderDb
  /** Numbers that change with the pairs, the spans and the prompts. */
  version: Readonly<Record<'pairs' | 'spans' | 'prompts', number>>
}) {
  const { db, version } = context
  const found = lru<Overlap>(4)

  function overlapOf(prompts: readonly { group: string; level: number; text: string }[]): Overlap {
    const sought = new Map<string, { text: string; match: PromptMatch }[]>()
    let longest = 0
    for (const { group, level, text } of prompts) {
      const plain = normaliseText(text)
      // What is punctuation alone would be found in every text that is.
      if (plain === '') continue
      const match: PromptMatch = { group, level, exact: 0, normalised: 0, pairs: [] }
      sought.set(plain, [...(sought.get(plain) ?? []), { text, match }])
      longest = Math.max(longest, text.length)
    }
    // In a text that is longer, spaces and punctuation would be most of it.
    const tooLong = 4 * longest + 64
    const pairs = db
      .prepare<[number], PairRow>(
        `SELECT p.id, p.alt, p.caption, p.title, s.quote FROM pairs p
         LEFT JOIN spans s ON s.set_id = ? AND s.pair_id = p.id AND s.rank = 0`,
      )
      .raw()
      .iterate(currentSpanSet(db) ?? -1) as unknown as IterableIterator<PairRow>
    let texts = 0
    for (const [pair, ...held] of pairs) {
      const hits = new Map<PromptMatch, Hit>()
      for (const [i, text] of held.entries()) {
        if (!text) continue
        texts++
        if (text.length > tooLong) continue
        for (const one of sought.get(normaliseText(text)) ?? []) {
          const exact = one.text === text.trim()
          const known = hits.get(one.match)
          if (known && (known.exact || !exact)) continue
          hits.set(one.match, { pair, source: SOURCES[i] as Hit['source'], exact })
        }
      }
      for (const [match, hit] of hits) count(match, hit)
    }
    const matches = [...sought.values()]
      .flat()
      .map(({ match }) => match)
      .filter(({ exact, normalised }) => exact + normalised > 0)
    for (const match of matches) {
      match.pairs.sort((a, b) => Number(b.exact) - Number(a.exact) || a.pair - b.pair)
      match.pairs = match.pairs.slice(0, MAX_NAMED)
    }
    return {
      texts,
      exact: matches.filter(({ exact }) => exact > 0).length,
      normalised: matches.filter(({ exact }) => exact === 0).length,
      matches,
    }
  }

  return {
    /**
     * Prompts of a set or a study that stand in the corpus as a whole alt, caption, title or span in use: as
     * they are, or but for case, punctuation and spaces (`normaliseText`). A pair counts once for a
     * prompt, exactly where one of its texts is exact.
     */
    promptOverlap(of: { set: number } | { study: string }): Overlap {
      const spans = `p${version.pairs} x${version.spans}@${currentSpanSet(db) ?? 0}`
      if ('set' in of) {
        return found.get(`${of.set} ${spans} q${version.prompts}`, () =>
          overlapOf(promptTexts(db, of.set)),
        )
      }
      // The prompts of a study never change.
      const study = studyOf(db, of.study)
      return found.get(`${study.uid} ${spans}`, () => overlapOf(studyPrompts(db, study)))
    },
  }
}

/** Exact ones are named first: room is kept for as many of either. */
function count(match: PromptMatch, hit: Hit): void {
  if (hit.exact) match.exact++
  else match.normalised++
  if ((hit.exact ? match.exact : match.normalised) <= MAX_NAMED) match.pairs.push(hit)
}
