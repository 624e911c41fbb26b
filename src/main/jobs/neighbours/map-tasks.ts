import { seededRandom } from '#shared/random.ts'
import { squareOf } from '#shared/map-square.ts'
import { keyFinder, sortedKeys } from '#shared/key-order.ts'
import type { MapLabel, MapSubject } from '#shared/contract/maps.ts'
import { AppError } from '#shared/errors.ts'
import type { CallIo, Tasks } from '../../processes/peer.ts'
import { fuzzyGraph } from '../../search/map/fuzzy-graph.ts'
import { layOut } from '../../search/map/layout.ts'
import { nearestOthers } from '../../search/map/nearest.ts'
import { cellsOf, placer } from '../../search/map/place.ts'
import { principalAxes, project } from '../../search/map/principal-axes.ts'
import { regionWords } from '../../search/map/region-words.ts'
import { regionsOf, spreadOf } from '../../search/map/regions.ts'
import { openReader } from '../../store/open.ts'
import type { ReaderDb } from '../../store/open.ts'
import { getEmbedding } from '../../store/repositories/embeddings.ts'
import {
  KEY,
  eachEmbedding,
  eachMapKey,
  eachPairImage,
  kindOf,
  mapWords,
} from '../../store/repositories/map-items.ts'
import type { Frame, MapCalls } from './map-calls.ts'

/** Rows that are placed between two looks at the signal. */
const BATCH = 2048
/** Captions that regions are named by. */
const MOST_TEXTS = 200_000
/** The map as a whole, and parts of it seen from nearer. */
const LEVELS = [
  { grid: 64, least: 20, share: 0.01, most: 24 },
  { grid: 192, least: 20, share: 0.0005, most: 160 },
] as const

export const mapTasks: Tasks<MapCalls> = {
  async sample(input, io) {
    const db = openReader(input.path, { cacheMB: 64 })
    try {
      await io.emit({ done: 0, total: 1, note: 'reading which pictures there are' })
      const keys = allKeys(db, input.subject)
      return await sampled(db, keys, input, io)
    } finally {
      db.close()
    }
  },

  async layout({ landmarks, axes, neighbours, epochs, seed }, io) {
    const rows = { values: landmarks, dim: axes }
    const n = landmarks.length / axes
    // As umap-learn counts: the point itself is one of them.
    const k = Math.min(neighbours, n) - 1
    if (k < 2) return firstTwo(landmarks, axes)
    const near = nearestOthers(
      rows,
      k,
      (done) => void io.emit({ done, total: n, note: 'finding neighbours' }),
    )
    const graph = fuzzyGraph(near)
    return layOut(graph, {
      start: firstTwo(landmarks, axes),
      epochs,
      seed,
      tell: (done) => {
        if (done % 10 === 0) void io.emit({ done, total: epochs, note: 'laying out' })
      },
    })
  },

  async place({ path, modelId, subject, keys, frame, between }, io) {
    const db = openReader(path, { cacheMB: 16 })
    try {
      const out = new Float32Array(2 * (keys.length / KEY)).fill(NaN)
      const put = between ? betweenLandmarks(frame, between) : onTwoAxes(frame)
      const { dim } = frame
      const values = new Float32Array(BATCH * dim)
      for (let from = 0; from < keys.length / KEY && !io.signal.aborted; from += BATCH) {
        const some = keys.subarray(from * KEY, (from + BATCH) * KEY)
        const found: number[] = []
        eachEmbedding(db, { modelId, kind: kindOf(subject), keys: some }, (index, vector) => {
          if (vector.length !== dim) throw unlike(dim, vector.length)
          values.set(vector, found.length * dim)
          found.push(index)
        })
        const at = put(values.subarray(0, found.length * dim))
        for (const [i, index] of found.entries()) {
          out[2 * (from + index)] = at[2 * i]!
          out[2 * (from + index) + 1] = at[2 * i + 1]!
        }
        await io.emit({ done: some.length / KEY })
      }
      return out
    } finally {
      db.close()
    }
  },

  label({ path, subject, keys, at }) {
    const db = openReader(path, { cacheMB: 64 })
    try {
      return labelsOf(db, subject, keys, at)
    } finally {
      db.close()
    }
  },
}

function allKeys(db: ReaderDb, subject: MapSubject): Uint8Array {
  let list = new Uint8Array(KEY * 4096)
  let n = 0
  eachMapKey(db, subject, (_, key) => {
    if (KEY * (n + 1) > list.length) {
      const larger = new Uint8Array(list.length * 2)
      larger.set(list)
      list = larger
    }
    list.set(key, KEY * n++)
  })
  return sortedKeys(list.subarray(0, KEY * n))
}

/** Draws landmarks, as many as wished or all, and looks for the axes of them. */
async function sampled(
  db: ReaderDb,
  keys: Uint8Array,
  input: MapCalls['sample']['input'],
  io: CallIo<MapCalls['sample']['event']>,
): Promise<MapCalls['sample']['value']> {
  const n = keys.length / KEY
  const order = Int32Array.from({ length: n }, (_, i) => i)
  seededRandom(input.seed).shuffle(order)
  const drawn: { at: number; vector: Float32Array }[] = []
  const wanted = Math.min(n, input.landmarks)
  const { modelId, subject } = input
  for (const [tried, at] of order.entries()) {
    if (drawn.length === wanted || io.signal.aborted) break
    const key = keys.subarray(at * KEY, (at + 1) * KEY)
    const vector = getEmbedding(db, { modelId, kind: kindOf(subject), key })
    if (vector) drawn.push({ at, vector })
    if (tried % BATCH === 0)
      await io.emit({ done: drawn.length, total: wanted, note: 'drawing landmarks' })
  }
  if (drawn.length < 3) {
    throw new AppError(
      'invalid-input',
      `Only ${drawn.length} ${subject === 'image' ? 'pictures' : `${subject} texts`} of this corpus have an embedding by this model; a map needs three.`,
      subject === 'image'
        ? 'Score the corpus first: that makes them.'
        : `Score the corpus by its ${subject} texts first: that makes them.`,
    )
  }
  const dim = drawn[0]!.vector.length
  const axesFrom = Math.min(drawn.length, input.axesFrom)
  const values = new Float32Array(drawn.length * dim)
  for (const [i, { vector }] of drawn.entries()) {
    if (vector.length !== dim) throw unlike(dim, vector.length)
    values.set(vector, i * dim)
  }
  await io.emit({ done: 0, total: 1, note: 'principal axes' })
  const axes = principalAxes(
    { values: values.subarray(0, axesFrom * dim), dim },
    Math.min(input.axes, dim, axesFrom - 1),
  )
  return {
    keys,
    frame: { mean: axes.mean, axes: axes.axes.values, dim },
    shares: axes.shares,
    landmarks: project({ values, dim }, axes).values,
    axesFrom,
  }
}

type Put = (vectors: Float32Array) => Float32Array

function onTwoAxes({ mean, axes, dim }: Frame): Put {
  const two = { values: axes.slice(0, 2 * dim), dim }
  return (values) => project({ values, dim }, { mean, axes: two }).values
}

function betweenLandmarks(
  { mean, axes, dim }: Frame,
  { landmarks, at, seed }: NonNullable<MapCalls['place']['input']['between']>,
): Put {
  const rows = { values: landmarks, dim: axes.length / dim }
  const place = placer({ rows, at, cells: cellsOf(rows, seed) })
  return (values) => place(project({ values, dim }, { mean, axes: { values: axes, dim } }))
}

/** The first two coordinates of each row. */
function firstTwo(rows: Float32Array, dim: number): Float32Array {
  const n = rows.length / dim
  const out = new Float32Array(2 * n)
  for (let i = 0; i < n; i++) {
    out[2 * i] = rows[i * dim]!
    out[2 * i + 1] = dim > 1 ? rows[i * dim + 1]! : 0
  }
  return out
}

function labelsOf(
  db: ReaderDb,
  subject: MapSubject,
  keys: Uint8Array,
  at: Float32Array,
): MapLabel[] {
  const find = keyFinder(keys)
  const { left, top, width } = squareOf(at)
  const pairOf = pairOfItem(db, subject, keys.length / KEY, find)
  return LEVELS.flatMap(({ grid, least, share, most }, level) => {
    const regions = regionsOf(at, {
      grid,
      least: Math.max(least, Math.round((share * at.length) / 2)),
      most,
    })
    const every = Math.max(1, Math.ceil(at.length / 2 / MOST_TEXTS))
    const texts = (points: Int32Array): string[] =>
      mapWords(
        db,
        points.filter((point, i) => i % every === 0 && pairOf[point]! > 0).map((p) => pairOf[p]!),
      ).filter((text) => text !== '')
    const isIn = new Uint8Array(at.length / 2)
    for (const { points } of regions) for (const point of points) isIn[point] = 1
    const others = Int32Array.from(isIn.keys()).filter((point) => isIn[point] === 0)
    const words = regionWords(
      regions.map(({ points }) => texts(points)),
      texts(others),
    )
    return regions.flatMap(({ x, y, points }, i) =>
      words[i]!.length === 0
        ? []
        : [
            {
              x: (x - left) / width,
              y: 1 - (y - top) / width,
              ...{ words: words[i]!, points: points.length, level },
              spread: spreadOf(at, { x, y, points }) / width,
            },
          ],
    )
  })
}

/** The first pair of each item. */
function pairOfItem(
  db: ReaderDb,
  subject: MapSubject,
  n: number,
  find: (key: Uint8Array) => number,
): Int32Array {
  const pairOf = new Int32Array(n)
  const tell = (item: number, pair: number): void => {
    if (item >= 0 && (pairOf[item] === 0 || pair < pairOf[item]!)) pairOf[item] = pair
  }
  if (subject !== 'image') {
    eachMapKey(db, subject, (pair, key) => tell(find(key), pair))
    return pairOf
  }
  const itemOf = new Map<number, number>()
  eachMapKey(db, subject, (image, key) => itemOf.set(image, find(key)))
  eachPairImage(db, (pair, image) => tell(itemOf.get(image) ?? -1, pair))
  return pairOf
}

function unlike(dim: number, other: number): AppError {
  return new AppError(
    'damaged',
    `Embeddings of this model have ${dim} and ${other} dimensions.`,
    'Score the corpus again, or import the embeddings again.',
  )
}
