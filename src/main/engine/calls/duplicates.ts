import type { duplicates as contract } from '#shared/contract/duplicates.ts'
import { SOFTWARE } from '#shared/version.ts'
import { putDecision, stepDecision } from '../../store/repositories/duplicate-decisions.ts'
import { existingPairs } from '../../store/repositories/marks.ts'
import type { EngineContext } from '../context.ts'
import type { CallsOf } from './calls-of.ts'
import type { ReadCall } from './read-calls.ts'

export function duplicateCalls({
  corpora,
  announce,
}: EngineContext): CallsOf<Omit<typeof contract, ReadCall>> {
  const step =
    (kind: 'undo' | 'redo') =>
    ({ corpus, ...args }: { corpus: string; person: string; event?: string | undefined }) => {
      const { writer } = corpora.get(corpus).corpus
      const done = stepDecision(writer, kind, { ...args, software: SOFTWARE })
      if (done) announce(corpus, ['duplicates'])
      return done
    }
  return {
    'duplicates.decide'({ corpus, person, kind, ids, decision }) {
      const { writer } = corpora.get(corpus).corpus
      const done = putDecision(writer, {
        ...{ person, decision, duplicates: kind, software: SOFTWARE },
        ids: existingPairs(writer, ids),
      })
      announce(corpus, ['duplicates'])
      return done
    },
    'duplicates.undo': step('undo'),
    'duplicates.redo': step('redo'),
  }
}
