import { seededRandom } from '#shared/random.ts'
import { cmmd } from '../../evaluation/measures/cmmd.ts'
import { complianceParts } from '../../evaluation/measures/compliance.ts'
import { diversity } from '../../evaluation/measures/diversity.ts'
import type { Features } from '../../evaluation/measures/features.ts'
import { frechetDistance } from '../../evaluation/measures/frechet.ts'
import { drawRows, drawSubsets, kid } from '../../evaluation/measures/kid.ts'
import { createMoments } from '../../evaluation/measures/moments.ts'
import type { Moments } from '../../evaluation/measures/moments.ts'
import { countWords, textRichness } from '../../evaluation/measures/text-richness.ts'
import type { TextRichness } from '../../evaluation/measures/text-richness.ts'
import type { CallIo, Tasks } from '../../processes/peer.ts'
import { openReader } from '../../store/open.ts'
import { textIds, textsAt } from '../../store/repositories/text-draw.ts'
import type { Distance, MeasureCalls, RichnessOf } from './measure-calls.ts'

export const measureTasks: Tasks<MeasureCalls> = {
  distance,
  diversity: ({ features }) => diversity(features),
  richness,
  richnessOfTexts,
  compliance: ({ scores, models, ...options }) => complianceParts(scores, models, options),
}

async function distance(
  { measure, a, b, seed }: MeasureCalls['distance']['input'],
  io: CallIo<MeasureCalls['distance']['event']>,
): Promise<Distance> {
  // What it says on the way need not be awaited: the work does not depend on it.
  const say = (done: number, total: number, note: string): void =>
    void io.emit({ done, total, note })
  switch (measure) {
    case 'fd': {
      const parts = 5
      const [first, second] = [
        momentsOf(a, () => say(0, parts, 'covariance of the first set')),
        momentsOf(b, () => say(1, parts, 'covariance of the second set')),
      ]
      let done = 2
      const value = frechetDistance(first, second, (note) => say(done++, parts, note))
      return { value, sd: null, interval: null }
    }
    case 'kid': {
      const random = seededRandom(seed)
      const subsets = drawSubsets(a, b, random)
      const { value, sd, interval, subsetSize } = kid(a, b, subsets, random, (done, total) =>
        say(done, total, 'subsets'),
      )
      // Where a subset is all there is, none differs from another.
      const isWhole = subsetSize === a.rows && subsetSize === b.rows
      return { value, sd: isWhole ? null : sd, interval }
    }
    case 'cmmd': {
      let done = 0
      const value = cmmd(a, b, (note) => say(done++, 3, note))
      return { value, sd: null, interval: null }
    }
  }
}

/** Rows of a set that are summed up at a time. */
const ROWS = 1024

function momentsOf({ values, dim }: Features, begin: () => void): Moments {
  begin()
  const sums = createMoments(dim)
  for (let at = 0; at < values.length; at += ROWS * dim) {
    sums.add(values.subarray(at, Math.min(values.length, at + ROWS * dim)))
  }
  return sums.moments()
}

/**
 * Both sides are drawn at the size of the smaller one, as distinct n-grams fall with size; rarity is
 * by the words before the cutoff on both.
 */
function richness({ path, text, ids, n, seed }: MeasureCalls['richness']['input']): RichnessOf {
  const db = openReader(path)
  try {
    const all = textIds(db, text)
    const kept = ids === null ? null : within(all, new Set(ids))
    const drawn = Math.min(n, all.length, kept?.length ?? Infinity)
    const draw = (from: Int32Array, of: number): string[] => {
      const rows = drawRows(from.length, drawn, seededRandom(of))
      return textsAt(
        db,
        text,
        Array.from(rows, (row) => from[row] as number),
      )
    }
    const before = draw(all, seed)
    const words = countWords(before)
    return {
      available: { before: all.length, after: kept?.length ?? null },
      n: drawn,
      before: textRichness(before, words),
      after: kept === null ? null : textRichness(draw(kept, seed + 1), words),
    }
  } finally {
    db.close()
  }
}

/** The first list says which words are rare. */
function richnessOfTexts({
  lists,
  seed,
}: MeasureCalls['richnessOfTexts']['input']): (TextRichness | null)[] {
  const words = countWords(lists[0]?.texts ?? [])
  return lists.map(({ texts, n }, i) => {
    const rows = drawRows(texts.length, n, seededRandom(seed + i))
    return textRichness(
      Array.from(rows, (row) => texts[row] as string),
      words,
    )
  })
}

function within(all: Int32Array, kept: ReadonlySet<number>): Int32Array {
  return all.filter((id) => kept.has(id))
}
