import type { OwnText } from '#shared/domain.ts'
import { formatCount } from '#shared/format.ts'
import type { PictureTextModel } from '../inference/kinds/picture-text/types.ts'
import { openTokenCounter } from '../inference/tasks/count-tokens.ts'
import type { Tokenizers } from '../inference/tokenize/tokenizers.ts'
import type { Corpus } from '../store/open.ts'
import { ensureModel, textKey } from '../store/repositories/models.ts'
import {
  copyBestTokens,
  countUncounted,
  putTokens,
  tokenSummary,
  uncounted,
} from '../store/repositories/token-counts.ts'
import type { JobContext } from './run/job.ts'

/** Texts that are counted and committed together. */
const BATCH = 1_000

/**
 * Counts the tokens of scored texts that were not counted: after a scoring, and of scores that were
 * made before counts were kept. Ends after a batch when it is canceled; a killed run goes on.
 * @throws AppError as `openTokenCounter`
 */
export async function countTokens(
  corpus: Corpus,
  texts: readonly OwnText[],
  ctx: JobContext,
  model: PictureTextModel,
  tokenizers: Tokenizers,
): Promise<void> {
  const { writer } = corpus
  const modelId = ensureModel(writer, {
    digest: model.digest,
    name: model.id,
    title: model.manifest.name,
    manifest: JSON.stringify(model.manifest),
  })
  const kinds = texts.map((title) => ({ title, scored: { modelId, text: textKey(writer, title) } }))
  const counter = await openTokenCounter(tokenizers, model)
  for (const { title, scored } of kinds) {
    const total = countUncounted(writer, scored)
    let done = 0
    for (let afterId = 0; done < total;) {
      if (ctx.signal.aborted) return
      const rows = uncounted(writer, { ...scored, afterId, limit: BATCH })
      const last = rows.at(-1)
      if (!last) break
      afterId = last.pairId
      const distinct = [...new Set(rows.map(({ text }) => text))]
      const counts = await counter.tokens(distinct)
      const of = new Map(distinct.map((text, i) => [text, counts[i] as number]))
      putTokens(
        writer,
        scored,
        rows.map(({ pairId, text }) => ({ pairId, tokens: of.get(text) as number })),
      )
      done += rows.length
      ctx.progress({ done, total, unit: 'texts', note: `counting tokens of ${title}` })
    }
    const { counted, cut } = tokenSummary(writer, { ...scored, limit: counter.limit })
    if (counted > 0) {
      ctx.result(
        `Cut (${title}, ${model.id})`,
        `${formatCount(cut)} of ${formatCount(counted)} texts at ${counter.limit} tokens`,
      )
    }
    if (total > 0) ctx.changed(['scores'])
  }
  copyBestTokens(writer, modelId)
}
