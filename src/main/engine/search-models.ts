import type { Search, SearchModel, Searched } from '#shared/contract/search.ts'
import { AppError, toErrorValue } from '#shared/errors.ts'
import type { Settings } from '#shared/settings.ts'
import { pictureText } from '../inference/kinds/picture-text/kind.ts'
import type { PictureTextModel } from '../inference/kinds/picture-text/types.ts'
import { listModels as installedModels, resolveModel } from '../inference/models/registry.ts'
import type { ModelsFolders } from '../inference/models/types.ts'
import type { ReaderDb } from '../store/open.ts'
import { listModels } from '../store/repositories/models.ts'
import type { ModelRow } from '../store/repositories/models.ts'
import { isImported, scoreOrigin } from '../store/repositories/score-origins.ts'
import { needsModel } from './search-parts.ts'

/** A model with embeddings in a corpus. */
export interface SearchableModel extends SearchModel {
  /** In the corpus. */
  modelId: number
}

interface Machine {
  folders: ModelsFolders
  settings: Pick<Settings, 'defaultModel'>
}

/** The models whose embeddings a corpus has, the most first. */
export async function searchableModels(
  db: ReaderDb,
  counts: readonly { modelId: number; pictures: number; texts: number }[],
  machine: Machine,
): Promise<SearchableModel[]> {
  const rows = new Map(listModels(db).map((row) => [row.id, row]))
  const found: SearchableModel[] = []
  for (const { modelId, pictures, texts } of counts) {
    const row = rows.get(modelId)
    if (!row) continue
    const why = await encoderOf(db, row, machine).then(
      () => null,
      (error: unknown) => toErrorValue(error),
    )
    found.push({
      modelId,
      model: row.publicId,
      title: row.title,
      digest: row.digest,
      pictures,
      texts,
      encodes: why === null,
      why,
    })
  }
  return found.sort((a, b) => b.pictures - a.pictures || b.texts - a.texts || a.modelId - b.modelId)
}

/**
 * The model on this machine that made embeddings of a corpus, so that what comes from outside can be
 * compared with them.
 * @throws AppError `not-found` or `conflict`: why words and pictures cannot be searched by
 */
export async function encoderOf(
  db: ReaderDb,
  row: ModelRow,
  { folders, settings }: Machine,
): Promise<PictureTextModel> {
  if (isImported(row.manifest)) {
    const origin = scoreOrigin(db, row.digest)
    if (origin !== null) return resolveModel(folders, pictureText, origin, settings)
    throw new AppError(
      'not-found',
      `The embeddings "${row.title}" were made elsewhere, so that words and pictures from outside cannot be compared with them`,
      'Search by a pair of the corpus, or say at the cutoff which model the scores are from.',
    )
  }
  const infos = await installedModels(folders, settings)
  const same = infos.find((info) => info.digest === row.digest && info.state === 'installed')
  if (same) return resolveModel(folders, pictureText, row.digest, settings)
  const other = infos.find((info) => info.id === row.name && info.state === 'installed')
  if (other) {
    throw new AppError(
      'conflict',
      `The model ${row.name} on this machine has other files (digest ${other.digest?.slice(0, 8) ?? '?'}) than the one that made the embeddings (digest ${row.digest.slice(0, 8)})`,
      {
        window: 'Search by a pair of the corpus, or score the corpus with the model that is here.',
        command:
          'Search by a pair (--pair ID), or score the corpus with the model that is here: gleaner score CORPUS.',
      },
    )
  }
  throw new AppError(
    'not-found',
    `The model ${row.name}, which made the embeddings, is not on this machine`,
    {
      window: 'Fetch or add it in Settings; by a pair of the corpus it can be searched without it.',
      command: `gleaner models add brings it (an id of the hub, or its folder); --pair ID searches without it.`,
    },
  )
}

const has = (model: SearchModel, among: Searched): boolean =>
  (among === 'picture' ? model.pictures : model.texts) > 0

/**
 * The model whose embeddings a search is about.
 * @throws AppError `not-found` where there is none
 */
export function chooseModel(
  models: readonly SearchableModel[],
  { model, among, parts }: Pick<Search, 'model' | 'among' | 'parts'>,
): SearchableModel {
  const fitting = models.filter((one) => has(one, among))
  if (model !== null) {
    const named = models.find((one) => one.model === model || one.digest === model)
    if (named && has(named, among)) return named
    throw noEmbeddings(among, model, fitting)
  }
  const chosen = (needsModel(parts) ? fitting.find(({ encodes }) => encodes) : null) ?? fitting[0]
  if (chosen) return chosen
  throw noEmbeddings(among, null, fitting)
}

function noEmbeddings(
  among: Searched,
  model: string | null,
  others: readonly SearchModel[],
): AppError {
  const what = among === 'picture' ? 'pictures' : `texts "${among}"`
  const by = model === null ? '' : ` by the model ${model}`
  const there =
    others.length > 0
      ? `There are embeddings by ${others.map((one) => one.model).join(', ')}. `
      : ''
  return new AppError('not-found', `This corpus has no embeddings of ${what}${by} to search`, {
    window: `${there}Score the pairs first: a model then embeds each picture and text once.`,
    command: `${there}Make them with gleaner score CORPUS${among === 'picture' ? '' : ` --text ${among}`}${model === null ? '' : ` --model ${model}`}: each picture and text is then embedded once.`,
  })
}
