import type { CallArgs, CallOutput } from '#shared/contract/index.ts'
import { median } from '#shared/statistics.ts'
import { fromSource, joinContext } from '#shared/text/context.ts'
import type { Span } from '#shared/text/spans.ts'
import { iouBin, iouBins } from '../../labeling/iou-bins.ts'
import { markedText } from '../../labeling/marked-text.ts'
import type { ReaderDb } from '../../store/open.ts'
import { pairTexts } from '../../store/repositories/pair-texts.ts'
import { trainingSamples } from '../../store/repositories/training-samples.ts'
import { comparePairs } from './measure-set.ts'

type Args = Omit<CallArgs<'training.samples'>, 'corpus'>

interface Sample {
  pairId: number
  iou: number
  /** In the running text, which is only joined where it is shown. */
  spans(context: ReturnType<typeof joinContext>): { gold: Span | null; found: Span | null }
}

function samplesOf(db: ReaderDb, source: Args['source']): Sample[] {
  if (source.of === 'run') {
    return trainingSamples(db, source.run).map(({ pairId, iou, gold, found }) => ({
      pairId,
      iou,
      spans: () => ({ gold, found }),
    }))
  }
  return Array.from(comparePairs(db, source.set), ({ pairId, iou, gold, found }) => ({
    pairId,
    iou,
    spans: (context) => ({
      gold: gold && fromSource(context, gold),
      found: found && fromSource(context, found),
    }),
  }))
}

/** `training.samples` */
export function spanSamples(db: ReaderDb, args: Args): CallOutput<'training.samples'> {
  const samples = samplesOf(db, args.source)
  const values = samples.map(({ iou }) => iou)
  const wanted = samples
    .filter(({ iou }) => args.bin === null || iouBin(iou) === args.bin)
    .sort((a, b) => a.iou - b.iou || a.pairId - b.pairId)
  return {
    n: values.length,
    mean: values.length > 0 ? values.reduce((sum, one) => sum + one, 0) / values.length : null,
    median: median(values),
    bins: iouBins(values),
    total: wanted.length,
    rows: wanted.slice(args.offset, args.offset + args.limit).flatMap(({ pairId, iou, spans }) => {
      const texts = pairTexts(db, pairId)
      if (!texts) return []
      const context = joinContext(texts)
      const { gold, found } = spans(context)
      const pieces = markedText(context.text, gold, found)
      return [{ pair: pairId, iou, pieces, gold: gold !== null, found: found !== null }]
    }),
  }
}
