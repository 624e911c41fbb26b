import { resolve } from 'node:path'
import type { training as contract } from '#shared/contract/training.ts'
import { removeModel } from '../../inference/models/registry.ts'
import { addTextModelFolder, listTextModels } from '../../inference/models/text-models.ts'
import { runSpanTask } from '../../jobs/spans/span-calls.ts'
import { listTrainingRuns } from '../../store/repositories/training-runs.ts'
import type { EngineContext } from '../context.ts'
import type { CallsOf } from './calls-of.ts'

export function trainingCalls(context: EngineContext): CallsOf<typeof contract> {
  const { corpora, entries, folders, emit } = context
  const opened = (path: string) => corpora.get(path).corpus
  return {
    // Of the models, those that the training view works with.
    'training.models': () => listTextModels(folders),
    async 'training.addModel'({ source }) {
      const model = await addTextModelFolder(folders, resolve(source))
      emit('models.changed', {})
      return model
    },
    async 'training.removeModel'({ id }) {
      await removeModel(folders, id)
      emit('models.changed', {})
      return {}
    },
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
    'training.runs': ({ corpus }) => listTrainingRuns(opened(corpus).reader),
  }
}
