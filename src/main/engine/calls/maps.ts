import type { maps as contract } from '#shared/contract/maps.ts'
import { listMaps, nameMap, removeMap } from '../../store/map-file.ts'
import { embeddedModels } from '../../store/repositories/map-items.ts'
import { listModels } from '../../store/repositories/models.ts'
import type { EngineContext } from '../context.ts'
import type { CallsOf } from './calls-of.ts'
import type { ReadCall } from './read-calls.ts'

/** What of maps is no read of rows. */
export function mapCalls({
  corpora,
  announce,
}: EngineContext): CallsOf<Omit<typeof contract, ReadCall>> {
  return {
    'maps.list'({ corpus: path }) {
      const { corpus } = corpora.get(path)
      const models = new Map(listModels(corpus.reader).map((model) => [model.id, model]))
      return {
        ...listMaps(corpus.path),
        sources: embeddedModels(corpus.reader).flatMap(({ id, image, text }) => {
          const model = models.get(id)
          if (!model) return []
          const { publicId, title, digest } = model
          return [{ model: publicId, title, digest, image, text }]
        }),
      }
    },
    'maps.rename'({ corpus: path, map, name }) {
      nameMap(corpora.get(path).corpus.path, map, name)
      announce(path, ['maps'])
      return {}
    },
    'maps.remove'({ corpus: path, map }) {
      removeMap(corpora.get(path).corpus.path, map)
      announce(path, ['maps'])
      return {}
    },
  }
}
