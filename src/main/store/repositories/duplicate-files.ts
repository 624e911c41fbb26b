import type { CopyColours, CopyView, DuplicateKind } from '#shared/duplicates.ts'
import type { DuplicatesDb } from '../open-duplicates.ts'
import { statement } from '../statements.ts'

/** How a kind was looked for last. */
export interface Grouping {
  uid: string
  madeAt: string
  threshold: number
  /** Id of the model, or the text. */
  by: string | null
  /** Different pictures or texts that were looked at. */
  things: number
  /** Of perceptual ones. */
  colours: CopyColours | null
  /** The highest pair that there was. */
  upTo: number
  leftOut: { reason: string; n: number }[]
}

export function groupingOf(db: DuplicatesDb, kind: DuplicateKind): Grouping | null {
  const row = statement<Omit<Grouping, 'leftOut'> & { leftOut: string }>(
    db,
    `SELECT uid, made_at AS madeAt, threshold, made_by AS by, colours, things, up_to AS upTo,
       left_out AS leftOut FROM groupings WHERE kind = ?`,
  ).get(kind)
  return row ? { ...row, leftOut: JSON.parse(row.leftOut) as Grouping['leftOut'] } : null
}

export interface PictureMember {
  /** SHA-256 in hex, of its bytes and of those of the picture that leads its group. */
  sha256: string
  leader: string
  distance: number
  view: CopyView | null
  /** Of perceptual ones: how far its colours are from the leader's, levels of 256. */
  colour: number | null
}

export interface TextMember {
  pairId: number
  leader: number
  distance: number
}

/** Puts a grouping in place of the one before, all of it or nothing. */
export function replaceGrouping(
  db: DuplicatesDb,
  kind: DuplicateKind,
  grouping: Grouping,
  members: { pictures: Iterable<PictureMember> } | { texts: Iterable<TextMember> },
): void {
  db.transaction(() => {
    statement(
      db,
      `INSERT OR REPLACE INTO groupings
         (kind, uid, made_at, threshold, made_by, colours, things, up_to, left_out)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ).run(
      ...[kind, grouping.uid, grouping.madeAt, grouping.threshold, grouping.by],
      ...[grouping.colours, grouping.things, grouping.upTo, JSON.stringify(grouping.leftOut)],
    )
    if ('texts' in members) {
      statement(db, 'DELETE FROM text_members').run()
      const put = statement(db, 'INSERT INTO text_members VALUES (?, ?, ?)')
      for (const { pairId, leader, distance } of members.texts) put.run(pairId, leader, distance)
      return
    }
    statement(db, 'DELETE FROM picture_members WHERE kind = ?').run(kind)
    const put = statement(db, 'INSERT INTO picture_members VALUES (?, ?, ?, ?, ?, ?)')
    for (const { sha256, leader, distance, view, colour } of members.pictures) {
      const [key, ofLeader] = [Buffer.from(sha256, 'hex'), Buffer.from(leader, 'hex')]
      put.run(kind, key, ofLeader, distance, view, colour)
    }
  })()
}

export function pictureMembers(
  db: DuplicatesDb,
  kind: DuplicateKind,
): IterableIterator<PictureMember> {
  return statement<PictureMember>(
    db,
    `SELECT lower(hex(key)) AS sha256, lower(hex(leader)) AS leader, distance, view, colour
     FROM picture_members WHERE kind = ?`,
  ).iterate(kind)
}

export function textMembers(db: DuplicatesDb): IterableIterator<TextMember> {
  return statement<TextMember>(
    db,
    'SELECT pair_id AS pairId, leader, distance FROM text_members',
  ).iterate()
}

/** A picture's hashes as they are kept, little-endian words; or why it has none. */
export type KeptFingerprint = { sha256: string } & (
  { coarse: Uint32Array; fine: Uint32Array; colour: Uint8Array; reason: null } | { reason: string }
)

export function putFingerprints(db: DuplicatesDb, items: readonly KeptFingerprint[]): void {
  const put = statement(db, 'INSERT OR REPLACE INTO fingerprints VALUES (?, ?, ?, ?, ?)')
  db.transaction(() => {
    for (const one of items) {
      const key = Buffer.from(one.sha256, 'hex')
      if (one.reason !== null) put.run(key, null, null, null, one.reason)
      else {
        put.run(key, toBytes(one.coarse), toBytes(one.fine), one.colour, null)
      }
    }
  })()
}

export function hasFingerprint(db: DuplicatesDb, sha256: string): boolean {
  return (
    statement(db, 'SELECT 1 FROM fingerprints WHERE key = ?').get(Buffer.from(sha256, 'hex')) !==
    undefined
  )
}

/** The words that are looked up, or why there are none; null = not made yet. */
export function coarseOf(
  db: DuplicatesDb,
  sha256: string,
): { coarse: Uint32Array } | { reason: string } | null {
  const row = statement<{ coarse: Uint8Array | null; reason: string | null }>(
    db,
    'SELECT coarse, reason FROM fingerprints WHERE key = ?',
  ).get(Buffer.from(sha256, 'hex'))
  if (!row) return null
  return row.coarse ? { coarse: toWords(row.coarse) } : { reason: row.reason ?? 'unknown' }
}

/** What confirms a copy; there must be some. */
export function sureOf(
  db: DuplicatesDb,
  sha256: string,
): { fine: Uint32Array; colour: Uint8Array } {
  const row = statement<{ fine: Uint8Array; colour: Uint8Array }>(
    db,
    'SELECT fine, colour FROM fingerprints WHERE key = ?',
  ).get(Buffer.from(sha256, 'hex'))
  return row
    ? { fine: toWords(row.fine), colour: Uint8Array.from(row.colour) }
    : { fine: new Uint32Array(), colour: new Uint8Array() }
}

function toBytes(words: Uint32Array): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength)
}

/** A copy, as SQLite's bytes need not be aligned to four. */
function toWords(bytes: Uint8Array): Uint32Array {
  return new Uint32Array(Uint8Array.from(bytes).buffer)
}
