import { keyFinder } from '#shared/key-order.ts'
import { placesDigest, writeMap } from '../../store/map-file.ts'
import type { MapArrays, MapFile } from '../../store/map-file.ts'
import type { Corpus } from '../../store/open.ts'
import { KEY, eachMapKey } from '../../store/repositories/map-items.ts'
import type { ModelRow } from '../../store/repositories/models.ts'
import type { JobContext } from '../run/job.ts'
import { placeAll } from './map-place.ts'

/**
 * Places into a map what came since it was made; all that lies on it stays where it is.
 * @returns the map with them; null when it was canceled
 */
export async function addToMap(
  corpus: Corpus,
  ctx: JobContext,
  { file, model }: { file: MapFile; model: ModelRow },
): Promise<MapFile | null> {
  const { head, arrays } = file
  const base = { path: corpus.path, modelId: model.id, subject: head.subject }
  const keys = newKeys(corpus, file)
  const { mean, axes, landmarks, landmarkAt } = arrays
  const frame = { mean, axes, dim: head.dim }
  const between = { landmarks, at: landmarkAt, seed: head.params.seed }
  const placed = await placeAll(ctx, { ...base, keys, frame, between }, 'placing new ones')
  if (!placed) return null
  if (placed.keys.length === 0) return file
  const flat = await placeAll(
    ctx,
    { ...base, keys: placed.keys, frame, between: null },
    'principal components',
  )
  if (!flat) return null
  const added = placed.keys.length / KEY
  const merged: MapArrays = { ...arrays, ...merge(arrays, { ...placed, pca: flat.at }) }
  const next: MapFile = {
    arrays: merged,
    head: {
      ...head,
      items: head.items + added,
      added: head.added + added,
      without: (keys.length - placed.keys.length) / KEY,
      digest: placesDigest(merged),
    },
  }
  writeMap(corpus.path, next)
  ctx.changed(['maps'])
  return next
}

/** In order, each once. */
function newKeys(corpus: Corpus, { head, arrays }: MapFile): Uint8Array {
  const find = keyFinder(arrays.keys)
  const found = new Map<string, Buffer>()
  eachMapKey(corpus.reader, head.subject, (_, key) => {
    if (find(key) < 0) {
      const copy = Buffer.from(key)
      found.set(copy.toString('latin1'), copy)
    }
  })
  return new Uint8Array(Buffer.concat([...found.values()].sort((a, b) => Buffer.compare(a, b))))
}

function merge(
  old: MapArrays,
  more: { keys: Uint8Array; at: Float32Array; pca: Float32Array },
): Pick<MapArrays, 'keys' | 'pca' | 'umap'> {
  const [a, b] = [old.keys.length / KEY, more.keys.length / KEY]
  const keys = new Uint8Array((a + b) * KEY)
  const pca = new Float32Array(2 * (a + b))
  const umap = new Float32Array(2 * (a + b))
  const keyOf = (list: Uint8Array, i: number): Uint8Array => list.subarray(i * KEY, (i + 1) * KEY)
  let [i, j] = [0, 0]
  for (let to = 0; to < a + b; to++) {
    const isOld = j === b || (i < a && Buffer.compare(keyOf(old.keys, i), keyOf(more.keys, j)) < 0)
    const [from, at] = isOld ? [old, i++] : [{ ...more, umap: more.at }, j++]
    keys.set(keyOf(from.keys, at), to * KEY)
    pca.set(from.pca.subarray(2 * at, 2 * at + 2), 2 * to)
    umap.set(from.umap.subarray(2 * at, 2 * at + 2), 2 * to)
  }
  return { keys, pca, umap }
}
