import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { VersionCounts } from '#shared/contract/versions.ts'
import type { VersionInfo } from '#shared/contract/versions.ts'
import { canonicalJson } from '#shared/canonical-json.ts'
import { AppError } from '#shared/errors.ts'
import { VersionRecipe } from '#shared/versions/recipe.ts'
import type { ReaderDb, WriterDb } from '../open.ts'
import { statement } from '../statements.ts'

/** Pairs of a block: what is unpacked at once. */
export const BLOCK_PAIRS = 4096

/** Some pairs of a version, packed. */
export interface VersionBlock {
  ids: Int32Array
  bytes: Uint8Array
}

/** @param pairs in order of id, `BLOCK_PAIRS` at most */
export function packBlock(pairs: readonly { id: number; line: string }[]): VersionBlock {
  const text = pairs.map(({ id, line }) => `${id}\t${line}`).join('\n')
  return {
    ids: Int32Array.from(pairs, ({ id }) => id),
    bytes: zstdCompressSync(Buffer.from(text, 'utf8')),
  }
}

/**
 * Writes a version down, for good.
 * @throws AppError `conflict` where there is one of this name
 */
export function putVersion(
  db: WriterDb,
  version: VersionInfo & { lastPair: number },
  blocks: readonly VersionBlock[],
): void {
  if (findRow(db, version.name)) throw taken(version.name)
  const { lastInsertRowid: id } = statement(
    db,
    `INSERT INTO versions (name, note, recipe, hash, pairs, counts, last_pair, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  ).run(
    version.name,
    version.note,
    canonicalJson(version.recipe),
    version.hash,
    version.pairs,
    canonicalJson(version.counts),
    version.lastPair,
    version.createdAt,
  )
  const block = statement(
    db,
    'INSERT INTO version_blocks (version_id, block, lines) VALUES (?, ?, ?)',
  )
  const member = statement(db, 'INSERT INTO version_members (version_id, pair_id) VALUES (?, ?)')
  for (const [at, { ids, bytes }] of blocks.entries()) {
    block.run(id, at, bytes)
    for (const pair of ids) member.run(id, pair)
  }
}

export function taken(name: string): AppError {
  return new AppError(
    'conflict',
    `There is a version ${name} in this corpus, and a version is never changed.`,
    'Choose another name.',
  )
}

interface Row {
  id: number
  name: string
  note: string
  recipe: string
  hash: string
  pairs: number
  counts: string
  last_pair: number
  created_at: string
}

const COLUMNS = 'id, name, note, recipe, hash, pairs, counts, last_pair, created_at'

function findRow(db: ReaderDb, name: string): Row | undefined {
  return statement<Row>(db, `SELECT ${COLUMNS} FROM versions WHERE name = ?`).get(name)
}

/** Whether there is a version of this name, in any case. */
export function hasVersion(db: ReaderDb, name: string): boolean {
  return findRow(db, name) !== undefined
}

/** A version with what only the store needs. */
export interface StoredVersion extends VersionInfo {
  id: number
  /** The last pair that there was when it was made. */
  lastPair: number
}

/** @throws AppError `not-found` that lists what there is */
export function findVersion(db: ReaderDb, name: string): StoredVersion {
  const row = findRow(db, name)
  if (row) return read(row)
  const names = statement<{ name: string }>(db, 'SELECT name FROM versions ORDER BY id').all()
  throw new AppError(
    'not-found',
    `There is no version ${name} in this corpus.`,
    names.length > 0
      ? `There is ${names.map((one) => one.name).join(', ')}.`
      : {
          window: 'Make one under Export, Versions.',
          command: 'Make one with gleaner version create.',
        },
  )
}

/** Newest first. */
export function listVersions(db: ReaderDb): StoredVersion[] {
  return statement<Row>(db, `SELECT ${COLUMNS} FROM versions ORDER BY id DESC`).all().map(read)
}

export function infoOf({
  name,
  note,
  hash,
  pairs,
  createdAt,
  recipe,
  counts,
}: StoredVersion): VersionInfo {
  return { name, note, hash, pairs, createdAt, recipe, counts }
}

/** Checked: a corpus may come from somebody else. */
function read(row: Row): StoredVersion {
  const recipe = VersionRecipe.safeParse(JSON.parse(row.recipe))
  const counts = VersionCounts.safeParse(JSON.parse(row.counts))
  if (!recipe.success || !counts.success) {
    throw new AppError('damaged', `the version ${row.name} of this corpus cannot be read`)
  }
  return {
    id: row.id,
    name: row.name,
    note: row.note,
    recipe: recipe.data,
    hash: row.hash,
    pairs: row.pairs,
    counts: counts.data,
    lastPair: row.last_pair,
    createdAt: row.created_at,
  }
}

/**
 * The pairs of a version in order of id, as they were.
 * @throws AppError `damaged`
 */
export function* versionLines(
  db: ReaderDb,
  id: number,
): Generator<{ id: number; line: string }, void, void> {
  const get = statement<{ lines: Buffer }>(
    db,
    'SELECT lines FROM version_blocks WHERE version_id = ? AND block = ?',
  )
  for (let block = 0; ; block++) {
    const row = get.get(id, block)
    if (!row) return
    let text: string
    try {
      text = zstdDecompressSync(row.lines, { maxOutputLength: 1 << 30 }).toString('utf8')
    } catch (error) {
      throw new AppError('damaged', 'a list of pairs of a version cannot be read', undefined, {
        cause: error,
      })
    }
    for (const entry of text.split('\n')) {
      const tab = entry.indexOf('\t')
      yield { id: Number(entry.slice(0, tab)), line: entry.slice(tab + 1) }
    }
  }
}
