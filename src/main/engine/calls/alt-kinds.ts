import type { altKindCalls as contract } from '#shared/contract/alt-kinds.ts'
import { runSpanTask } from '../../jobs/spans/span-calls.ts'
import type { EngineContext } from '../context.ts'
import { altKindRulesInUse } from '../home/rules-in-use.ts'
import type { CallsOf } from './calls-of.ts'
import type { ReadCall } from './read-calls.ts'

/** A pattern that somebody wrote may never end; patterns run in a thread that can be ended. */
const CHECK_MS = 10_000

export function altKindHandlers({
  altKindRules,
  entries,
}: EngineContext): CallsOf<Omit<typeof contract, ReadCall>> {
  return {
    'altKinds.rules': () => altKindRulesInUse(altKindRules),
    async 'altKinds.setRules'({ rules }) {
      if (rules !== null) {
        await runSpanTask(
          entries.spanWorker,
          'checkRules',
          { rules: rules.machine },
          { timeoutMs: CHECK_MS },
        )
      }
      altKindRules.set(rules)
      return {}
    },
  }
}
