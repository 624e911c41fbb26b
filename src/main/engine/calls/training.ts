import type { training as contract } from '#shared/contract/training.ts'
import { runSpanTask } from '../../jobs/spans/span-calls.ts'
import { listTrainingRuns } from '../../store/repositories/training-runs.ts'
import type { EngineContext } from '../context.ts'
import type { CallsOf } from './calls-of.ts'

export function trainingCalls(context: EngineContext): CallsOf<typeof contract> {
  const { corpora, entries } = context
  const opened = (path: string) => corpora.get(path).corpus
  return {
    async 'training.preview'(input) {
      const { path } = opened(input.corpus)
      const { splits, origins, warnings } = await runSpanTask(
        entries.spanWorker,
        'collectTraining',
        {
          path,
          input,
        },
      )
      return { splits, origins, warnings }
    },
    'training.samples': ({ corpus, ...args }) =>
      runSpanTask(entries.spanWorker, 'spanSamples', { path: opened(corpus).path, args }),
    'training.runs': ({ corpus }) => listTrainingRuns(opened(corpus).reader),
  }
}
