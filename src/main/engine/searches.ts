import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { CorpusPart } from '#shared/contract/index.ts'
import type { ScoreSource } from '#shared/contract/pairs.ts'
import type { Search, SearchAnswer, SearchModel, Searched } from '#shared/contract/search.ts'
import { createInferenceHost } from '../inference/host/client.ts'
import type { InferenceHost } from '../inference/host/client.ts'
import type { LoadedPictureText, PictureTextModel } from '../inference/kinds/picture-text/types.ts'
import type { FoundPairs, SearchCalls, Stamp } from '../jobs/neighbours/search-calls.ts'
import { createHelper } from '../processes/helper.ts'
import type { Helper } from '../processes/helper.ts'
import { startThread } from '../processes/start.ts'
import { listModels } from '../store/repositories/models.ts'
import type { ModelRow } from '../store/repositories/models.ts'
import type { EngineParts } from './parts.ts'
import { chooseModel, encoderOf, searchableModels } from './search-models.ts'
import type { SearchableModel } from './search-models.ts'
import { encodeParts } from './search-parts.ts'

export interface Found {
  answer: SearchAnswer
  hits: Pick<FoundPairs, 'ids' | 'cosines'>
}

/** Searches of corpora by what their embeddings say. */
export interface Searches {
  /** @param score what `score` means in `where`. @throws AppError */
  run(corpus: string, search: Search, where: string, score?: ScoreSource | null): Promise<Found>
  models(corpus: string): Promise<SearchModel[]>
  prepare(
    corpus: string,
    model: string | null,
    among: Searched,
  ): Promise<{ model: string; size: number; bytes: number; ms: number }>
  /** Something in a corpus changed. */
  changed(corpus: string, what: readonly CorpusPart[]): void
  /** Lets go of a corpus that is about to be closed. */
  forget(corpus: string): Promise<void>
  close(): Promise<void>
}

/** After this long without a search, indexes and models leave the memory, milliseconds. */
const IDLE_MS = 5 * 60_000
/** Queries whose vectors are kept: a list that is refreshed asks the same again. */
const QUERIES_KEPT = 32

export function createSearches(
  parts: Pick<EngineParts, 'corpora' | 'entries' | 'folders' | 'settings'>,
): Searches {
  const { corpora, entries, folders, settings } = parts
  const stamps = new Map<string, Stamp>()
  const queries = new Map<string, Float32Array>()
  let thread: Helper<SearchCalls> | null = null
  let host: InferenceHost | null = null
  let busy = 0
  let idle: NodeJS.Timeout | undefined

  const machine = () => ({ folders, settings: settings.get() })
  const stampOf = (path: string): Stamp => stamps.get(path) ?? { pairs: 0, embeddings: 0 }

  function running(): Helper<SearchCalls> {
    thread ??= createHelper<SearchCalls>({
      name: 'The search thread',
      hint: 'Search again.',
      start: () =>
        startThread(entries.searchWorker, { data: { scanWorker: entries.scanWorker.href } }),
      isFreeWhenIdle: true,
    })
    return thread
  }

  /** Keeps thread and models while there is work, and for a while after. */
  async function working<T>(work: () => Promise<T>): Promise<T> {
    busy++
    clearTimeout(idle)
    try {
      return await work()
    } finally {
      if (--busy === 0) {
        idle = setTimeout(() => void release(), IDLE_MS)
        idle.unref()
      }
    }
  }

  async function release(): Promise<void> {
    const [ending, inference] = [thread, host]
    thread = null
    host = null
    await Promise.all([ending?.close(), inference?.close()])
  }

  async function searchable(corpus: string, again = false): Promise<SearchableModel[]> {
    const opened = corpora.get(corpus).corpus
    const { value } = await running().call('count', {
      path: opened.path,
      stamp: stampOf(opened.path),
      again,
    })
    return searchableModels(opened.reader, value, machine())
  }

  async function vectorOf(
    corpus: string,
    search: Search,
    model: SearchableModel,
  ): Promise<Float32Array> {
    const { reader, path } = corpora.get(corpus).corpus
    const key = await keyOf(path, search, model)
    const known = queries.get(key)
    if (known) return known
    const query = await encodeParts(
      search.parts,
      { db: reader, modelId: model.modelId, title: model.title },
      async () => {
        const row = listModels(reader).find(({ id }) => id === model.modelId) as ModelRow
        return open(await encoderOf(reader, row, machine()))
      },
    )
    queries.set(key, query)
    if (queries.size > QUERIES_KEPT) queries.delete(queries.keys().next().value as string)
    return query
  }

  function open(model: PictureTextModel): Promise<LoadedPictureText> {
    host ??= createInferenceHost(entries.inferenceHost)
    return host.open(model, settings.get().device)
  }

  return {
    run: (corpus, search, where, score = null) =>
      working(async () => {
        const began = performance.now()
        const { corpus: opened, reads } = corpora.get(corpus)
        const model = chooseModel(await searchable(corpus), search)
        const query = await vectorOf(corpus, search, model)
        const encoded = performance.now()
        const ids = where.trim() === '' ? null : await reads.idsWhere({ where, score })
        const filtered = performance.now()
        const { value: found } = await running().call('search', {
          path: opened.path,
          modelId: model.modelId,
          among: search.among,
          stamp: stampOf(opened.path),
          query,
          ids,
          k: search.k,
        })
        const ms = {
          encode: encoded - began,
          filter: filtered - encoded,
          ...found.ms,
          total: performance.now() - began,
        }
        return { answer: answerOf(found, model, search.among, ms), hits: found }
      }),
    models: (corpus) =>
      working(async () =>
        (await searchable(corpus, true)).map(({ modelId: _, ...model }): SearchModel => model),
      ),
    prepare: (corpus, named, among) =>
      working(async () => {
        const began = performance.now()
        const { path } = corpora.get(corpus).corpus
        const model = chooseModel(await searchable(corpus), { model: named, among, parts: [] })
        const { value } = await running().call('prepare', {
          path,
          modelId: model.modelId,
          among,
          stamp: stampOf(path),
        })
        return { model: model.model, ...value, ms: performance.now() - began }
      }),
    changed(corpus, what) {
      const path = resolve(corpus)
      const { pairs, embeddings } = stampOf(path)
      const has = (...some: CorpusPart[]): boolean => some.some((part) => what.includes(part))
      stamps.set(path, {
        pairs: pairs + Number(has('pairs', 'images', 'spans')),
        embeddings: embeddings + Number(has('scores')),
      })
    },
    async forget(corpus) {
      await thread?.running?.call('forget', { path: resolve(corpus) })
    },
    async close() {
      clearTimeout(idle)
      await release()
    },
  }
}

/** What the vector of a query depends on. A file may be written anew under its name. */
async function keyOf(path: string, { parts }: Search, model: SearchableModel): Promise<string> {
  const hash = createHash('sha256').update(`${path}\n${model.digest}\n${JSON.stringify(parts)}`)
  for (const part of parts) {
    if (part.kind !== 'picture') continue
    const found = await stat(part.path).catch(() => null)
    hash.update(`\n${found?.mtimeMs ?? 0} ${found?.size ?? 0}`)
  }
  return hash.digest('hex')
}

function answerOf(
  found: FoundPairs,
  { model, title, digest }: SearchableModel,
  among: Searched,
  ms: SearchAnswer['ms'],
): SearchAnswer {
  const leftOut: SearchAnswer['leftOut'] = [
    { reason: 'outside-filter', n: found.outside },
    { reason: among === 'picture' ? 'no-picture' : 'no-text', n: found.without },
    { reason: 'not-embedded', n: found.notEmbedded },
  ]
  return {
    model,
    title,
    digest,
    among,
    n: found.ids.length,
    units: found.units,
    searched: found.searched,
    leftOut: leftOut.filter(({ n }) => n > 0),
    ms,
  }
}
