import { createHash } from 'node:crypto'
import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  readSync,
  readdirSync,
  rmSync,
  statSync,
} from 'node:fs'
import { join } from 'node:path'
import { MAP_NAME, MapHead, MapId } from '#shared/contract/maps.ts'
import { AppError } from '#shared/errors.ts'
import { writeWhole } from '../files/write-whole.ts'

/** The arrays of a map. Items stand in the order of their keys. */
export interface MapArrays {
  /** 32 bytes for each item: that of its embedding. */
  keys: Uint8Array
  /** n x 2 */
  pca: Float32Array
  /** n x 2; empty while it is not there. */
  umap: Float32Array
  /** What new items are placed by: the middle of the embeddings, axes (a x dim), landmarks within them. */
  mean: Float32Array
  axes: Float32Array
  landmarks: Float32Array
  landmarkAt: Float32Array
}
export interface MapFile {
  head: MapHead
  arrays: MapArrays
}

const FOLDER = 'maps'
const ENDING = '.map'
const MAGIC = 'GLNRMAP1'
const NAMES = ['keys', 'pca', 'umap', 'mean', 'axes', 'landmarks', 'landmarkAt'] as const

/**
 * A map is one file, `maps/ID.map`, which can be made again: the magic, the length of its head
 * (uint32, little-endian), the head as JSON with the bytes of each array and a SHA-256 over all of
 * them, then the arrays (float32, little-endian) one after the other.
 */
export const mapPath = (corpus: string, id: string): string =>
  join(corpus, FOLDER, `${MapId.parse(id)}${ENDING}`)

export function writeMap(corpus: string, { head, arrays }: MapFile): void {
  const parts = NAMES.map((name) => bytesOf(arrays[name]))
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  const json = Buffer.from(
    JSON.stringify({
      head,
      lengths: parts.map((part) => part.byteLength),
      sha256: hash.digest('hex'),
    }),
  )
  const start = Buffer.alloc(MAGIC.length + 4)
  start.write(MAGIC, 'latin1')
  start.writeUInt32LE(json.byteLength, MAGIC.length)
  writeWhole(mapPath(corpus, head.id), Buffer.concat([start, json, ...parts]))
}

/** SHA-256 over where all items lie. */
export function placesDigest({
  keys,
  pca,
  umap,
}: Pick<MapArrays, 'keys' | 'pca' | 'umap'>): string {
  const hash = createHash('sha256')
  for (const part of [keys, pca, umap]) hash.update(bytesOf(part))
  return hash.digest('hex')
}

/** @throws AppError `not-found`, `damaged` */
export function readMap(corpus: string, id: string): MapFile {
  const path = mapPath(corpus, id)
  if (!existsSync(path)) throw notThere(id)
  const bytes = readFileSync(path)
  const { head, lengths, sha256, from } = headOf(bytes, path)
  const whole = lengths.reduce((sum, length) => sum + length, from)
  const isSound =
    bytes.byteLength === whole &&
    createHash('sha256').update(bytes.subarray(from)).digest('hex') === sha256
  if (!isSound) throw damaged(path)
  let at = from
  const floats = (length: number): Float32Array => {
    // A copy: nothing says that it begins at a multiple of four.
    const part = bytes.buffer.slice(bytes.byteOffset + at, bytes.byteOffset + at + length)
    at += length
    return new Float32Array(part)
  }
  const keys = new Uint8Array(bytes.subarray(at, at + lengths[0]!))
  at += lengths[0]!
  const [pca, umap, mean, axes, landmarks, landmarkAt] = lengths.slice(1).map(floats) as [
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
  ]
  if (keys.length !== 32 * head.items || pca.length !== 2 * head.items) throw damaged(path)
  if (umap.length !== (head.whole ? 2 * head.items : 0)) throw damaged(path)
  return { head, arrays: { keys, pca, umap, mean, axes, landmarks, landmarkAt } }
}

/** The heads of all maps of a corpus, the newest first, and what is none. */
export function listMaps(corpus: string): {
  maps: (MapHead & { madeAt: string; name: string })[]
  broken: { file: string; problem: string }[]
} {
  const folder = join(corpus, FOLDER)
  const maps: (MapHead & { madeAt: string; name: string })[] = []
  const broken: { file: string; problem: string }[] = []
  const files = existsSync(folder)
    ? readdirSync(folder).filter((name) => name.endsWith(ENDING))
    : []
  for (const file of files.sort()) {
    const path = join(folder, file)
    try {
      const { head } = headOf(beginningOf(path), path)
      if (`${head.id}${ENDING}` !== file) throw damaged(path)
      maps.push({
        ...head,
        madeAt: statSync(path).mtime.toISOString(),
        name: nameOf(corpus, head.id),
      })
    } catch (error) {
      broken.push({ file, problem: error instanceof Error ? error.message : String(error) })
    }
  }
  return { maps: maps.sort((a, b) => (a.madeAt < b.madeAt ? 1 : -1)), broken }
}

export function removeMap(corpus: string, id: string): void {
  rmSync(mapPath(corpus, id), { force: true })
  rmSync(namePath(corpus, id), { force: true })
}

/** The name of a map lies beside it, so that it says nothing of when and how the map was made. */
const namePath = (corpus: string, id: string): string =>
  join(corpus, FOLDER, `${MapId.parse(id)}.name`)

/**
 * Names a map; the empty name takes it away.
 * @throws AppError `not-found`
 */
export function nameMap(corpus: string, id: string, name: string): void {
  if (!existsSync(mapPath(corpus, id))) throw notThere(id)
  if (name === '') rmSync(namePath(corpus, id), { force: true })
  else writeWhole(namePath(corpus, id), Buffer.from(name, 'utf8'))
}

/** One line of a file that anybody may have written. */
function nameOf(corpus: string, id: string): string {
  const path = namePath(corpus, id)
  if (!existsSync(path) || statSync(path).size > 4 * MAP_NAME) return ''
  return readFileSync(path, 'utf8')
    .replace(/\p{Cc}/gu, ' ')
    .trim()
    .slice(0, MAP_NAME)
}

const notThere = (id: string): AppError =>
  new AppError('not-found', `There is no map ${id}.`, 'Make it again.')

function beginningOf(path: string): Buffer {
  const file = openSync(path, 'r')
  try {
    const start = Buffer.alloc(MAGIC.length + 4)
    readSync(file, start, 0, start.length, 0)
    const length = Math.min(start.readUInt32LE(MAGIC.length), LONGEST_HEAD)
    const all = Buffer.alloc(start.length + length)
    readSync(file, all, 0, all.length, 0)
    return all
  } finally {
    closeSync(file)
  }
}

const LONGEST_HEAD = 4_000_000

interface Head {
  head: MapHead
  lengths: number[]
  sha256: string
  from: number
}

/** @throws AppError `damaged` */
function headOf(bytes: Buffer, path: string): Head {
  try {
    if (bytes.toString('latin1', 0, MAGIC.length) !== MAGIC) throw damaged(path)
    const from = MAGIC.length + 4 + bytes.readUInt32LE(MAGIC.length)
    const { head, lengths, sha256 } = JSON.parse(
      bytes.toString('utf8', MAGIC.length + 4, from),
    ) as Record<string, unknown>
    const isList =
      Array.isArray(lengths) &&
      lengths.length === NAMES.length &&
      lengths.every((length) => Number.isSafeInteger(length) && length >= 0)
    if (!isList || typeof sha256 !== 'string') throw damaged(path)
    return { head: MapHead.parse(head), lengths: lengths as number[], sha256, from }
  } catch (error) {
    if (error instanceof AppError) throw error
    throw damaged(path, error)
  }
}

function damaged(path: string, cause?: unknown): AppError {
  return new AppError('damaged', `${path} is no whole map.`, 'Make the map again.', { cause })
}

function bytesOf(values: Uint8Array | Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
}
