import type { ScoreInput } from '#shared/contract/jobs.ts'
import { createInferenceHost, type InferenceHost } from '../inference/host/client.ts'
import type { LoadedPictureText, PictureTextModel } from '../inference/kinds/picture-text/types.ts'
import { cosine } from '../inference/kinds/vectors.ts'
import type { Corpus } from '../store/open.ts'
import { AppError } from '#shared/errors.ts'
import { ensureModel } from '../store/repositories/models.ts'
import {
  countPictured,
  countScorable,
  putScoreFailure,
  scorableText,
  unscoredPairs,
  type ScorableText,
  type UnscoredPair,
} from '../store/repositories/score-queue.ts'
import { putScores } from '../store/repositories/scores.ts'
import { transaction } from '../store/statements.ts'
import { chooseBest } from './choose-best.ts'
import { countTokens } from './count-tokens.ts'
import { pairEncoder } from './run/encoder.ts'
import type { JobContext } from './run/job.ts'
import { score } from '#shared/contract/jobs/score.ts'
import { implementJob } from './run/implement.ts'
import { pictureText } from '../inference/kinds/picture-text/kind.ts'
import { resolveModel } from '../inference/models/registry.ts'
import { TOKENIZERS_VERSION } from '../inference/tokenize/library.ts'
import { sha256Of } from '../files/digest.ts'
import { formatCount } from '#shared/format.ts'

/** Pairs that are committed together; after a kill at most the ones in flight are done again. */
const WINDOW = { cpu: 64, other: 256 } as const
/** Windows in flight: one is decoded while another is encoded. */
const IN_FLIGHT = 3
/**
 * Scores every pair that has a picture and a text of the source and no score of this model yet.
 * Each distinct picture and text is encoded once and its embedding kept, for the next source or
 * run. Aborting ends it after the windows in flight; a killed run goes on where it stopped.
 *
 * `span` means the set that is in use at the start, also when another one is chosen meanwhile.
 *
 * Throws AppError `invalid-input` for `span` without a set in use, or where no pair has both a
 * picture and the text, `model` or `unsupported` when the
 * model does not run.
 *
 * @param shared an inference host that is already there; without it one is started and closed
 */
export async function runScore(
  corpus: Corpus,
  input: ScoreInput,
  ctx: JobContext,
  model: PictureTextModel,
  shared?: InferenceHost,
): Promise<void> {
  const text = scorableText(corpus.writer, input.text)
  const modelId = ensureModel(corpus.writer, {
    digest: model.digest,
    name: model.id,
    title: model.manifest.name,
    manifest: JSON.stringify(model.manifest),
  })
  const { total, scored } = countScorable(corpus.writer, { modelId, text })
  const say = (done: number, note: string): void =>
    ctx.progress({ done, total, unit: 'pairs', note })
  say(scored, `loading ${model.manifest.name}`)
  const pictured = countPictured(corpus.writer)
  if (total === 0) throw nothingToScore(pictured, input.text)
  if (pictured.with < pictured.pairs) {
    ctx.result('Without a picture', `${formatCount(pictured.pairs - pictured.with)} pairs`)
  }
  if (scored === total) {
    ctx.result('Scored', `none: all ${formatCount(total)} pairs that can be were scored before`)
    return
  }

  const host = shared ?? createInferenceHost(ctx.entries.inferenceHost, { signal: ctx.signal })
  try {
    const loaded = await host.open(
      model,
      input.device === 'auto' ? ctx.settings.device : input.device,
    )
    await scoreAll(corpus, { modelId, text, title: input.text, total, scored }, ctx, loaded)
    if (shared) await loaded.release()
  } finally {
    if (!shared) await host.close()
  }
}

/** Why no pair can be scored, and what brings what is missing. */
function nothingToScore(
  { pairs, with: pictured }: { pairs: number; with: number },
  text: string,
): AppError {
  if (pairs === 0) {
    return new AppError(
      'invalid-input',
      'There is nothing to score: the corpus has no pairs.',
      'Import archives or tables first.',
    )
  }
  if (pictured === 0) {
    return new AppError(
      'invalid-input',
      `There is no picture to score: none of the ${formatCount(pairs)} pairs has its picture in the corpus.`,
      {
        window: 'Fetch the pictures first.',
        command:
          'Fetch them with gleaner pictures CORPUS --images fetch; --dry-run says what that would take.',
      },
    )
  }
  return new AppError(
    'invalid-input',
    `There is no text to score: none of the ${formatCount(pictured)} pairs with a picture has the text "${text}".`,
    'Choose another text.',
  )
}

interface Work {
  modelId: number
  text: ScorableText
  /** What people call it. */
  title: string
  total: number
  scored: number
}

async function scoreAll(
  corpus: Corpus,
  work: Work,
  ctx: JobContext,
  loaded: LoadedPictureText,
): Promise<void> {
  const { writer } = corpus
  const { modelId, text, total } = work
  const fellBack = loaded.device === 'cpu' && loaded.passedOver.length > 0
  if (fellBack) {
    ctx.warn(
      `Scoring runs on the CPU, as no faster device can be used (${loaded.passedOver.join('; ')}).`,
    )
  }
  const device = fellBack ? 'device cpu (fell back)' : `device ${loaded.device}`
  const encode = pairEncoder(corpus, modelId, loaded)

  const started = performance.now()
  let done = work.scored
  let kept = 0
  const failed = new Set<string>()
  const say = (): void => {
    const seconds = (performance.now() - started) / 1000
    const rate = (done - work.scored) / Math.max(seconds, 1e-3)
    const note =
      done === work.scored ? device : `${device} · ${rate.toFixed(rate < 10 ? 1 : 0)} pairs/s`
    ctx.progress({ done, total, unit: 'pairs', note })
  }
  say()

  const score = async (pairs: UnscoredPair[]): Promise<void> => {
    const [images, texts] = await Promise.all([
      encode.image.all(pairs.map(({ sha256 }) => ({ key: sha256, value: sha256 }))),
      encode.text.all(pairs.map((pair) => ({ key: sha256Of(pair.text), value: pair.text }))),
    ])
    const scores: { pairId: number; cosine: number }[] = []
    transaction(writer, () => {
      encode.image.commit(images)
      encode.text.commit(texts)
      for (const pair of pairs) {
        const image = images.get(pair.sha256)
        const words = texts.get(sha256Of(pair.text))
        if (image instanceof Float32Array && words instanceof Float32Array) {
          scores.push({ pairId: pair.pairId, cosine: cosine(image, words) })
        } else if (image && 'failure' in image && !failed.has(pair.imageUrl)) {
          failed.add(pair.imageUrl)
          const detail = image.failure
          putScoreFailure(writer, { url: pair.imageUrl, reason: 'picture-not-scored', detail })
        }
      }
      putScores(writer, { modelId, text, scores })
    })
    kept += scores.length
    done += pairs.length
    say()
    ctx.changed(['scores'])
  }

  const size = loaded.device === 'cpu' ? WINDOW.cpu : WINDOW.other
  const inFlight = new Set<Promise<void>>()
  let broken: unknown = null
  let afterId = 0
  while (!ctx.signal.aborted && broken === null) {
    const pairs = unscoredPairs(writer, { modelId, text, afterId, limit: size })
    const last = pairs.at(-1)
    if (!last) break
    afterId = last.pairId
    const mine: Promise<void> = score(pairs).then(
      () => void inFlight.delete(mine),
      (error: unknown) => {
        inFlight.delete(mine)
        broken ??= error
      },
    )
    inFlight.add(mine)
    if (inFlight.size >= IN_FLIGHT) await Promise.race(inFlight)
  }
  await Promise.all(inFlight)
  if (broken !== null) throw broken as Error

  const seconds = (performance.now() - started) / 1000
  if (failed.size > 0) {
    ctx.warn(
      failed.size === 1
        ? '1 picture could not be scored; it is listed with the failures.'
        : `${failed.size} pictures could not be scored; they are listed with the failures.`,
    )
  }
  ctx.result('Scored', `${kept} pairs with ${loaded.model.manifest.name}, text: ${work.title}`)
  ctx.result('Device', loaded.device)
  ctx.result('Tokenizer', `tokenizers ${TOKENIZERS_VERSION}`)
  ctx.result('Rate', `${(kept / Math.max(seconds, 1e-3)).toFixed(1)} pairs/s`)
}

/**
 * Scores several texts by several models, one after the other; each model is loaded once. Then, where
 * that is asked for, the best of the texts is chosen for each picture; the first model's choice is put
 * in use as the text `best`.
 * @throws AppError as `runScore`; `invalid-input` where `best` has only one text to choose from
 */
export async function scoreSeveral(
  corpus: Corpus,
  input: ScoreInput,
  ctx: JobContext,
  models: readonly PictureTextModel[],
): Promise<void> {
  const texts = [...new Set(input.texts ?? [input.text])]
  if (input.best && texts.length < 2) {
    throw new AppError(
      'invalid-input',
      `The best of one text is that text: only "${texts[0]}" was named.`,
      {
        window: 'Choose two texts or more.',
        command: 'Name two or more: --text alt,caption --best.',
      },
    )
  }
  // Said before anything is computed: `span` without a set, and texts that no pair has.
  const { writer } = corpus
  const there = texts.filter(
    (text) =>
      countScorable(writer, { modelId: 0, text: scorableText(writer, text) }).total > 0 ||
      texts.length === 1,
  )
  for (const text of texts) {
    if (!there.includes(text)) ctx.result('Nothing to score', `no pair with a picture has ${text}`)
  }
  const wanted = there.length > 0 ? there : texts
  const steps = models.length * wanted.length
  const several = steps > 1
  for (const [m, model] of models.entries()) {
    const host = several
      ? createInferenceHost(ctx.entries.inferenceHost, { signal: ctx.signal })
      : undefined
    try {
      for (const [i, text] of wanted.entries()) {
        if (ctx.signal.aborted) return
        const step = `${m * wanted.length + i + 1} of ${steps}: ${text}, ${model.manifest.name}`
        const told: JobContext = several
          ? {
              ...ctx,
              progress: (one) => ctx.progress({ ...one, note: `${step} · ${one.note}` }),
            }
          : ctx
        await runScore(corpus, { ...input, text }, told, model, host)
      }
    } finally {
      await host?.close()
    }
  }
  if (input.best) await chooseBest(corpus, { models, texts: wanted }, ctx)
}

export const scoreJob = implementJob(score, async ({ corpus, input, context, machine }) => {
  const names = input.models ?? [input.model]
  const models: PictureTextModel[] = []
  for (const name of names) {
    models.push(await resolveModel(machine.folders, pictureText, name, context.settings))
  }
  await scoreSeveral(corpus, input, context, models)
  const texts = [...new Set(input.texts ?? [input.text])]
  for (const model of models) {
    if (context.signal.aborted) return
    await countTokens(corpus, texts, context, model, machine.folders.tokenizers)
  }
})
