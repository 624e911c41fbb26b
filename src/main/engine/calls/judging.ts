import { resolve } from 'node:path'
import type { judging as contract } from '#shared/contract/judging.ts'
import { SOFTWARE } from '#shared/version.ts'
import { describeSample } from '../../jobs/judging/describe-sample.ts'
import { drawSample } from '../../jobs/judging/draw-sample.ts'
import { saveJudgements } from '../../jobs/judging/judgement-file.ts'
import { judgingReport } from '../../jobs/judging/judging-report.ts'
import {
  mergeJudgementEvents,
  saveJudgementEvents,
} from '../../store/repositories/judgement-files.ts'
import {
  listSamples,
  putJudgement,
  sampleOf,
  sheetOf,
  undoJudgement,
} from '../../store/repositories/judgings.ts'
import type { EngineContext } from '../context.ts'
import type { CallsOf } from './calls-of.ts'

/** Judging a cutoff by a sample around it. */
export function judgingCalls({ corpora, announce }: EngineContext): CallsOf<typeof contract> {
  const opened = (path: string) => corpora.get(path).corpus
  return {
    async 'judging.draw'({ corpus, ...args }) {
      const { model, text, where } = args
      const population = await corpora.get(corpus).reads.population({ model, text, where })
      const { writer, reader } = opened(corpus)
      const id = drawSample(writer, population, args)
      announce(corpus, ['judgings'])
      return describeSample(reader, sampleOf(reader, id))
    },
    'judging.samples'({ corpus }) {
      const { reader } = opened(corpus)
      return listSamples(reader).map((row) => describeSample(reader, row))
    },
    'judging.sheet': ({ corpus, sample, judge }) => {
      const { reader } = opened(corpus)
      return sheetOf(reader, sampleOf(reader, sample).id, judge)
    },
    'judging.set'({ corpus, ...args }) {
      const event = putJudgement(opened(corpus).writer, { ...args, software: SOFTWARE })
      announce(corpus, ['judgings'])
      return { event }
    },
    'judging.undo'({ corpus, ...args }) {
      const restored = undoJudgement(opened(corpus).writer, { ...args, software: SOFTWARE })
      if (restored) announce(corpus, ['judgings'])
      return restored
    },
    async 'judging.report'({ corpus, ...args }) {
      const { reader } = opened(corpus)
      const { model, text, where } = describeSample(reader, sampleOf(reader, args.sample))
      const { n } = await corpora.get(corpus).reads.histogram({ model, text, where, bins: 1 })
      return judgingReport(reader, { ...args, populationNow: n })
    },
    'judging.export'({ corpus, sample, out, format }) {
      return { rows: saveJudgements(opened(corpus).reader, { sample, out: resolve(out), format }) }
    },
    'judging.saveEvents': ({ corpus, out }) =>
      saveJudgementEvents(opened(corpus).reader, resolve(out)),
    async 'judging.merge'({ corpus, files }) {
      const merged = await mergeJudgementEvents(
        opened(corpus).writer,
        files.map((file) => resolve(file)),
      )
      announce(corpus, ['judgings'])
      return merged
    },
  }
}
