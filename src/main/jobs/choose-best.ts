import { setImmediate } from 'node:timers/promises'
import type { OwnText } from '#shared/domain.ts'
import { formatCount } from '#shared/format.ts'
import { SOFTWARE } from '#shared/version.ts'
import type { PictureTextModel } from '../inference/kinds/picture-text/types.ts'
import type { Corpus } from '../store/open.ts'
import { listBestSets, makeBestSet, useBestSet } from '../store/repositories/best-sets.ts'
import { findModel } from '../store/repositories/models.ts'
import { scorableText } from '../store/repositories/score-queue.ts'
import type { JobContext } from './run/job.ts'

/**
 * Chooses for each picture the text with the highest cosine, by each model, and puts the choice of
 * the first in use. Ended by the signal it leaves what was in use.
 */
export async function chooseBest(
  corpus: Corpus,
  { models, texts }: { models: readonly PictureTextModel[]; texts: readonly OwnText[] },
  ctx: JobContext,
): Promise<void> {
  const { writer } = corpus
  const keys = texts.map((text) => scorableText(writer, text))
  for (const [i, model] of models.entries()) {
    const { id: modelId } = findModel(writer, model.digest)
    const set = await makeBestSet(
      writer,
      { modelId, texts: keys, software: SOFTWARE },
      async (done, total) => {
        const note = `best text by ${model.manifest.name}`
        ctx.progress({ done, total, unit: 'pairs', note })
        await setImmediate()
        return !ctx.signal.aborted
      },
    )
    if (set === null) return
    if (i === 0) useBestSet(writer, set)
    const made = listBestSets(writer).find(({ id }) => id === set)
    if (made) {
      const won = made.chosen.map(({ text, n }) => `${text} ${formatCount(n)}`).join(', ')
      const margin = made.marginMedian === null ? 'none' : made.marginMedian.toFixed(4)
      ctx.result(
        'Best text',
        `${won} of ${formatCount(made.pairs)} pairs by ${model.manifest.name}; one text only ${formatCount(made.single)}, ties ${formatCount(made.ties)} (the first text wins), median margin ${margin}${made.blank > 0 ? `; ${formatCount(made.blank)} texts without a visible character passed over` : ''}`,
      )
    }
    ctx.changed(['scores'])
  }
}
