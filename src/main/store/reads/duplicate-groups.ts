import type { Database } from 'better-sqlite3'
import { comparePictures, COPY_VIEWS, pictureMerit } from '#shared/duplicates.ts'
import type { CopyView, DuplicateKind, KeeperRule, PictureMerit } from '#shared/duplicates.ts'
import { AppError } from '#shared/errors.ts'
import { folderOf } from '../open.ts'
import type { ReaderDb } from '../open.ts'
import { readDuplicates } from '../open-duplicates.ts'
import { groupingOf, pictureMembers, textMembers } from '../repositories/duplicate-files.ts'
import type { Grouping } from '../repositories/duplicate-files.ts'
import { scoreKinds } from '../repositories/models.ts'
import { statement } from '../statements.ts'

/** Groups of a kind as they were found, of two pairs or more; without what people say of them. */
export interface Groups {
  kind: DuplicateKind
  /** null: of exact ones, which are known at any time. */
  grouping: Grouping | null
  /** Groups are numbered from 1; members of g lie from starts[g] to starts[g + 1], best first. */
  count: number
  starts: Int32Array
  members: Int32Array
  /** By pair: its place in `members` plus 1, 0 = it is in no group. */
  placeOf: Int32Array
  groupOf: Int32Array
  distance(id: number): number
  view(id: number): CopyView | null
  /** Of perceptual ones, levels of 256. */
  colour(id: number): number | null
  /** What makes the first of two members the better one. */
  rule(better: number, other: number): KeeperRule
  /** Different pictures, or texts, now; and those that came after the grouping. */
  things: number
  waiting: number
}

interface Cluster {
  /** By pair: a number from 1; 0 = it has none. */
  of: Int32Array
  distanceOf: Float32Array
  viewOf: Uint8Array
  /** By picture: NaN = it is not known. */
  colourOf: Float32Array
  /** By pair: the row of its picture. */
  imageOf: Int32Array
  things: number
  waiting: number
}

const held = new WeakMap<Database, Map<DuplicateKind, { stamp: string; groups: Groups }>>()

/**
 * The groups of a kind, held in memory until rows or the grouping change.
 * @throws AppError `not-found` where this kind was never looked for
 */
export function duplicateGroups(db: ReaderDb, kind: DuplicateKind): Groups {
  const grouping =
    kind === 'exact' ? null : readDuplicates(folderOf(db), (files) => groupingOf(files, kind))
  if (kind !== 'exact' && grouping === null) {
    throw new AppError('not-found', `Nobody has looked for ${kind} duplicates in this corpus.`, {
      window: 'Look for them in Pairs, Duplicates.',
      command: `Run "gleaner duplicates CORPUS --kind ${kind}" first.`,
    })
  }
  const stamp = stampOf(db, grouping)
  let kinds = held.get(db)
  if (!kinds) held.set(db, (kinds = new Map()))
  const known = kinds.get(kind)
  if (known?.stamp === stamp) return known.groups
  const cluster = kind === 'text' ? textCluster(db, grouping) : pictureCluster(db, kind, grouping)
  const groups = inOrder(db, kind, grouping, cluster)
  kinds.set(kind, { stamp, groups })
  return groups
}

function stampOf(db: ReaderDb, grouping: Grouping | null): string {
  const rows = statement<{ pairs: number; images: number }>(
    db,
    `SELECT (SELECT ifnull(max(id), 0) FROM pairs) AS pairs,
       (SELECT count(*) FROM images WHERE status = 'ok') AS images`,
  ).get()
  const scored = scoreKinds(db)[0]
  const upTo = scored
    ? statement<{ id: number }>(
        db,
        'SELECT max(pair_id) AS id FROM scores WHERE model_id = ? AND text_source = ?',
      ).get(scored.modelId, scored.key)?.id
    : 0
  return [rows?.pairs, rows?.images, grouping?.uid, scored?.modelId, scored?.key, upTo].join(' ')
}

const lastOf = (db: ReaderDb, table: 'pairs' | 'images'): number =>
  db.prepare<[], number>(`SELECT ifnull(max(id), 0) FROM ${table}`).pluck().get() as number

/** Rows as arrays: objects of a million rows cost more than reading them. */
function rawRows<Row extends unknown[]>(db: ReaderDb, sql: string): IterableIterator<Row> {
  return db.prepare<[], Row>(sql).raw().iterate() as unknown as IterableIterator<Row>
}

function pictureCluster(db: ReaderDb, kind: DuplicateKind, grouping: Grouping | null): Cluster {
  const found = new Map<
    string,
    { leader: string; distance: number; view: number; colour: number }
  >()
  if (kind !== 'exact') {
    readDuplicates(folderOf(db), (files) => {
      for (const { sha256, leader, distance, view, colour } of pictureMembers(files, kind)) {
        const number = view ? COPY_VIEWS.indexOf(view) + 1 : 0
        found.set(sha256, { leader, distance, view: number, colour: colour ?? NaN })
      }
    })
  }
  const images = lastOf(db, 'images') + 1
  const ofImage = new Int32Array(images)
  const distanceOfImage = new Float32Array(images)
  const viewOfImage = new Uint8Array(images)
  const colourOf = new Float32Array(kind === 'perceptual' ? images : 0).fill(NaN)
  const numbers = new Map<string, number>()
  let [last, things, clusters] = ['', 0, 0]
  // In the order of an index, so that equal pictures follow each other.
  const rows = rawRows<[number, string]>(
    db,
    'SELECT id, sha256 FROM images WHERE sha256 IS NOT NULL ORDER BY sha256',
  )
  for (const [id, sha256] of rows) {
    if (sha256 !== last) {
      last = sha256
      things++
      const entry = found.get(sha256)
      if (!entry) clusters++
      else if (!numbers.has(entry.leader)) numbers.set(entry.leader, ++clusters)
    }
    const entry = found.get(sha256)
    ofImage[id] = entry ? (numbers.get(entry.leader) as number) : clusters
    if (entry) {
      distanceOfImage[id] = entry.distance
      viewOfImage[id] = entry.view
      if (kind === 'perceptual') colourOf[id] = entry.colour
    }
  }
  const pairs = lastOf(db, 'pairs') + 1
  const cluster: Cluster = {
    of: new Int32Array(pairs),
    distanceOf: new Float32Array(kind === 'exact' ? 0 : pairs),
    viewOf: new Uint8Array(kind === 'exact' ? 0 : pairs),
    colourOf,
    imageOf: new Int32Array(pairs),
    things,
    waiting: grouping ? Math.max(0, things - grouping.things) : 0,
  }
  for (const [id, image] of rawRows<[number, number]>(db, 'SELECT id, image_id FROM pairs')) {
    cluster.of[id] = ofImage[image] as number
    cluster.imageOf[id] = image
    if (kind === 'exact') continue
    cluster.distanceOf[id] = distanceOfImage[image] as number
    cluster.viewOf[id] = viewOfImage[image] as number
  }
  return cluster
}

function textCluster(db: ReaderDb, grouping: Grouping | null): Cluster {
  const pairs = lastOf(db, 'pairs') + 1
  const cluster: Cluster = {
    of: new Int32Array(pairs),
    distanceOf: new Float32Array(pairs),
    viewOf: new Uint8Array(0),
    colourOf: new Float32Array(0),
    imageOf: new Int32Array(pairs),
    things: grouping?.things ?? 0,
    waiting: 0,
  }
  readDuplicates(folderOf(db), (files) => {
    for (const { pairId, leader, distance } of textMembers(files)) {
      if (pairId >= pairs) continue
      cluster.of[pairId] = leader
      cluster.distanceOf[pairId] = distance
    }
  })
  for (const [id, image] of rawRows<[number, number]>(db, 'SELECT id, image_id FROM pairs')) {
    cluster.imageOf[id] = image
    if (grouping && id > grouping.upTo) cluster.waiting++
  }
  return cluster
}

/** What members are ordered by. */
interface Merit extends PictureMerit {
  hasAlt: boolean
  score: number
  date: string
}

function inOrder(
  db: ReaderDb,
  kind: DuplicateKind,
  grouping: Grouping | null,
  cluster: Cluster,
): Groups {
  const { of } = cluster
  let highest = 0
  for (const number of of) if (number > highest) highest = number
  const sizes = new Int32Array(highest + 1)
  for (let id = 1; id < of.length; id++) sizes[of[id] as number]!++
  sizes[0] = 0
  const numbers = new Int32Array(highest + 1)
  let [count, total] = [0, 0]
  const groupOf = new Int32Array(of.length)
  for (let id = 1; id < of.length; id++) {
    const number = of[id] as number
    if ((sizes[number] as number) < 2) continue
    if (numbers[number] === 0) numbers[number] = ++count
    groupOf[id] = numbers[number] as number
    total++
  }
  const starts = new Int32Array(count + 2)
  for (let id = 1; id < of.length; id++) {
    if (groupOf[id] !== 0) starts[(groupOf[id] as number) + 1]!++
  }
  for (let group = 1; group < starts.length; group++) starts[group]! += starts[group - 1] as number
  const filled = starts.slice()
  const members = new Int32Array(total)
  for (let id = 1; id < of.length; id++) {
    const group = groupOf[id] as number
    if (group !== 0) members[filled[group]!++] = id
  }
  const meritOf = meritsIn(db)
  for (let group = 1; group <= count; group++) {
    const part = members.subarray(starts[group], starts[group + 1])
    const merits = new Map(Array.from(part, (id) => [id, meritOf(id)]))
    part.sort((a, b) => compared(merits.get(a) as Merit, merits.get(b) as Merit)[0] || a - b)
  }
  const placeOf = new Int32Array(of.length)
  for (let at = 0; at < total; at++) placeOf[members[at] as number] = at + 1
  return {
    ...{ kind, grouping, count, starts, members, placeOf, groupOf },
    ...{ things: cluster.things, waiting: cluster.waiting },
    distance: (id) => cluster.distanceOf[id] ?? 0,
    view: (id) => COPY_VIEWS[(cluster.viewOf[id] ?? 0) - 1] ?? null,
    colour: (id) => {
      const value = cluster.colourOf[cluster.imageOf[id] ?? 0] ?? NaN
      return Number.isNaN(value) ? null : value
    },
    rule: (better, other) => compared(meritOf(better), meritOf(other))[1],
  }
}

/** Below 0 where `a` is the better one, and what tells. */
function compared(a: Merit, b: Merit): [number, KeeperRule] {
  const byPicture = comparePictures(a, b)
  if (byPicture[0] !== 0) return byPicture
  if (a.hasAlt !== b.hasAlt) return [a.hasAlt ? -1 : 1, 'alt']
  if (a.score !== b.score) return [b.score - a.score, 'score']
  if (a.date !== b.date) return [a.date < b.date ? -1 : 1, 'capture']
  return [0, 'order']
}

interface MeritRow {
  width: number | null
  height: number | null
  bytes: number | null
  mime: string | null
  hasAlt: number
  date: string | null
}

function meritsIn(db: ReaderDb): (id: number) => Merit {
  const find = statement<MeritRow>(
    db,
    `SELECT i.width, i.height, i.bytes, i.mime, ifnull(trim(p.alt), '') <> '' AS hasAlt, g.date
     FROM pairs p JOIN images i ON i.id = p.image_id JOIN pages g ON g.id = p.page_id
     WHERE p.id = ?`,
  )
  const scored = scoreKinds(db)[0]
  const score = statement<{ cosine: number }>(
    db,
    'SELECT cosine FROM scores WHERE model_id = ? AND text_source = ? AND pair_id = ?',
  )
  const nothing = { width: null, height: null, bytes: null, mime: null, hasAlt: 0, date: null }
  return (id) => {
    const row = find.get(id) ?? nothing
    return {
      ...pictureMerit(row),
      hasAlt: row.hasAlt === 1,
      score: scored ? (score.get(scored.modelId, scored.key, id)?.cosine ?? -Infinity) : -Infinity,
      // What has no date comes last.
      date: row.date ?? '~',
    }
  }
}
