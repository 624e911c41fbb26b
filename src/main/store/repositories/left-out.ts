import type { WriterDb } from '../open.ts'
import { statement } from '../statements.ts'

/** Longer details tell no more. */
const MAX_DETAIL = 120

interface Line {
  reason: string
  detail: string
  n: number
  offset: number
  url: string | null
}

/** Counts records that are left out, before they are written down. */
export interface Tally {
  add(about: { reason: string; detail: string }, offset: number, url: string | null): void
  readonly lines: Iterable<Line>
}

export function createTally(): Tally {
  const lines = new Map<string, Line>()
  return {
    add({ reason, detail: full }, offset, url) {
      const detail = full.slice(0, MAX_DETAIL).toWellFormed()
      const key = `${reason} ${detail}`
      const line = lines.get(key)
      if (line) line.n++
      else lines.set(key, { reason, detail, n: 1, offset, url })
    },
    get lines() {
      return lines.values()
    },
  }
}

/** Adds to what an archive holds beside pages and captures; call it in a transaction. */
export function addLeftOut(db: WriterDb, archiveId: number, tally: Tally): void {
  const add = statement(
    db,
    `INSERT INTO left_out (archive_id, reason, detail, n, first_offset, first_url)
     VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (archive_id, reason, detail) DO UPDATE SET n = n + excluded.n`,
  )
  for (const { reason, detail, n, offset, url } of tally.lines) {
    add.run(archiveId, reason, detail, n, offset, url)
  }
}
