import { csvText } from '#shared/csv-text.ts'
import { writeWhole } from '../../files/write-whole.ts'
import type { ReaderDb } from '../../store/open.ts'
import { itemsOf, sampleOf, verdictsOf } from '../../store/repositories/judgings.ts'
import { pairsByIds } from '../../store/repositories/pairs.ts'
import { describeSample } from './describe-sample.ts'

const NOBODY: { [N in 'judge' | 'verdict' | 'at']: string | null } = {
  judge: null,
  verdict: null,
  at: null,
}

/**
 * Writes the judgements of a sample: a row for each drawn pair and judge, for an unjudged one a row
 * without. `weight` is N/n of its stratum, all drawn pairs counted.
 * @returns how many rows
 * @throws AppError `not-found` (the sample); what the file system says
 */
export function saveJudgements(
  db: ReaderDb,
  args: { sample: number; out: string; format: 'csv' | 'jsonl' },
): number {
  const row = sampleOf(db, args.sample)
  const about = describeSample(db, row)
  const said = Map.groupBy(verdictsOf(db, args.sample), ({ subject }) => subject)
  const items = itemsOf(db, args.sample)
  const pairs = new Map(
    pairsByIds(
      db,
      items.map(({ pairId }) => pairId),
    ).map((pair) => [pair.id, pair]),
  )
  const rows = items.flatMap((item) => {
    const stratum = row.strata.findIndex(({ from, to }) => item.place >= from && item.place < to)
    const { from, to, take } = row.strata[stratum] as (typeof row.strata)[number]
    const pair = pairs.get(item.pairId)
    const base = {
      sample: about.id,
      model: about.model,
      model_digest: about.modelDigest,
      text_source: about.text,
      cutoff: about.cutoff,
      position: item.position,
      pair: item.pairId,
      page: pair?.page.url ?? null,
      picture: pair?.image.url ?? null,
      sha256: pair?.image.sha256 ?? null,
      subject: item.subject,
      text: item.words,
      cosine: row.scores[item.place] as number,
      stratum,
      stratum_size: to - from,
      stratum_drawn: take,
      weight: (to - from) / take,
    }
    const judged = said.get(item.subject) ?? [NOBODY]
    return judged.map(({ judge, verdict, at }) => ({ ...base, judge, verdict, at }))
  })
  const text =
    args.format === 'jsonl'
      ? rows.map((one) => JSON.stringify(one) + '\n').join('')
      : csvText({ head: Object.keys(rows[0] ?? {}), rows: rows.map((one) => Object.values(one)) })
  writeWhole(args.out, text)
  return rows.length
}
