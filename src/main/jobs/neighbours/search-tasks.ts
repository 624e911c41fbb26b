import { availableParallelism } from 'node:os'
import { workerData } from 'node:worker_threads'
import type { ThreadOptions } from '../../search/vectors/scan-threads.ts'
import type { Tasks } from '../../processes/peer.ts'
import { openReader } from '../../store/open.ts'
import type { ReaderDb } from '../../store/open.ts'
import { countEmbeddings, embeddedKinds } from '../../store/repositories/search-rows.ts'
import { createCorpusIndex } from './corpus-index.ts'
import type { CorpusIndex } from './corpus-index.ts'
import type { IndexName, SearchCalls, Stamp } from './search-calls.ts'

/** Memory that indexes hold together; beyond it those go that were used longest ago. */
const BUDGET = 2 ** 31
const MOST_THREADS = 4

interface Held {
  path: string
  index: CorpusIndex
}

/** Threads that help to scan, beside this one: more would wait for memory. */
const helpers = helpersOf(workerData as { scanWorker: string } | null)

/** What the thread holds: connections by corpus, indexes by name, the one used last at the end. */
const readers = new Map<string, ReaderDb>()
const indexes = new Map<string, Held>()
const counts = new Map<
  string,
  { stamp: number; kinds: string; value: SearchCalls['count']['value'] }
>()

function helpersOf(data: { scanWorker: string } | null): ThreadOptions | undefined {
  const count = Math.min(MOST_THREADS, availableParallelism()) - 1
  return data && count > 0 ? { entry: new URL(data.scanWorker), count } : undefined
}

export const searchTasks: Tasks<SearchCalls> = {
  async prepare({ stamp, ...name }) {
    const index = await ready(name, stamp)
    return { size: index.size, bytes: index.bytes }
  },
  async search({ stamp, query, ids, k, ...name }) {
    const began = performance.now()
    const index = await ready(name, stamp)
    const read = performance.now()
    const found = index.search(query, ids, k)
    return { ...found, ms: { index: read - began, scan: performance.now() - read } }
  },
  count({ path, stamp, again }) {
    const known = counts.get(path)
    const kinds = JSON.stringify(embeddedKinds(readerOf(path)))
    if (known?.kinds === kinds && (!again || known.stamp === stamp.embeddings)) return known.value
    const byModel = new Map<number, { modelId: number; pictures: number; texts: number }>()
    for (const { modelId, kind, n } of countEmbeddings(readerOf(path))) {
      const of = byModel.get(modelId) ?? { modelId, pictures: 0, texts: 0 }
      of[kind === 'image' ? 'pictures' : 'texts'] = n
      byModel.set(modelId, of)
    }
    const value = [...byModel.values()]
    counts.set(path, { stamp: stamp.embeddings, kinds, value })
    return value
  },
  forget({ path }) {
    for (const [name, held] of indexes) if (held.path === path) drop(name)
    counts.delete(path)
    readers.get(path)?.close()
    readers.delete(path)
    return {}
  },
}

async function ready({ path, modelId, among }: IndexName, stamp: Stamp): Promise<CorpusIndex> {
  const name = `${path}\n${modelId} ${among}`
  const held = indexes.get(name) ?? {
    path,
    index: createCorpusIndex(readerOf(path), { modelId, among }, helpers),
  }
  indexes.delete(name)
  indexes.set(name, held)
  try {
    await held.index.refresh(stamp)
  } catch (error) {
    // What was read by halves is read again.
    if (indexes.get(name) === held) drop(name)
    throw error
  }
  makeRoom(name)
  return held.index
}

function readerOf(path: string): ReaderDb {
  const known = readers.get(path)
  if (known) return known
  const db = openReader(path)
  readers.set(path, db)
  return db
}

function makeRoom(used: string): void {
  const total = (): number => [...indexes.values()].reduce((sum, { index }) => sum + index.bytes, 0)
  for (const name of [...indexes.keys()]) {
    if (total() <= BUDGET) return
    if (name !== used) drop(name)
  }
}

function drop(name: string): void {
  indexes.get(name)?.index.close()
  indexes.delete(name)
}
