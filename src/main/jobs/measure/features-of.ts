import { open } from 'node:fs/promises'
import { AppError } from '#shared/errors.ts'
import type { MeasuredSet } from '#shared/contract/jobs/measure.ts'
import { seededRandom } from '#shared/random.ts'
import type { Features } from '../../evaluation/measures/features.ts'
import { drawRows } from '../../evaluation/measures/kid.ts'
import { sha256OfFile } from '../../files/digest.ts'
import { sniff } from '../../images/format.ts'
import type { PictureSource } from '../../inference/pictures/picture-source.ts'
import { blobPath } from '../../store/blobs.ts'
import { openReader } from '../../store/open.ts'
import type { ReaderDb } from '../../store/open.ts'
import { getEmbedding, keyFromHex } from '../../store/repositories/embeddings.ts'
import { listModels } from '../../store/repositories/models.ts'
import { keptPictures } from '../../store/repositories/picture-set.ts'
import { findStudySet, setPictures } from '../../store/repositories/study-sets.ts'
import { openNpy } from '../../tables/npy.ts'
import { openNpz } from '../../tables/npz.ts'
import type { FeatureModel, LoadedFeatures } from './feature-model.ts'
import { picturesBelow } from './sources.ts'
import type { FeatureSource } from './sources.ts'

/** Features of one side with what is stamped on a number of them. */
export interface SetFeatures {
  features: Features
  set: MeasuredSet
  /** Of the model; null for features of a file. */
  resize: string | null
}

export interface FeaturesOptions {
  /** Rows to draw; null = all. */
  n: number | null
  seed: number
  signal: AbortSignal
  /** Loads the model when the first picture needs it. */
  model(): Promise<{ model: FeatureModel; loaded(): Promise<LoadedFeatures> }>
  progress(done: number, total: number): void
  /** Pictures of a prompt of a study at most, from the first take; without it all. */
  takes?: number | null
  /** Features that are kept by the SHA-256 of their picture. */
  cache?: FeatureCache
}

export interface FeatureCache {
  known(sha256: string): Float32Array | null
  keep(items: readonly { sha256: string; vector: Float32Array }[]): void
}

/** Pictures that go to the inference host in one call. */
const BATCH = 64
const MOST_REASONS = 20
/** Of both sides together several gigabytes would be held. */
const MOST_BYTES = 4 * 2 ** 30

/**
 * The features of a source, drawn by a seed: the same rows of the same pictures every time.
 * Pictures that cannot be read are left out and counted by reason.
 *
 * @throws AppError `invalid-input` where fewer are there than asked for, and what models and files
 *   throw; an abort throws its reason
 */
export function featuresOf(source: FeatureSource, options: FeaturesOptions): Promise<SetFeatures> {
  switch (source.kind) {
    case 'folder':
      return ofFolder(source.path, options)
    case 'corpus':
      return ofCorpus(source.path, options)
    case 'features':
      return ofFile(source.path, options)
    case 'study':
      return ofStudy(source, options)
  }
}

async function ofFile(path: string, options: FeaturesOptions): Promise<SetFeatures> {
  const file = await (/\.npz$/i.test(path) ? openNpz : openNpy)(path)
  try {
    const rows = drawn(path, file.rows, options)
    const { dims: dim } = file
    const values = room(path, rows.length, dim)
    // In the order of the file, so that it is read from its beginning to its end.
    for (let at = 0; at < rows.length;) {
      let end = at + 1
      while (end < rows.length && end - at < 4096 && rows[end] === (rows[end - 1] as number) + 1) {
        end++
      }
      values.set(await file.read(rows[at] as number, end - at), at * dim)
      options.signal.throwIfAborted()
      at = end
    }
    return {
      features: { rows: rows.length, dim, values },
      resize: null,
      set: { source: path, available: file.rows, n: rows.length, formats: {}, leftOut: {} },
    }
  } finally {
    await file.close()
  }
}

async function ofFolder(path: string, options: FeaturesOptions): Promise<SetFeatures> {
  const files = picturesBelow(path)
  const rows = drawn(path, files.length, options)
  const items = Array.from(rows, (row): Item => ({ path: files[row] as string }))
  return ofPictures(path, files.length, items, options)
}

async function ofCorpus(path: string, options: FeaturesOptions): Promise<SetFeatures> {
  const db = openReader(path)
  try {
    const pictures = keptPictures(db).map(({ sha256 }) => sha256)
    return await ofKept(path, path, pictures, db, options)
  } finally {
    db.close()
  }
}

async function ofStudy(
  { path, set }: Extract<FeatureSource, { kind: 'study' }>,
  options: FeaturesOptions,
): Promise<SetFeatures> {
  const db = openReader(path)
  try {
    const pictures = setPictures(db, findStudySet(db, set), options.takes ?? null)
    return await ofKept(`${path}#${set}`, path, pictures, db, options)
  } finally {
    db.close()
  }
}

/** Of pictures whose bytes a corpus keeps, with the features that it has. */
async function ofKept(
  source: string,
  corpus: string,
  pictures: readonly string[],
  db: ReaderDb,
  options: FeaturesOptions,
): Promise<SetFeatures> {
  const rows = drawn(source, pictures.length, options)
  const { model } = await options.model()
  const modelId = listModels(db).find(({ digest }) => digest === model.digest)?.id
  const known = (sha256: string): Float32Array | null =>
    modelId === undefined
      ? null
      : getEmbedding(db, { modelId, kind: 'image', key: keyFromHex(sha256) })
  const items = Array.from(rows, (row): Item => {
    const sha256 = pictures[row] as string
    return { path: blobPath(corpus, sha256), sha256, known }
  })
  return ofPictures(source, pictures.length, items, options)
}

interface Item {
  path: string
  /** Where it is known; else it is read where features are kept. */
  sha256?: string
  /** Features that were worked out before. */
  known?: (sha256: string) => Float32Array | null
}

async function ofPictures(
  source: string,
  available: number,
  items: readonly Item[],
  options: FeaturesOptions,
): Promise<SetFeatures> {
  const { model, loaded } = await options.model()
  const { dim } = model
  const values = room(source, items.length, dim)
  const formats: Record<string, number> = {}
  const leftOut: Record<string, number> = {}
  let kept = 0
  for (let at = 0; at < items.length; at += BATCH) {
    options.progress(at, items.length)
    options.signal.throwIfAborted()
    const part = items.slice(at, at + BATCH)
    const vectors = await vectorsOf(part, loaded, options.cache)
    const named = await Promise.all(part.map(({ path }) => formatOf(path)))
    for (const [i, vector] of vectors.entries()) {
      if (typeof vector === 'string') {
        // A reason may name its file: a list of a million helps nobody.
        const isListed = vector in leftOut || Object.keys(leftOut).length < MOST_REASONS
        const reason = isListed ? vector : 'other reasons'
        leftOut[reason] = (leftOut[reason] ?? 0) + 1
      } else {
        values.set(vector, kept * dim)
        kept++
        const format = named[i] as string
        formats[format] = (formats[format] ?? 0) + 1
      }
    }
  }
  return {
    features: { rows: kept, dim, values: values.subarray(0, kept * dim) },
    resize: model.resize,
    set: { source, available, n: kept, formats, leftOut },
  }
}

/** A row for each, or why there is none. */
async function vectorsOf(
  items: readonly Item[],
  loaded: () => Promise<LoadedFeatures>,
  cache: FeatureCache | undefined,
): Promise<(Float32Array | string)[]> {
  const keys = cache
    ? await Promise.all(items.map(async (item) => item.sha256 ?? digestOf(item.path)))
    : items.map(({ sha256 }) => sha256 ?? null)
  const rows = items.map((item, i): Float32Array | string | null => {
    const key = keys[i]
    return key ? (cache?.known(key) ?? item.known?.(key) ?? null) : null
  })
  const fresh = items.flatMap(({ path }, i) => (rows[i] === null ? [{ path, i }] : []))
  if (fresh.length === 0) return rows as (Float32Array | string)[]
  const pictures = fresh.map(({ path }): PictureSource => ({ path }))
  const { vectors, failures } = await (await loaded()).encode(pictures)
  const dim = vectors.length / fresh.length
  const kept: { sha256: string; vector: Float32Array }[] = []
  for (const [row, { i }] of fresh.entries()) {
    const vector = vectors.slice(row * dim, (row + 1) * dim)
    rows[i] = failures.get(row) ?? vector
    const sha256 = keys[i]
    if (sha256 && !failures.has(row)) kept.push({ sha256, vector })
  }
  cache?.keep(kept)
  return rows as (Float32Array | string)[]
}

/** null where it cannot be read: the encoder says why. */
async function digestOf(path: string): Promise<string | null> {
  try {
    return await sha256OfFile(path)
  } catch {
    return null
  }
}

/** By the first bytes, never by the name. */
async function formatOf(path: string): Promise<string> {
  const head = Buffer.alloc(4096)
  try {
    const file = await open(path, 'r')
    try {
      const { bytesRead } = await file.read(head, 0, head.length, 0)
      const sniffed = sniff(head.subarray(0, bytesRead))
      return sniffed.kind === 'other' ? sniffed.what : sniffed.format
    } finally {
      await file.close()
    }
  } catch {
    // The encoder says why it cannot be read.
    return 'unreadable'
  }
}

/** The rows that are drawn, ascending. */
function drawn(source: string, available: number, options: FeaturesOptions): Int32Array {
  const { n, seed } = options
  if (n === null) return Int32Array.from({ length: available }, (_, i) => i)
  if (n > available) {
    throw new AppError(
      'invalid-input',
      `${n} are to be drawn, and ${source} has ${available}`,
      'Ask for fewer, or for all by leaving the number out.',
    )
  }
  return drawRows(available, n, seededRandom(seed)).slice().sort()
}

/** Shared memory, so that the thread that measures needs no copy. */
function room(source: string, rows: number, dim: number): Float32Array {
  const bytes = rows * dim * 4
  if (bytes > MOST_BYTES) {
    throw new AppError(
      'unsupported',
      `The features of ${source} take ${(bytes / 2 ** 30).toFixed(1)} GiB`,
      { window: 'Draw fewer pictures.', command: 'Draw fewer pictures with --n.' },
    )
  }
  return new Float32Array(new SharedArrayBuffer(bytes))
}
