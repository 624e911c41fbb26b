import type { CallArgs, CallOutput } from '#shared/contract/index.ts'
import type { ReaderDb } from '../open.ts'
import { readState } from '../repositories/labels.ts'
import type { Speaker } from '../repositories/labels.ts'
import { pairRows } from '../repositories/pairs.ts'
import { statement } from '../statements.ts'
import { fold } from './sql-functions.ts'

/**
 * How many pairs a speaker labeled today: those whose answer now is a label, and another one than at
 * midnight by this machine's clock. A flag, a note, or a label that was taken back is none.
 */
export function labeledToday(db: ReaderDb, { annotator, review }: Speaker): number {
  const midnight = new Date()
  midnight.setHours(0, 0, 0, 0)
  const since = midnight.toISOString()
  const events = statement<{ pair_id: number; answer: string; status: string }>(
    db,
    `SELECT pair_id, status, json_extract(state, '$.spans') AS answer FROM label_events
     WHERE annotator = ? AND review = ? AND at >= ? ORDER BY at DESC, uid DESC`,
  ).iterate(annotator, Number(review), since)
  const now = new Map<number, { answer: string; status: string }>()
  for (const { pair_id, answer, status } of events) {
    if (!now.has(pair_id)) now.set(pair_id, { answer, status })
  }
  const before = statement<{ answer: string; status: string }>(
    db,
    `SELECT status, json_extract(state, '$.spans') AS answer FROM label_events
     WHERE pair_id = ? AND annotator = ? AND review = ? AND at < ? ORDER BY at DESC, uid DESC LIMIT 1`,
  )
  let n = 0
  for (const [pair, { answer, status }] of now) {
    if (status !== 'labeled') continue
    const last = before.get(pair, annotator, Number(review), since)
    if (last?.status !== 'labeled' || last.answer !== answer) n++
  }
  return n
}

type Args = Omit<CallArgs<'labels.list'>, 'corpus'>

/** What is said now, one row a pair. */
const SAID = `FROM labels l WHERE l.annotator = @annotator AND l.review = @review
  AND l.status <> 'open'`
/** Of those, what is asked for; null = whatever. */
const FOUND = `${SAID}
  AND CASE @status WHEN 'flagged' THEN l.flagged = 1
    WHEN 'none' THEN l.status = 'labeled' AND l.spans = 0
    ELSE ifnull(@status, l.status) = l.status END
  AND (@day IS NULL OR date(l.at, 'localtime') = @day)
  AND (@type IS NULL OR EXISTS (SELECT 1 FROM json_each(l.state, '$.spans') s
    WHERE json_extract(s.value, '$.type') = @type))
  AND (@text = '' OR folded_contains(json_extract(l.state, '$.note'), @text)
    OR EXISTS (SELECT 1 FROM json_each(l.state, '$.spans') s
      WHERE folded_contains(json_extract(s.value, '$.quote'), @text)))`

/** `labels.list` */
export function labelList(db: ReaderDb, args: Args): CallOutput<'labels.list'> {
  const { status, day, type, limit, offset } = args
  const speaker = { annotator: args.annotator, review: Number(args.review) }
  const named = { ...speaker, status, day, type, text: fold(args.text.trim()) }
  const total = statement<{ n: number }>(db, `SELECT count(*) AS n ${FOUND}`).get(named)?.n ?? 0
  const found = statement<{ pair: number; state: string; at: string }>(
    db,
    `SELECT l.pair_id AS pair, l.state, l.at ${FOUND}
     ORDER BY l.at DESC, l.uid DESC LIMIT @limit OFFSET @offset`,
  ).all({ ...named, limit, offset })
  const rows = new Map(
    pairRows(db, { ids: found.map(({ pair }) => pair), prefer: null, score: null }).map((row) => [
      row.id,
      row,
    ]),
  )
  return {
    total,
    rows: found.flatMap(({ pair, state, at }) => {
      const row = rows.get(pair)
      return row ? [{ row, state: readState(state), at }] : []
    }),
    days: statement<{ day: string; n: number }>(
      db,
      `SELECT date(l.at, 'localtime') AS day, count(*) AS n ${SAID} GROUP BY day ORDER BY day DESC`,
    ).all(speaker),
    types: statement<{ name: string; n: number }>(
      db,
      `SELECT json_extract(s.value, '$.type') AS name, count(DISTINCT l.pair_id) AS n
       FROM labels l, json_each(l.state, '$.spans') s
       WHERE l.annotator = @annotator AND l.review = @review AND l.status = 'labeled'
       GROUP BY name ORDER BY n DESC, name`,
    )
      .all(speaker)
      .map(({ name, n }) => ({ type: name, n })),
  }
}
