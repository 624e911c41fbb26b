import { existsSync } from 'node:fs'
import { basename, dirname, extname, join } from 'node:path'

/** Folders that hold one split of a dataset, as ImageFolder and its like name them. */
const SPLITS = /^(train|training|validation|valid|val|dev|test|testing|eval|evaluation)$/i
/** Folders that hold tables, with pictures beside the folder. */
const TABLE_FOLDERS = /^(annotations|captions|metadata)$/i

export function isSplitFolder(name: string): boolean {
  return SPLITS.test(name)
}

export function isTableFolder(name: string): boolean {
  return TABLE_FOLDERS.test(name)
}

/** A table as people name it: of a split with its folder, `train/metadata.jsonl`. */
export function tableName(path: string): string {
  const folder = basename(dirname(path))
  return isSplitFolder(folder) ? `${folder}/${basename(path)}` : basename(path)
}

/**
 * Folders below which files that a table names are looked for, best first: its own; the one above
 * where it lies in `train/` and the like; for COCO's `annotations/captions_val2017.json` also
 * `images/`, `val2017/` and `images/val2017/` beside `annotations/`.
 */
export function pictureRoots(table: string): string[] {
  const own = dirname(table)
  const above = dirname(own)
  if (isSplitFolder(basename(own))) return [own, above]
  if (!isTableFolder(basename(own))) return [own]
  const stem = basename(table, extname(table))
  const part = stem.slice(stem.lastIndexOf('_') + 1)
  return [own, above, join(above, 'images'), join(above, part), join(above, 'images', part)]
}

/** The column of img2dataset that names a picture in the `.tar` beside its table. */
export const SHARD_KEY = 'key'

/** The `.tar` beside a table that holds its pictures under their keys (img2dataset), or null. */
export function shardOf(table: string): string | null {
  const tar = table.replace(/\.(parquet|pq)$/i, '.tar')
  return tar !== table && existsSync(tar) ? tar : null
}
