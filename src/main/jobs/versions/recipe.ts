import type { VersionInput } from '#shared/contract/jobs/version.ts'
import { AppError } from '#shared/errors.ts'
import { parts, printQuery } from '#shared/query/index.ts'
import type { Query, ScoreRef } from '#shared/query/index.ts'
import type { VersionRecipe } from '#shared/versions/recipe.ts'
import { SOFTWARE_VERSION } from '#shared/version.ts'
import type { ReaderDb } from '../../store/open.ts'
import {
  fieldsOf,
  mapScores,
  usesPictureTexts,
  versionsNamed,
  withShownText,
} from '../../store/reads/version-query.ts'
import { modelsFor, readWhere, resolveScore, spanSetsOf } from '../../store/reads/score-ref.ts'
import { listArchives } from '../../store/repositories/archives.ts'
import { currentBestSet } from '../../store/repositories/best-set-in-use.ts'
import { listBestSets } from '../../store/repositories/best-sets.ts'
import { findModel, listModels } from '../../store/repositories/models.ts'
import { textFinderNamed } from '../../store/repositories/picture-texts.ts'
import { currentSpanSet, spanSet } from '../../store/repositories/span-sets.ts'
import { labelsSaid, marksSaid } from '../../store/repositories/version-rows.ts'

/**
 * The recipe of what is asked for, as the corpus is now: every name in it is resolved.
 * @param warn says where no score goes along
 * @throws AppError `invalid-input` (the filter, a cutoff without a model, no set of spans),
 *   `not-found` (a model or a version that is named)
 */
export function makeVersionRecipe(
  db: ReaderDb,
  input: VersionInput,
  warn: (message: string) => void,
): VersionRecipe {
  const texts = [...new Set(input.texts)]
  const first = texts[0] ?? 'alt'
  if (texts.includes('span') && currentSpanSet(db) === null) {
    throw new AppError(
      'invalid-input',
      'No set of spans is chosen in this corpus, so there are no spans to take.',
      'Predict spans, or choose a set of spans first.',
    )
  }
  if (texts.includes('best') && currentBestSet(db) === null) {
    throw new AppError('invalid-input', 'No best texts were chosen in this corpus.', {
      window: 'Score two texts or more, with "best text for each picture".',
      command: 'Run gleaner score CORPUS --text alt,caption --best first.',
    })
  }
  const candidates = modelsFor(db, first)
  const named = input.model === undefined ? undefined : findModel(db, input.model)
  const only = named ?? (candidates.length === 1 ? candidates[0] : undefined)
  const view = only ? { model: only.publicId, text: first } : null
  const models = new Map(listModels(db).map((model) => [model.id, model]))
  const used = new Map<string, VersionRecipe['models'][number]>()
  const use = (model: { publicId: string; title: string; digest: string }): void => {
    used.set(model.digest, { id: model.publicId, name: model.title, digest: model.digest })
  }

  const query = mapScores(readWhere(input.where), (ref: ScoreRef): ScoreRef => {
    const { modelId, text } = resolveScore(db, ref, view)
    const model = models.get(modelId)
    if (!model) return ref
    use(model)
    return { model: model.publicId, text }
  })
  const model = only ?? [...used.values()].flatMap(({ digest }) => findModel(db, digest))[0]
  if (model) use(model)
  if (input.cutoff !== undefined && !model) {
    throw new AppError(
      'invalid-input',
      `A cutoff needs to know whose scores it is for: ${candidates.length === 0 ? `no model has scored ${first} here` : 'several models have'}.`,
      candidates.length === 0
        ? 'Score the corpus first.'
        : `Name one of ${candidates.map(({ publicId }) => publicId).join(', ')}.`,
    )
  }
  if (!model && candidates.length > 1) {
    warn(
      `Several models have scored this text (${candidates.map(({ publicId }) => publicId).join(', ')}) and none is named: no scores go along.`,
    )
  }
  const finder = usesPictureTexts(query) ? textFinderNamed(db) : null
  if (finder) used.set(finder.digest, finder)
  const fields = fieldsOf(query)
  const usesSpan =
    texts.includes('span') ||
    fields.has('span') ||
    fields.has('confidence') ||
    scoresOf(query).some(({ text }) => text === 'span')
  return {
    recipe: 1,
    filter: printQuery(withShownText(query, { text: first })),
    cutoff:
      input.cutoff === undefined || !model
        ? null
        : { model: model.digest, text: first, cosine: input.cutoff },
    texts,
    scores: model?.digest ?? null,
    onePerPicture: input.onePerPicture,
    sample: input.sample === undefined ? null : { n: input.sample, seed: input.seed },
    models: [...used.values()].sort((a, b) => (a.digest < b.digest ? -1 : 1)),
    spanSets: spanSets(db, usesSpan, fields.has('altspan')),
    bestTexts:
      texts.includes('best') || scoresOf(query).some(({ text }) => text === 'best')
        ? bestTexts(db)
        : null,
    labels: ['labeled', 'flagged', 'label'].some((field) => fields.has(field))
      ? labelsSaid(db)
      : null,
    marks: ['mark', 'tag', 'note', 'marker'].some((field) => fields.has(field))
      ? marksSaid(db)
      : null,
    versions: versionsNamed(db, query),
    archives: listArchives(db).map(({ name, bytes, sha256, state }) => ({
      ...{ name, bytes, sha256 },
      complete: state === 'complete',
    })),
    software: SOFTWARE_VERSION,
  }
}

function scoresOf(query: Query): ScoreRef[] {
  return [...parts(query)].flatMap((part) => ('score' in part ? part.score : []))
}

function bestTexts(db: ReaderDb): VersionRecipe['bestTexts'] {
  const set = listBestSets(db).find(({ current }) => current)
  return set ? { model: set.modelDigest, texts: set.texts, content: set.content } : null
}

function spanSets(db: ReaderDb, usesSpan: boolean, usesAlts: boolean): VersionRecipe['spanSets'] {
  const { current, alts } = spanSetsOf(db)
  const describe = (field: 'span' | 'altspan', id: number): VersionRecipe['spanSets'][number] => {
    const { title, kind, digest, pairs } = spanSet(db, id)
    return { field, title, kind, digest, pairs }
  }
  return [
    ...(usesSpan && current !== null ? [describe('span', current)] : []),
    ...(usesAlts && alts ? [describe('altspan', alts.set)] : []),
  ]
}
