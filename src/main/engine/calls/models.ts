import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { models as contract } from '#shared/contract/models.ts'
import { createInferenceHost } from '../../inference/host/client.ts'
import { parseHubSource } from '../../inference/hub/hub.ts'
import {
  addModelFolder,
  listModels,
  removeModel,
  resolveAnyModel,
} from '../../inference/models/registry.ts'
import { KINDS } from '../../inference/kinds/index.ts'
import type { EngineContext } from '../context.ts'
import { tokenCounters } from '../token-counters.ts'
import type { CallsOf } from './calls-of.ts'

export function modelCalls(context: EngineContext): CallsOf<typeof contract> {
  const { settings, folders, entries, jobs, emit } = context
  const counterOf = tokenCounters(context)
  return {
    'models.list': () => listModels(folders, settings.get()),
    async 'models.add'({ source, kinds }) {
      if (parseHubSource(source) !== null && !existsSync(source)) {
        return { model: null, job: jobs.start('model-fetch', { source }).job }
      }
      const { info } = await addModelFolder(
        folders,
        resolve(source),
        kinds && KINDS.filter(({ kind }) => kinds.includes(kind)),
      )
      emit('models.changed', {})
      return { model: info, job: null }
    },
    async 'models.remove'({ id }) {
      await removeModel(folders, id)
      emit('models.changed', {})
      return {}
    },
    async 'models.tokens'({ id, texts }) {
      const installed = (await listModels(folders, settings.get())).some(
        (one) => one.id === id && one.kind === 'picture-text' && one.state === 'installed',
      )
      if (!installed) return null
      const { counter } = await counterOf(id)
      return { limit: counter.limit, counts: await counter.of(texts) }
    },
    async 'models.verify'({ id, device }) {
      const model = await resolveAnyModel(folders, id)
      const host = createInferenceHost(entries.inferenceHost)
      try {
        return await model.kind.verify(model, device, host)
      } finally {
        await host.close()
      }
    },
  }
}
