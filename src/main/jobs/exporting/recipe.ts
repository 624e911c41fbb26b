import type { ExportInput } from '#shared/contract/jobs.ts'
import type { ScoreSource } from '#shared/contract/pairs.ts'
import type { VersionInfo } from '#shared/contract/versions.ts'
import { AppError } from '#shared/errors.ts'
import { and, parts, printQuery } from '#shared/query/index.ts'
import type { Query } from '#shared/query/index.ts'
import { SOFTWARE_VERSION } from '#shared/version.ts'
import type { ExportCorpus, ExportRecipe, ExportSpanSet } from '../../export/types.ts'
import type { ReaderDb } from '../../store/open.ts'
import { modelsFor, readWhere, resolveScore, spanSetsOf } from '../../store/reads/score-ref.ts'
import { withShownText } from '../../store/reads/version-query.ts'
import { listArchives } from '../../store/repositories/archives.ts'
import { currentBestSet } from '../../store/repositories/best-set-in-use.ts'
import { listBestSets } from '../../store/repositories/best-sets.ts'
import { listColumns } from '../../store/repositories/columns.ts'
import { listModels } from '../../store/repositories/models.ts'
import { textFinderNamed } from '../../store/repositories/picture-texts.ts'
import { scoreOrigin } from '../../store/repositories/score-origins.ts'
import { currentSpanSet, spanSet } from '../../store/repositories/span-sets.ts'
import { countState } from '../../store/repositories/stats.ts'
import type { JobContext } from '../run/job.ts'
import { chosenOf, textsOf } from './choices.ts'

/**
 * What an export is made by, and what `score` alone means in its filter.
 * @throws AppError `invalid-input`, `not-found`
 */
export function makeRecipe(
  db: ReaderDb,
  input: ExportInput,
  query: Query,
  ctx: Pick<JobContext, 'warn'>,
): { recipe: ExportRecipe; score: ScoreSource | null } {
  const texts = textsOf(input)
  if (texts.includes('span') && currentSpanSet(db) === null) {
    throw new AppError(
      'invalid-input',
      'No set of spans is chosen in this corpus, so there are no spans to export.',
      'Predict spans, or choose a set of spans first.',
    )
  }
  if (texts.includes('best') && currentBestSet(db) === null) {
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
    texts.includes('span') || terms.some(({ term }) => term.score.text === 'span'),
  )
  const columns = listColumns(db).map(({ name }) => name)
  const usesBest = texts.includes('best') || terms.some(({ term }) => term.score.text === 'best')
  const recipe: ExportRecipe = {
    format: input.format,
    filter: printQuery(withShownText(query, score)),
    text: input.text,
    ...(texts.length > 1 ? { texts } : {}),
    ...(input.onePerPicture ? { onePerPicture: true } : {}),
    ...chosenOf(input),
    model: model ? usedModel(db, model) : null,
    cutoffs: terms.flatMap(({ term }) => (term.kind === 'scorePresent' ? [] : printQuery(term))),
    ...(spanSets.length > 0 ? { spanSets } : {}),
    ...(usesBest ? { bestTexts: usedBestSet(db) } : {}),
    ...usedTextFinder(db),
    ...(columns.length > 0 ? { columns } : {}),
    software: SOFTWARE_VERSION,
  }
  return { recipe, score }
}

/** Whose texts in pictures the columns hold, and the filter where it asks for them. */
function usedTextFinder(db: ReaderDb): Pick<ExportRecipe, 'textFinder'> {
  const textFinder = textFinderNamed(db)
  return textFinder === null ? {} : { textFinder }
}

/** What `best` means now. */
function usedBestSet(db: ReaderDb): NonNullable<ExportRecipe['bestTexts']> | undefined {
  const set = listBestSets(db).find(({ current }) => current)
  if (!set) return undefined
  const { id, model, modelDigest, texts, pairs, ties, content } = set
  return { set: id, model, digest: modelDigest, texts, pairs, ties, content }
}

/** What the export of a version is made by: the recipe that was frozen. */
export function recipeOfVersion(
  db: ReaderDb,
  input: ExportInput,
  version: VersionInfo,
): ExportRecipe {
  const columns = listColumns(db).map((column) => column.name)
  const { recipe, name, hash, pairs } = version
  const names = new Map(recipe.models.map((model) => [model.digest, model]))
  const model = recipe.scores === null ? undefined : names.get(recipe.scores)
  const cutoff: Query[] = recipe.cutoff
    ? [
        {
          kind: 'scoreCompare',
          score: {
            model: names.get(recipe.cutoff.model)?.id ?? recipe.cutoff.model,
            text: recipe.cutoff.text,
          },
          op: '>=',
          value: recipe.cutoff.cosine,
        },
      ]
    : []
  const query = and([readWhere(recipe.filter), ...cutoff])
  return {
    format: input.format,
    filter: printQuery(query),
    text: recipe.texts[0] ?? 'alt',
    ...(recipe.texts.length > 1 ? { texts: recipe.texts } : {}),
    version: { name, hash, pairs },
    ...(recipe.onePerPicture ? { onePerPicture: true } : {}),
    ...chosenOf(input),
    model: model ? { id: model.id, name: model.name, digest: model.digest } : null,
    cutoffs: [...scoreTerms(query)].flatMap((term) =>
      term.kind === 'scorePresent' ? [] : printQuery(term),
    ),
    ...usedTextFinder(db),
    ...(columns.length > 0 ? { columns } : {}),
    software: SOFTWARE_VERSION,
  }
}

/** Whose scores are used; imported ones with the model that somebody said they are from. */
function usedModel(
  db: ReaderDb,
  { publicId, title, digest }: ReturnType<typeof listModels>[number],
): NonNullable<ExportRecipe['model']> {
  const origin = scoreOrigin(db, digest)
  return { id: publicId, name: title, digest, ...(origin === null ? {} : { saidToBe: origin }) }
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
export function describeCorpus(db: ReaderDb): ExportCorpus {
  const archives = listArchives(db)
  const { labelEvents, ...state } = countState(db)
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
    },
  }
}
