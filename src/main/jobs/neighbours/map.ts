import { createHash } from 'node:crypto'
import { makeMap } from '#shared/contract/jobs/map.ts'
import type { MapInput } from '#shared/contract/jobs/map.ts'
import type { MapHead, MapParams } from '#shared/contract/maps.ts'
import { AppError } from '#shared/errors.ts'
import { epochsFor } from '../../search/map/layout.ts'
import { listMaps, nameMap, placesDigest, readMap, writeMap } from '../../store/map-file.ts'
import type { MapArrays, MapFile } from '../../store/map-file.ts'
import type { Corpus } from '../../store/open.ts'
import { KEY, embeddedModels } from '../../store/repositories/map-items.ts'
import { findModel, listModels } from '../../store/repositories/models.ts'
import type { ModelRow } from '../../store/repositories/models.ts'
import { implementJob } from '../run/implement.ts'
import type { JobContext } from '../run/job.ts'
import { addToMap } from './map-add.ts'
import { runMapTask } from './map-calls.ts'
import type { MapCalls } from './map-calls.ts'
import { placeAll } from './map-place.ts'

/** Axes that neighbours are looked for in, and pictures that they are worked out from. */
const AXES = 128
const AXES_FROM = 6000
const OPTIONS = { graceMs: 0 } as const

/**
 * Makes a map, or places into the one that is there what came since. First the picture on the two
 * principal axes is written, then that of UMAP, each as a whole file; killed, it begins anew and
 * comes to the same.
 * @throws AppError `not-found` without embeddings, `invalid-input` with too few
 */
export async function runMap(corpus: Corpus, ctx: JobContext, input: MapInput): Promise<void> {
  const model = modelFor(corpus, input)
  const id = mapIdOf(model, input)
  const there = input.anew ? null : wholeMap(corpus.path, id)
  const file = there
    ? await addToMap(corpus, ctx, { file: there, model })
    : await madeMap(corpus, ctx, { model, id, input })
  if (!file || ctx.signal.aborted) return
  if (input.name !== undefined) {
    nameMap(corpus.path, id, input.name)
    ctx.changed(['maps'])
  }
  describe(ctx, file.head)
}

/** What a map is named by: its model, its subject and all that changes where things lie. */
export function mapIdOf(model: Pick<ModelRow, 'digest'>, input: MapInput): string {
  const { subject, seed, landmarks, neighbours } = input
  const of = JSON.stringify([
    1,
    model.digest,
    subject,
    seed,
    landmarks,
    neighbours,
    AXES,
    AXES_FROM,
  ])
  const hash = createHash('sha256').update(of).digest('hex')
  return `${model.digest.slice(0, 12)}-${subject}-${hash.slice(0, 12)}`
}

function wholeMap(path: string, id: string): MapFile | null {
  try {
    const file = readMap(path, id)
    return file.head.whole ? file : null
  } catch {
    // Damaged or not there: it is made.
    return null
  }
}

function modelFor(corpus: Corpus, { model, subject }: MapInput): ModelRow {
  const kind = subject === 'image' ? 'image' : 'text'
  const with_ = embeddedModels(corpus.reader).filter((one) => one[kind])
  if (model !== undefined) {
    const found = findModel(corpus.reader, model)
    if (with_.some(({ id }) => id === found.id)) return found
  } else if (with_[0]) {
    const { id } = with_[0]
    return listModels(corpus.reader).find((one) => one.id === id) as ModelRow
  }
  throw new AppError(
    'not-found',
    `There are no ${kind} embeddings${model === undefined ? '' : ` by ${model}`} in this corpus.`,
    'Score it first, or import embeddings: a map is made of them.',
  )
}

async function madeMap(
  corpus: Corpus,
  ctx: JobContext,
  { model, id, input }: { model: ModelRow; id: string; input: MapInput },
): Promise<MapFile | null> {
  const { signal, entries } = ctx
  const tell = (event: { done: number; total: number; note: string }): void =>
    ctx.progress({ ...event, unit: 'items' })
  const base = { path: corpus.path, modelId: model.id, subject: input.subject }
  const sample = await runMapTask(
    entries.mapWorker,
    'sample',
    { ...base, seed: input.seed, landmarks: input.landmarks, axesFrom: AXES_FROM, axes: AXES },
    { ...OPTIONS, signal, onEvent: tell },
  )
  const { frame } = sample
  const axes = frame.axes.length / frame.dim
  const n = sample.landmarks.length / axes
  const flat = await placeAll(
    ctx,
    { ...base, keys: sample.keys, frame, between: null },
    'principal components',
  )
  if (!flat) return null
  const params: MapParams = {
    axes,
    axesFrom: sample.axesFrom,
    landmarks: n,
    neighbours: Math.min(input.neighbours, n),
    epochs: epochsFor(n),
    seed: input.seed,
  }
  const first = fileOf(id, model, input, { params, sample, keys: flat.keys, pca: flat.at })
  if (!readable(corpus.path, id)) {
    writeMap(corpus.path, first)
    ctx.changed(['maps'])
  }
  const landmarkAt = await runMapTask(
    entries.mapWorker,
    'layout',
    {
      landmarks: sample.landmarks,
      axes,
      neighbours: input.neighbours,
      epochs: params.epochs,
      seed: input.seed,
    },
    { ...OPTIONS, signal, onEvent: tell },
  )
  const between = { landmarks: sample.landmarks, at: landmarkAt, seed: input.seed }
  const placed = await placeAll(ctx, { ...base, keys: flat.keys, frame, between }, 'placing')
  if (!placed) return null
  ctx.progress({ done: 0, total: 1, unit: 'items', note: 'naming regions' })
  const labels = await runMapTask(
    entries.mapWorker,
    'label',
    { path: corpus.path, subject: input.subject, keys: flat.keys, at: placed.at },
    { ...OPTIONS, signal },
  )
  const arrays: MapArrays = { ...first.arrays, umap: placed.at, landmarkAt }
  const head: MapHead = { ...first.head, whole: true, labels, digest: placesDigest(arrays) }
  writeMap(corpus.path, { head, arrays })
  ctx.changed(['maps'])
  return { head, arrays }
}

/** A map that is there is not overwritten by a part of the next one. */
function readable(path: string, id: string): boolean {
  return listMaps(path).maps.some((one) => one.id === id && one.whole)
}

function fileOf(
  id: string,
  model: ModelRow,
  input: MapInput,
  made: {
    params: MapParams
    sample: MapCalls['sample']['value']
    keys: Uint8Array
    pca: Float32Array
  },
): MapFile {
  const { params, sample, keys, pca } = made
  const sum = (shares: Float64Array): number => shares.reduce((all, share) => all + share, 0)
  const arrays: MapArrays = {
    keys,
    pca,
    umap: new Float32Array(),
    mean: sample.frame.mean,
    axes: sample.frame.axes,
    landmarks: sample.landmarks,
    landmarkAt: new Float32Array(),
  }
  const head: MapHead = {
    id,
    model: { digest: model.digest, name: model.name, title: model.title },
    subject: input.subject,
    params,
    dim: sample.frame.dim,
    items: keys.length / KEY,
    added: 0,
    without: (sample.keys.length - keys.length) / KEY,
    variance: { two: sum(sample.shares.subarray(0, 2)), all: sum(sample.shares) },
    whole: false,
    labels: [],
    digest: placesDigest(arrays),
  }
  return { head, arrays }
}

function describe(ctx: JobContext, head: MapHead): void {
  const n = (value: number): string => value.toLocaleString('en')
  const what = head.subject === 'image' ? 'Pictures' : 'Texts'
  ctx.result('Map', head.id)
  ctx.result(`${what} placed`, n(head.items))
  if (head.added > 0) ctx.result('Of them placed later', n(head.added))
  if (head.without > 0) ctx.result('Without an embedding', n(head.without))
  ctx.result('Landmarks', n(head.params.landmarks))
  ctx.result('Regions with a name', n(head.labels.length))
  ctx.result('Digest', head.digest)
}

export const mapJob = implementJob(makeMap, ({ corpus, context, input }) =>
  runMap(corpus, context, input),
)
