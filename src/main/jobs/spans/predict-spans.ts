import type { PredictSpansInput } from '#shared/contract/jobs.ts'
import { errorLine, toErrorValue } from '#shared/errors.ts'
import { joinContext } from '#shared/text/context.ts'
import type { PairContext } from '#shared/text/context.ts'
import { SOFTWARE } from '#shared/version.ts'
import { createInferenceHost, type InferenceHost } from '../../inference/host/client.ts'
import type { LoadedSpanModel, SpanLogits, SpanModel } from '../../inference/kinds/span/types.ts'
import type { Corpus, WriterDb } from '../../store/open.ts'
import { insertFailure } from '../../store/repositories/failures.ts'
import {
  contextsAfter,
  countWithWords,
  createSpanSet,
  currentSpanSet,
  finishSpanSet,
  putSpans,
  resumableSpanSet,
  spanSet,
  useSpanSet,
} from '../../store/repositories/span-sets.ts'
import type {
  FoundSpan,
  NewSpanSet,
  PairContextRow,
  SpanSetRow,
} from '../../store/repositories/span-sets.ts'
import { countRows } from '../../store/repositories/stats.ts'
import { transaction } from '../../store/statements.ts'
import { decodeContext } from './decode-context.ts'
import type { DecodedContext } from './decode-context.ts'
import { pairIdsWhere } from '../../store/reads/score-ref.ts'
import type { JobContext } from '../run/job.ts'
import { predictSpans } from '#shared/contract/jobs/predict-spans.ts'
import { implementJob } from '../run/implement.ts'
import { span } from '../../inference/kinds/span/kind.ts'
import { resolveModel } from '../../inference/models/registry.ts'

/** Pairs that are committed together; after a kill at most two batches are predicted again. */
const BATCH = 64

/**
 * Predicts for every pair with words around it which of them describe the picture: a new set of
 * spans with calibrated confidence and the next best. Spans and place are committed together, so a
 * killed run goes on where it stopped. When it is complete and no set is in use, it is the one that
 * the text source `span` means.
 *
 * @param shared an inference host that is already there; without it one is started and closed
 * @throws AppError `invalid-input` (the filter), `model` or `unsupported` when the model does not run
 */
export async function runPredictSpans(
  corpus: Corpus,
  input: PredictSpansInput,
  ctx: JobContext,
  model: SpanModel,
  shared?: InferenceHost,
): Promise<void> {
  const { writer } = corpus
  const { id, digest, manifest } = model
  const wanted: NewSpanSet = {
    kind: 'model',
    title: manifest.name,
    model: { id, digest },
    config: { where: input.where, nBest: input.nBest, decode: manifest.decode },
    software: SOFTWARE,
  }
  const ids = input.where.trim() === '' ? null : pairIdsWhere(writer, input.where)
  const total = ids ? ids.length : countRows(writer, 'pairs')
  const set = resumableSpanSet(writer, wanted) ?? createSpanSet(writer, wanted)
  ctx.progress({ done: set.pairs, total, unit: 'pairs', note: `loading ${manifest.name}` })
  const host = shared ?? createInferenceHost(ctx.entries.inferenceHost, { signal: ctx.signal })
  try {
    const device = input.device === 'auto' ? ctx.settings.device : input.device
    const loaded = await host.open(model, device)
    if (loaded.device === 'cpu' && loaded.passedOver.length > 0) {
      ctx.warn(
        `Prediction runs on the CPU because no faster device can be used (${loaded.passedOver.join('; ')}).`,
      )
    }
    await predictAll(writer, { set, ids, total, nBest: input.nBest }, ctx, loaded)
    if (shared) await loaded.release()
  } finally {
    if (!shared) await host.close()
  }
  if (ctx.signal.aborted) return
  const isChosen = currentSpanSet(writer) === null
  tell(writer, set.id, isChosen, ctx)
  ctx.conclude(() => {
    finishSpanSet(writer, { set: set.id })
    if (isChosen) useSpanSet(writer, set.id)
  })
  ctx.changed(['spans', 'scores'])
}

function tell(db: WriterDb, set: number, isChosen: boolean, ctx: JobContext): void {
  const { pairs, described } = spanSet(db, set)
  const withWords = countWithWords(db, set)
  const n = (value: number): string => value.toLocaleString('en')
  ctx.result('Set', isChosen ? `${set}, in use from now on` : String(set))
  ctx.result('Pairs', n(pairs))
  ctx.result('With a description', n(described))
  ctx.result('Nothing describes the picture', n(withWords - described))
  ctx.result('Without words to look at', n(pairs - withWords))
}

interface Batch {
  rows: PairContextRow[]
  /** By place; null = no words. */
  contexts: (PairContext | null)[]
  logits: Promise<(SpanLogits | { failure: string } | null)[]>
}

async function predictAll(
  writer: WriterDb,
  work: { set: SpanSetRow; ids: Int32Array | null; total: number; nBest: number },
  ctx: JobContext,
  loaded: LoadedSpanModel,
): Promise<void> {
  const { set, ids, total, nBest } = work
  const { decode } = loaded.model.manifest
  let { pairs, described } = set
  let failed = 0
  let afterId = set.nextPair
  const started = performance.now()
  const say = (): void => {
    const rate = (pairs - set.pairs) / Math.max((performance.now() - started) / 1000, 1e-3)
    const speed = pairs === set.pairs ? '' : ` · ${rate.toFixed(rate < 10 ? 1 : 0)} pairs/s`
    const note = `device ${loaded.device} · ${described.toLocaleString('en')} descriptions${speed}`
    ctx.progress({ done: pairs, total, unit: 'pairs', note })
  }
  const next = (): Batch | null => {
    const rows = contextsAfter(writer, { afterId, limit: BATCH, ...(ids ? { ids } : {}) })
    const last = rows.at(-1)
    if (!last) return null
    afterId = last.pairId
    const contexts = rows.map((row) => {
      const context = joinContext(row)
      return context.text.trim() === '' ? null : context
    })
    const logits = logitsOf(loaded, contexts)
    // Awaited later; until then its failure is nobody's.
    logits.catch(() => undefined)
    return { rows, contexts, logits }
  }
  const keep = async ({ rows, contexts, logits }: Batch): Promise<void> => {
    const answers = await logits
    const found = rows.map(({ pairId }, i) => {
      const context = contexts[i]
      const answer = answers[i]
      const spans =
        context && answer && !('failure' in answer)
          ? toFound(decodeContext(context, answer, decode, nBest))
          : []
      return { pairId, spans }
    })
    transaction(writer, () => {
      putSpans(writer, {
        set: set.id,
        pairs: found,
        nextPair: (rows.at(-1) as PairContextRow).pairId,
      })
      for (const [i, answer] of answers.entries()) {
        if (!answer || !('failure' in answer)) continue
        failed++
        const { pairId, pageUrl } = rows[i] as PairContextRow
        const detail = `pair ${pairId}: ${answer.failure}`
        insertFailure(writer, { stage: 'span', reason: 'span-not-predicted', url: pageUrl, detail })
      }
    })
    pairs += rows.length
    described += found.filter(({ spans }) => spans[0]?.place).length
    say()
    ctx.changed(['spans'])
  }

  say()
  let current = next()
  while (current && !ctx.signal.aborted) {
    // The next batch is encoded while this one is decoded and written.
    const following = next()
    await keep(current)
    current = following
  }
  if (failed > 0) {
    ctx.warn(
      failed === 1
        ? 'Prediction failed for 1 pair; see the list of failures.'
        : `Prediction failed for ${failed} pairs; see the list of failures.`,
    )
  }
}

/** The decision first, then the next best; "nothing" stands among them with its confidence. */
function toFound(decoded: DecodedContext | null): FoundSpan[] {
  if (decoded === null) return []
  const { best, others, nullProbability } = decoded
  const none: FoundSpan = { place: null, kind: null, score: probability(nullProbability) }
  const spans = (best ? [best, ...others] : others).map(
    ({ place, probability: score }): FoundSpan => ({
      place,
      kind: null,
      score: probability(score),
    }),
  )
  return best ? [...spans, none] : [none, ...spans]
}

/** Rounding may leave a sum of probabilities a hair above 1. */
const probability = (value: number): number => Math.min(Math.max(value, 0), 1)

/** One text that breaks the model fails alone; where all of them do, it is the model. */
async function logitsOf(
  loaded: LoadedSpanModel,
  contexts: readonly (PairContext | null)[],
): Promise<(SpanLogits | { failure: string } | null)[]> {
  const asked = contexts.flatMap((context, place) => (context ? [{ context, place }] : []))
  const out: (SpanLogits | { failure: string } | null)[] = contexts.map(() => null)
  try {
    const answers = await loaded.spanLogits(asked.map(({ context }) => context))
    for (const [i, { place }] of asked.entries()) out[place] = checked(answers[i] as SpanLogits)
    return out
  } catch (error) {
    if (toErrorValue(error).kind === 'canceled' || asked.length < 2) throw error
  }
  let firstFailure: unknown = null
  let failures = 0
  for (const { context, place } of asked) {
    try {
      const [answer] = await loaded.spanLogits([context])
      out[place] = checked(answer as SpanLogits)
    } catch (error) {
      firstFailure ??= error
      failures++
      out[place] = { failure: errorLine(error) }
    }
  }
  if (failures === asked.length) throw firstFailure
  return out
}

function checked(answer: SpanLogits): SpanLogits | { failure: string } {
  const isFinite = answer.windows.every(
    ({ start, end }) => start.every(Number.isFinite) && end.every(Number.isFinite),
  )
  return isFinite ? answer : { failure: 'the model gives values that are not finite (NaN)' }
}

export const predictSpansJob = implementJob(
  predictSpans,
  async ({ corpus, input, context, machine }) => {
    const model = await resolveModel(machine.folders, span, input.model)
    await runPredictSpans(corpus, input, context, model)
  },
)
