import type { ExportInput } from '#shared/contract/jobs.ts'
import type { ScoreSource } from '#shared/contract/pairs.ts'
import type { Pair } from '#shared/domain.ts'
import { AppError } from '#shared/errors.ts'
import { EXPORT_NEEDS } from '#shared/export-needs.ts'
import { parts, printQuery } from '#shared/query/index.ts'
import type { Query } from '#shared/query/index.ts'
import { SOFTWARE_VERSION } from '#shared/version.ts'
import { examine, exportDataset } from '../export/dataset.ts'
import { FORMATS } from '../export/formats.ts'
import type { ExportCorpus, ExportItem, ExportRecipe, ExportSpanSet } from '../export/types.ts'
import { readSound } from '../files/sound-blob.ts'
import { blobPath } from '../store/blobs.ts'
import { openReader } from '../store/open.ts'
import type { ReaderDb } from '../store/open.ts'
import { listArchives } from '../store/repositories/archives.ts'
import { listColumns } from '../store/repositories/columns.ts'
import { listBestSets } from '../store/repositories/best-sets.ts'
import { currentBestSet } from '../store/repositories/current-best-set.ts'
import { listModels } from '../store/repositories/models.ts'
import { countPairs, listPairs } from '../store/repositories/pairs.ts'
import { currentSpanSet, spanSet } from '../store/repositories/span-sets.ts'
import { countState } from '../store/repositories/stats.ts'
import { modelsFor, readWhere, resolveScore, spanSetsOf } from '../store/reads/score-ref.ts'
import { beginSnapshot } from '../store/statements.ts'
import { createExportRecords } from './export-records.ts'
import { checkOutside } from './run/check-outside.ts'
import type { JobContext } from './run/job.ts'
import { exportPairs } from '#shared/contract/jobs/export.ts'
import { implementJob } from './run/implement.ts'

/** Pairs read at once. */
const PAGE = 500
/** Pictures that are being read while one is written. */
const READ_AHEAD = 8

/**
 * Writes the pairs that pass a filter as a dataset. Reads the corpus as it is at the start,
 * whatever is written to it meanwhile. The folder appears when it is whole: a run that was killed
 * or canceled leaves none, and the next one begins anew.
 *
 * @throws AppError `invalid-input` (the filter, or nothing to export), `not-found` (the filter names
 *   a model without scores), `conflict` (the folder holds something else), `unsupported`, `io`,
 *   `canceled`
 */
export async function runExport(
  corpus: { readonly path: string },
  input: ExportInput,
  ctx: JobContext,
): Promise<void> {
  const query = readWhere(input.where)
  checkOutside(corpus.path, input.out)
  const db = openReader(corpus.path)
  try {
    // Every read below sees the same state.
    beginSnapshot(db)
    const { recipe, score } = makeRecipe(db, input, query, ctx)
    const filter = { where: recipe.filter, score }
    const total = countPairs(db, filter)
    const progress = (done: number) =>
      ctx.progress({ done, total, unit: 'pairs', note: `writing ${input.format}` })
    progress(0)
    const items = scoredFirst(
      await firstScored(db, corpus.path, query, score, recipe),
      readItems(db, corpus.path, filter, recipe),
    )
    const warn = (message: string): void => ctx.warn(message)
    const { signal } = ctx
    const archive = createExportRecords(db, corpus.path)
    const { alreadyThere, manifest } = await exportDataset(
      items,
      recipe,
      describeCorpus(db),
      input.out,
      { signal, progress, warn, archive },
    ).finally(() => archive.close())
    const { counts } = manifest
    progress(counts.matched)
    ctx.result('Folder', input.out)
    if (alreadyThere) ctx.result('State', 'already there, nothing was written')
    ctx.result('Pairs', `${counts.exported} of ${counts.matched}`)
    if (counts.pictures > 0) ctx.result('Pictures', String(counts.pictures))
    for (const [reason, n] of Object.entries(counts.skipped)) {
      ctx.result(`Left out: ${reason}`, String(n))
    }
    ctx.result('Content hash', manifest.contentHash)
  } finally {
    db.close()
  }
}

interface Filter {
  where: string
  /** What `score` alone means in it. */
  score: ScoreSource | null
}

function makeRecipe(
  db: ReaderDb,
  input: ExportInput,
  query: Query,
  ctx: JobContext,
): { recipe: ExportRecipe; score: ScoreSource | null } {
  if (input.text === 'span' && currentSpanSet(db) === null) {
    throw new AppError(
      'invalid-input',
      'No set of spans is chosen in this corpus, so there are no spans to export.',
      'Predict spans, or choose a set of spans first.',
    )
  }
  if (input.text === 'best' && currentBestSet(db) === null) {
    throw new AppError(
      'invalid-input',
      'No best texts were chosen in this corpus, so there are none to export.',
      {
        window: 'Score two texts or more, with "best text for each picture".',
        command: 'Run gleaner score CORPUS --text alt,caption --best first.',
      },
    )
  }
  const candidates = modelsFor(db, input.text)
  const only = candidates.length === 1 ? candidates[0] : undefined
  const score = only ? { model: only.publicId, text: input.text } : null

  // The terms as they are understood, with model and text.
  const models = new Map(listModels(db).map((model) => [model.id, model]))
  const terms = [...scoreTerms(query)].map((term) => {
    const { modelId, text } = resolveScore(db, term.score, score)
    const model = models.get(modelId)
    return { model, term: { ...term, score: { model: model?.publicId ?? null, text } } }
  })
  const used = [...new Set(terms.flatMap(({ model }) => model ?? []))]
  const model = used[0] ?? only
  if (used.length > 1 && model) {
    ctx.warn(`The filter names several models; similarity is that of ${model.publicId}.`)
  }
  if (!model && candidates.length > 1) {
    const names = candidates.map(({ publicId }) => publicId)
    ctx.warn(
      `Several models have scored this text (${names.join(', ')}) and the filter names none: similarity is null. To choose one, add score[${names[0]}].${input.text}:* to the filter.`,
    )
  }
  const spanSets = usedSpanSets(
    db,
    query,
    input.text === 'span' || terms.some(({ term }) => term.score.text === 'span'),
  )
  const columns = listColumns(db).map(({ name }) => name)
  const usesBest = input.text === 'best' || terms.some(({ term }) => term.score.text === 'best')
  const recipe: ExportRecipe = {
    format: input.format,
    filter: printQuery(query),
    text: input.text,
    model: model ? { id: model.publicId, name: model.title, digest: model.digest } : null,
    cutoffs: terms.flatMap(({ term }) => (term.kind === 'scorePresent' ? [] : printQuery(term))),
    ...(spanSets.length > 0 ? { spanSets } : {}),
    ...(usesBest ? { bestTexts: usedBestSet(db) } : {}),
    ...(columns.length > 0 ? { columns } : {}),
    software: SOFTWARE_VERSION,
  }
  return { recipe, score }
}

/** What `best` means now. */
function usedBestSet(db: ReaderDb): NonNullable<ExportRecipe['bestTexts']> | undefined {
  const set = listBestSets(db).find(({ current }) => current)
  if (!set) return undefined
  const { id, model, modelDigest, texts, pairs, ties, content } = set
  return { set: id, model, digest: modelDigest, texts, pairs, ties, content }
}

/** What `span` and `altspan` mean now, where the recipe depends on it. */
function usedSpanSets(db: ReaderDb, query: Query, usesSpan: boolean): ExportSpanSet[] {
  const fields = new Set([...parts(query)].flatMap((part) => ('field' in part ? part.field : [])))
  const { current, alts } = spanSetsOf(db)
  const describe = (field: ExportSpanSet['field'], id: number): ExportSpanSet => {
    const { title, kind, model, digest, pairs } = spanSet(db, id)
    return { field, set: id, title, kind, model, digest, pairs }
  }
  return [
    ...(current !== null && (usesSpan || fields.has('span') || fields.has('confidence'))
      ? [describe('span', current)]
      : []),
    ...(alts && fields.has('altspan') ? [describe('altspan', alts.set)] : []),
  ]
}

type ScoreTerm = Extract<Query, { kind: 'scorePresent' | 'scoreCompare' | 'scoreRange' }>

function* scoreTerms(query: Query): Generator<ScoreTerm> {
  switch (query.kind) {
    case 'and':
    case 'or':
      for (const item of query.items) yield* scoreTerms(item)
      break
    case 'not':
      yield* scoreTerms(query.item)
      break
    case 'scorePresent':
    case 'scoreCompare':
    case 'scoreRange':
      yield query
  }
}

/** Where the pairs come from, without anything that depends on this machine. */
function describeCorpus(db: ReaderDb): ExportCorpus {
  const archives = listArchives(db)
  const { labelEvents, markEvents, ...state } = countState(db)
  return {
    archives: archives.map(({ name, bytes, sha256, state }) => ({
      name,
      bytes,
      sha256,
      complete: state === 'complete',
    })),
    state: {
      ...state,
      // A filter may ask for them.
      ...(labelEvents > 0 ? { labelEvents } : {}),
      ...(markEvents > 0 ? { markEvents } : {}),
    },
  }
}

async function* readItems(
  db: ReaderDb,
  corpusPath: string,
  filter: Filter,
  recipe: ExportRecipe,
): AsyncGenerator<ExportItem, void, void> {
  for (let afterId = 0; ;) {
    const page = listPairs(db, { ...filter, afterId, limit: PAGE })
    const items: ExportItem[] = []
    for (let i = 0; i < page.length; i++) {
      while (items.length < Math.min(page.length, i + READ_AHEAD)) {
        items.push(makeItem(page[items.length] as Pair, corpusPath, recipe))
      }
      yield items[i] as ExportItem
      // What was handed over is not held: its picture may be large.
      delete items[i]
    }
    const last = page.at(-1)
    if (!last || page.length < PAGE) return
    afterId = last.id
  }
}

/** Pairs that are tried until one can be exported. */
const MOST_TRIED = 1000

/**
 * The first pair with a score that can be exported, where the first of all has none: readers that
 * tell the type of `similarity` by the first rows would take it for one without values.
 */
async function firstScored(
  db: ReaderDb,
  corpusPath: string,
  query: Query,
  score: ScoreSource | null,
  recipe: ExportRecipe,
): Promise<ExportItem | null> {
  const format = FORMATS[recipe.format]
  if (!recipe.model || !format.needs.text) return null
  const firstOf = async (where: string): Promise<ExportItem | null> => {
    for (const pair of listPairs(db, { where, score, afterId: 0, limit: MOST_TRIED })) {
      const item = makeItem(pair, corpusPath, recipe)
      if (typeof (await examine(item, format)) !== 'string') return item
    }
    return null
  }
  const first = await firstOf(recipe.filter)
  if (!first || first.cosine !== null) return null
  const scored: Query = {
    kind: 'scorePresent',
    score: { model: recipe.model.id, text: recipe.text },
  }
  const items = recipe.filter === '' ? [scored] : [query, scored]
  return firstOf(printQuery({ kind: 'and', items }))
}

async function* scoredFirst(
  first: ExportItem | null,
  items: AsyncIterable<ExportItem>,
): AsyncGenerator<ExportItem, void, void> {
  if (first) yield first
  for await (const item of items) if (item.pair.id !== first?.pair.id) yield item
}

/** Begins to read the picture at once, if it will be asked for. */
function makeItem(pair: Pair, corpusPath: string, recipe: ExportRecipe): ExportItem {
  const { sha256, status } = pair.image
  const text = pair.text[recipe.text]
  const score = pair.scores.find(
    (one) => one.model === recipe.model?.id && one.text === recipe.text,
  )
  const base = { pair, text, cosine: score?.cosine ?? null }
  if (status !== 'ok' || sha256 === null) return { ...base, picture: null }
  const path = blobPath(corpusPath, sha256)
  if (EXPORT_NEEDS[recipe.format].pictures === null || text === null || text === '') {
    return { ...base, picture: () => readSound(path) }
  }
  const bytes = readSound(path)
  // Whoever asks gets the error; nobody may ask.
  bytes.catch(() => undefined)
  return { ...base, picture: () => bytes }
}

export const exportJob = implementJob(exportPairs, ({ corpus, input, context }) =>
  runExport(corpus, input, context),
)
