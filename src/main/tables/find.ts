import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { AppError } from '#shared/errors.ts'
import { notAFile, readError } from '../files/read-error.ts'
import { isSplitFolder } from './places.ts'

/** A table, with the embeddings that stand beside it row by row. */
export interface TableInput {
  path: string
  /** What its scores are called after where nobody names them: folder or file without its ending. */
  name: string
  imageEmbeddings: string | null
  textEmbeddings: string | null
}

const TABLE = /\.(parquet|pq|csv|tsv|jsonl|ndjson)(\.gz|\.zst)?$/i
const DOCUMENT = /\.json(\.gz|\.zst)?$/i
/** What lies beside tables and is none: of img2dataset, of datasets, and of our own exports. */
const NO_TABLE = /^(\d+_stats|manifest|dataset_info|dataset_infos|package|config)\.json$/i
const IMAGE_NPY = /^(image|img)[_-]?(emb|embs|embedding|embeddings|features)\.npy$/i
const TEXT_NPY = /^(text|txt|caption)[_-]?(emb|embs|embedding|embeddings|features)\.npy$/i

/**
 * The tables that a path stands for. A folder may be:
 * - what clip-retrieval writes: `metadata/metadata_N.parquet` with `img_emb/img_emb_N.npy` and
 *   `text_emb/text_emb_N.npy`;
 * - one table with `image_embeddings.npy` and `text_embeddings.npy` (or either) beside it;
 * - tables, read in the order of their names (`part-2` before `part-10`);
 * - a dataset: `train/`, `validation/`, `test/` with their tables, or COCO's `annotations/`.
 * @throws AppError `not-found`, `io`; `invalid-input` where it is not clear what belongs together
 */
export async function findTables(input: string): Promise<TableInput[]> {
  const path = resolve(input)
  let found
  try {
    found = await stat(path)
  } catch (error) {
    throw readError(path, error)
  }
  const isFolder = found.isDirectory()
  if (!isFolder && !found.isFile()) throw notAFile(path)
  if (!isFolder) {
    const name = basename(path).replace(
      /(\.(parquet|pq|csv|tsv|jsonl|ndjson|json|txt))?(\.gz|\.zst)?$/i,
      '',
    )
    return [bare(path, name)]
  }
  const files = await list(path)
  const name = basename(path)
  const parts = await clipRetrieval(path, name)
  if (parts) return parts
  const images = files.filter((file) => IMAGE_NPY.test(file))
  const texts = files.filter((file) => TEXT_NPY.test(file))
  const tables = tablesAmong(files)
  const below = await tablesBelow(path)
  if (tables.length === 0 && below.length > 0 && images.length + texts.length === 0) return below
  if (tables.length === 0) {
    throw new AppError(
      'not-found',
      `no table in ${path}`,
      'A table ends in .parquet, .csv, .tsv, .jsonl or .json, each also with .gz.',
    )
  }
  if (images.length + texts.length === 0) {
    const scores = isSplitFolder(name) ? basename(dirname(path)) : name
    return [...tables.map((file) => bare(join(path, file), scores)), ...below]
  }
  if (tables.length > 1 || images.length > 1 || texts.length > 1) {
    throw new AppError(
      'invalid-input',
      `${path} holds ${tables.length} tables (${tables.slice(0, 5).join(', ')}) and embeddings (${[...images, ...texts].join(', ')}): it is not clear which belong together`,
      'Put one table with its embeddings into a folder of its own.',
    )
  }
  return [
    {
      path: join(path, tables[0] as string),
      name,
      imageEmbeddings: images[0] === undefined ? null : join(path, images[0]),
      textEmbeddings: texts[0] === undefined ? null : join(path, texts[0]),
    },
  ]
}

function bare(path: string, name: string): TableInput {
  return { path, name, imageEmbeddings: null, textEmbeddings: null }
}

function tablesAmong(files: readonly string[]): string[] {
  const tables = files.filter((file) => TABLE.test(file))
  return tables.length > 0
    ? tables
    : files.filter((file) => DOCUMENT.test(file) && !NO_TABLE.test(file))
}

/** The tables of the splits of a dataset, or of its annotations. */
async function tablesBelow(path: string): Promise<TableInput[]> {
  const found: TableInput[] = []
  const folders = (await subfolders(path)).sort(collator.compare)
  for (const folder of folders) {
    if (!isSplitFolder(folder) && !/^annotations$/i.test(folder)) continue
    const tables = tablesAmong(await list(join(path, folder)))
    found.push(...tables.map((file) => bare(join(path, folder, file), basename(path))))
  }
  return found
}

async function clipRetrieval(path: string, name: string): Promise<TableInput[] | null> {
  const folders = await subfolders(path)
  if (!folders.includes('metadata')) return null
  if (!folders.includes('img_emb') && !folders.includes('text_emb')) return null
  const numbered = async (folder: string, pattern: RegExp): Promise<Map<number, string>> => {
    if (!folders.includes(folder)) return new Map()
    const found = (await list(join(path, folder))).flatMap((file) => {
      const match = pattern.exec(file)
      return match ? [[Number(match[1]), join(path, folder, file)] as const] : []
    })
    return new Map(found)
  }
  const tables = await numbered('metadata', /^metadata_(\d+)\.parquet$/i)
  const images = await numbered('img_emb', /^img_emb_(\d+)\.npy$/i)
  const texts = await numbered('text_emb', /^text_emb_(\d+)\.npy$/i)
  if (tables.size === 0) return null
  const missing = [...new Set([...images.keys(), ...texts.keys()])].filter((n) => !tables.has(n))
  if (missing.length > 0) {
    throw new AppError(
      'invalid-input',
      `${path} holds embeddings without their table: metadata/metadata_${missing[0]}.parquet is not there.`,
      'Put the table back, or take its embeddings away.',
    )
  }
  return [...tables]
    .sort(([a], [b]) => a - b)
    .map(([n, table]) => ({
      path: table,
      name,
      imageEmbeddings: images.get(n) ?? null,
      textEmbeddings: texts.get(n) ?? null,
    }))
}

const collator = new Intl.Collator('en', { numeric: true })

async function list(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true })
    return (
      entries
        // Pipes and devices are passed over: opening one may never end.
        .filter(
          (entry) => !entry.name.startsWith('.') && (entry.isFile() || entry.isSymbolicLink()),
        )
        .map((entry) => entry.name)
        .sort(collator.compare)
    )
  } catch (error) {
    throw readError(folder, error)
  }
}

async function subfolders(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)
}
