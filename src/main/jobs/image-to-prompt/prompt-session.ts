import type { CallOutput } from '#shared/contract/index.ts'
import type { Prediction } from '#shared/contract/jobs/prompt-base.ts'
import { AppError } from '#shared/errors.ts'
import { formatCount } from '#shared/format.ts'
import type { Settings } from '#shared/settings.ts'
import { createInferenceHost } from '../../inference/host/client.ts'
import type { InferenceHost } from '../../inference/host/client.ts'
import { pictureText } from '../../inference/kinds/picture-text/kind.ts'
import { isForSentences, sentenceDigest } from '../../inference/kinds/text-encoder/sentences.ts'
import { resolveModel } from '../../inference/models/registry.ts'
import type { ModelsFolders } from '../../inference/models/types.ts'
import type { Helper } from '../../processes/helper.ts'
import { readPromptBase } from '../../store/open-prompt-base.ts'
import { promptModels } from '../../store/repositories/prompt-base.ts'
import type { PromptModel } from '../../store/repositories/prompt-base.ts'
import type { Entries } from '../run/entries.ts'
import type { FoundPicture } from '../similarity/find-pictures.ts'
import { sentenceModel } from './base-models.ts'
import { encodePictures } from './pictures.ts'
import { startPromptWorker } from './prompt-calls.ts'
import type { PromptCalls } from './prompt-calls.ts'

/** How long models and base stay in memory after the last question. */
const IDLE_MS = 60_000

export interface AskedPrompt extends Prediction {
  base: string
  /** Its bytes or its file, and what it is called in an error. */
  picture: { name: string; source: FoundPicture }
  k: number
  shown: number
  model?: string | undefined
  sentenceModel?: string | undefined
}

/** Prompts for single pictures while somebody waits: models and the base stay loaded for a while. */
export interface PromptSession {
  predict(
    asked: AskedPrompt,
    folders: ModelsFolders,
    settings: Settings,
  ): Promise<CallOutput<'promptBases.try'>>
  close(): Promise<void>
}

/** @param root where prompt bases lie */
export function createPromptSession(
  entries: Pick<Entries, 'inferenceHost' | 'promptWorker'>,
  root: string,
): PromptSession {
  let held: { host: InferenceHost; worker: Helper<PromptCalls> } | null = null
  let idle: NodeJS.Timeout | undefined
  let open = 0

  async function end(): Promise<void> {
    const last = held
    held = null
    await Promise.all([last?.host.close(), last?.worker.close()])
  }

  async function within<T>(work: (parts: NonNullable<typeof held>) => Promise<T>): Promise<T> {
    clearTimeout(idle)
    open++
    held ??= {
      host: createInferenceHost(entries.inferenceHost),
      worker: startPromptWorker(entries.promptWorker),
    }
    try {
      return await work(held)
    } finally {
      if (--open === 0) {
        idle = setTimeout(() => void end(), IDLE_MS)
        idle.unref()
      }
    }
  }

  return {
    predict: (asked, folders, settings) =>
      within(async ({ host, worker }) => {
        const picture = await resolveModel(folders, pictureText, asked.model, settings)
        const encoder = await sentenceModel(folders, asked.sentenceModel, settings)
        const rows = rowsOf(root, asked.base)
        const clip = embeddedBy(rows, 'picture-text', picture.digest, picture.id)
        const sentence = embeddedBy(rows, 'sentence', sentenceDigest(encoder), encoder.id)
        const loaded = await host.open(picture, settings.device)
        const { rows: queries, places } = await encodePictures(loaded, [asked.picture.source])
        const [place] = places
        if (typeof place === 'object') {
          throw new AppError(
            'damaged',
            `${asked.picture.name} cannot be read: ${place.failure}`,
            'Take a PNG, JPEG, WebP, AVIF, GIF or TIFF that opens in other programs.',
          )
        }
        const { base, k, shown, weights, averaging, space } = asked
        const { value } = await worker.call('predict', {
          ...{ root, name: base, clip, sentence, queries, k, shown, weights, averaging, space },
        })
        if (value.missing > 0) throw notEmbedded(`${formatCount(value.missing)} prompts in use`)
        const [found] = value.prompts
        if (!found || value.used === 0) {
          throw new AppError(
            'invalid-input',
            'No prompt of the base is in use.',
            'Add prompts first.',
          )
        }
        const { prompt, terms, neighbours } = found
        const madeForSentences = isForSentences(encoder.manifest)
        const models = { clip: picture.id, sentence: encoder.id, madeForSentences }
        return { prompt, terms, neighbours, used: value.used, models }
      }),
    async close() {
      clearTimeout(idle)
      await end()
    },
  }
}

function rowsOf(root: string, base: string): PromptModel[] {
  const db = readPromptBase(root, base)
  try {
    return promptModels(db)
  } finally {
    db.close()
  }
}

function embeddedBy(
  rows: readonly PromptModel[],
  side: PromptModel['side'],
  digest: string,
  id: string,
): PromptModel {
  const found = rows.find((one) => one.side === side && one.digest === digest)
  if (found) return found
  throw notEmbedded(`The prompts of the base`, ` by ${id}`)
}

function notEmbedded(what: string, by = ''): AppError {
  return new AppError('invalid-input', `${what} are not embedded${by}.`, {
    window: 'Embed the base first.',
    command: 'Embed them with gleaner prompts add BASE.',
  })
}
