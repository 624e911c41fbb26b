import type { facets as contract } from '#shared/contract/facets.ts'
import { removeFilter, saveFilter, useFilter } from '../../store/repositories/saved-filters.ts'
import type { EngineContext } from '../context.ts'
import type { CallsOf } from './calls-of.ts'
import type { ReadCall } from './read-calls.ts'

export function filterCalls({ corpora }: EngineContext): CallsOf<Omit<typeof contract, ReadCall>> {
  const writer = (path: string) => corpora.get(path).corpus.writer
  return {
    'filters.save'({ corpus, ...filter }) {
      saveFilter(writer(corpus), filter)
      return {}
    },
    'filters.remove'({ corpus, name }) {
      removeFilter(writer(corpus), name)
      return {}
    },
    'filters.used'({ corpus, query }) {
      useFilter(writer(corpus), query)
      return {}
    },
  }
}
