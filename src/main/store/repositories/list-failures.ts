import type { Failure } from '#shared/contract/corpora.ts'
import type { ReaderDb } from '../open.ts'
import { statement } from '../statements.ts'

interface Part {
  /** Rows that have the reason; what stands behind FROM. */
  from: string
  /** The column that holds the reason. */
  reason: string
  select: string
  order: string
}

/** In this order they are listed; each row is a `Failure`. */
const PARTS: readonly Part[] = [
  {
    from: 'failures f LEFT JOIN archives a ON a.id = f.archive_id',
    reason: 'f.reason',
    select: 'f.stage, f.reason, 1 AS n, a.name AS archive, f.offset, f.url, f.detail',
    order: 'f.id',
  },
  {
    from: 'left_out l JOIN archives a ON a.id = l.archive_id',
    reason: 'l.reason',
    select: `'record' AS stage, l.reason, l.n, a.name AS archive, l.first_offset AS offset,
      l.first_url AS url, nullif(l.detail, '') AS detail`,
    order: 'l.archive_id, l.reason, l.detail',
  },
  {
    from: 'not_paired n JOIN archives a ON a.id = n.archive_id AND n.elsewhere > 0',
    reason: 'n.rule',
    select: `'page' AS stage, n.rule AS reason, n.elsewhere AS n, a.name AS archive, NULL AS offset,
      NULL AS url, NULL AS detail`,
    order: 'n.archive_id, n.rule',
  },
  {
    from: `page_not_paired p JOIN pages g ON g.id = p.page_id
      JOIN archives a ON a.id = g.archive_id`,
    reason: 'p.rule',
    select: `'page' AS stage, p.rule AS reason, p.n, a.name AS archive, g.offset, g.url,
      NULL AS detail`,
    order: 'p.page_id, p.rule',
  },
]

/** `corpora.failures`. */
export function listFailures(
  db: ReaderDb,
  args: { reason?: string | undefined; offset: number; limit: number },
): { total: number; failures: Failure[] } {
  const reason = args.reason ?? null
  const failures: Failure[] = []
  let total = 0
  for (const part of PARTS) {
    const where = reason === null ? '' : `WHERE ${part.reason} = @reason`
    const named = reason === null ? {} : { reason }
    const { n } = statement<{ n: number }>(
      db,
      `SELECT count(*) AS n FROM ${part.from} ${where}`,
    ).get(named) as { n: number }
    const skip = Math.max(0, args.offset - total)
    const left = args.limit - failures.length
    if (left > 0 && skip < n) {
      failures.push(
        ...statement<Failure>(
          db,
          `SELECT ${part.select} FROM ${part.from} ${where} ORDER BY ${part.order}
           LIMIT @left OFFSET @skip`,
        ).all({ ...named, left, skip }),
      )
    }
    total += n
  }
  return { total, failures }
}
