import { AltReport } from '#shared/contract/spans.ts'
import type { spans as contract, SpanSet } from '#shared/contract/spans.ts'
import { SOFTWARE } from '#shared/version.ts'
import { runSpanTask } from '../../jobs/spans/span-calls.ts'
import { freezeLabels } from '../../store/repositories/gold-labels.ts'
import { listSpanSets, spanSet, useSpanSet } from '../../store/repositories/span-sets.ts'
import type { EngineContext } from '../context.ts'
import { rulesInUse } from '../home/rules-in-use.ts'
import type { CallsOf } from './calls-of.ts'
import type { ReadCall } from './read-calls.ts'

/** A pattern that somebody wrote may never end; patterns run in a thread that can be ended. */
const CHECK_MS = 10_000
const TRY_MS = 120_000

export function spanCalls(context: EngineContext): CallsOf<Omit<typeof contract, ReadCall>> {
  const { corpora, entries, rules, announce } = context
  const opened = (path: string) => corpora.get(path).corpus
  return {
    'spans.sets': ({ corpus }) => listSpanSets(opened(corpus).reader),
    'spans.use'({ corpus, set }) {
      useSpanSet(opened(corpus).writer, set)
      announce(corpus, ['spans', 'scores'])
      return {}
    },
    'spans.freezeLabels'({ corpus }) {
      const title = `Labels of ${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC`
      const { writer } = opened(corpus)
      const { id } = freezeLabels(writer, { title, software: SOFTWARE })
      announce(corpus, ['spans'])
      return listSpanSets(writer).find((set) => set.id === id) as SpanSet
    },
    'spans.altReport'({ corpus, set }) {
      // Parsed: a corpus may come from somebody else.
      const { data } = AltReport.safeParse(spanSet(opened(corpus).reader, set).report)
      return data ?? null
    },
    'spans.rules': () => rulesInUse(rules),
    async 'spans.setRules'({ rules: wanted }) {
      if (wanted !== null) {
        await runSpanTask(
          entries.spanWorker,
          'checkRules',
          { rules: wanted },
          { timeoutMs: CHECK_MS },
        )
      }
      rules.set(wanted)
      return {}
    },
    'spans.tryRules': ({ corpus, rules: tried }) =>
      runSpanTask(
        entries.spanWorker,
        'tryRules',
        { path: opened(corpus).path, rules: tried },
        { timeoutMs: TRY_MS },
      ),
    'spans.measures': ({ corpus, set }) =>
      runSpanTask(entries.spanWorker, 'measureSet', { path: opened(corpus).path, set }),
  }
}
