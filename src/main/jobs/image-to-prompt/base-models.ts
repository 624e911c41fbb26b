import type { PromptBaseInput } from '#shared/contract/jobs/prompt-base.ts'
import { AppError } from '#shared/errors.ts'
import type { Settings } from '#shared/settings.ts'
import type { InferenceHost } from '../../inference/host/client.ts'
import { pictureText } from '../../inference/kinds/picture-text/kind.ts'
import type { LoadedPictureText } from '../../inference/kinds/picture-text/types.ts'
import { textEncoder } from '../../inference/kinds/text-encoder/kind.ts'
import { sentenceDigest } from '../../inference/kinds/text-encoder/sentences.ts'
import type { LoadedEncoder, TextEncoderModel } from '../../inference/kinds/text-encoder/types.ts'
import { listModels, resolveModel } from '../../inference/models/registry.ts'
import type { ModelsFolders } from '../../inference/models/types.ts'
import type { PromptWriter } from '../../store/open-prompt-base.ts'
import { promptModel } from '../../store/repositories/prompt-base.ts'
import type { PromptModel } from '../../store/repositories/prompt-base.ts'
import type { JobContext } from '../run/job.ts'

type Asked = Pick<PromptBaseInput, 'model' | 'sentenceModel' | 'device'>

/** A loaded model with its row in the base, by which what it makes is kept. */
export interface ClipSide {
  loaded: LoadedPictureText
  row: PromptModel
}
export interface SentenceSide {
  loaded: LoadedEncoder
  row: PromptModel
  madeForSentences: boolean
}

export async function openClip(
  db: PromptWriter,
  asked: Asked,
  folders: ModelsFolders,
  host: InferenceHost,
  ctx: JobContext,
): Promise<ClipSide> {
  const model = await resolveModel(folders, pictureText, asked.model, ctx.settings)
  const loaded = await host.open(model, deviceOf(asked, ctx))
  const row = promptModel(db, {
    side: 'picture-text',
    model: model.id,
    digest: model.digest,
    dim: model.manifest.embeddingDim,
  })
  return { loaded, row }
}

export async function openSentences(
  db: PromptWriter,
  asked: Asked,
  folders: ModelsFolders,
  host: InferenceHost,
  ctx: JobContext,
): Promise<SentenceSide> {
  const model = await sentenceModel(folders, asked.sentenceModel, ctx.settings)
  const loaded = await host.open(model, deviceOf(asked, ctx))
  const row = promptModel(db, {
    side: 'sentence',
    model: model.id,
    digest: sentenceDigest(model),
    dim: model.manifest.dim,
  })
  const madeForSentences = model.manifest.pooling !== null
  if (!madeForSentences) {
    ctx.warn(
      `${model.id} was not made for sentences: its states are averaged, and its cosines lie close together.`,
    )
  }
  return { loaded, row, madeForSentences }
}

/** The one that is asked for; else one that was made for sentences, else any that is no demonstration, else any. */
export async function sentenceModel(
  folders: ModelsFolders,
  wanted: string | undefined,
  settings: Settings,
): Promise<TextEncoderModel> {
  if (wanted !== undefined) return resolveModel(folders, textEncoder, wanted)
  const found = (await listModels(folders, settings)).filter(
    (info) => info.kind === 'text-encoder' && info.state === 'installed',
  )
  const rank = (info: (typeof found)[number]): number =>
    (info.kind === 'text-encoder' && info.pooling !== null ? 2 : 0) + (info.isDemonstration ? 0 : 1)
  const [best] = found.sort((a, b) => rank(b) - rank(a))
  return resolveModel(folders, textEncoder, best?.id)
}

function deviceOf({ device }: Asked, ctx: JobContext) {
  return device === 'auto' ? ctx.settings.device : device
}

/** The picture-text rows that came with files, where there are just those. @throws AppError `invalid-input` */
export function importedClip(models: readonly PromptModel[]): PromptModel {
  const [one, ...more] = models.filter(({ model }) => model.startsWith(IMPORTED))
  if (one && more.length === 0) return one
  throw new AppError(
    'invalid-input',
    one
      ? 'The base holds imported vectors of several models.'
      : 'The base holds no imported vectors that those of the pictures could be compared with.',
    one
      ? 'Make a base with the vectors of one model alone.'
      : 'Give the vectors of its prompts when it is made (--vectors), or leave those of the pictures out.',
  )
}

export const IMPORTED = 'imported:'
