import { ALT_KINDS } from '#shared/alt-kinds.ts'
import type { AltKind } from '#shared/alt-kinds.ts'
import type { AltKindRules } from '#shared/contract/alt-kinds.ts'
import { altKinds } from '#shared/contract/jobs/alt-kinds.ts'
import type { UselessAltRuleValue } from '#shared/contract/spans.ts'
import type { Corpus } from '../../store/open.ts'
import { beginAltKinds, forgetAltKinds, putAltKinds } from '../../store/repositories/alt-kinds.ts'
import { countRows } from '../../store/repositories/stats.ts'
import { transaction } from '../../store/statements.ts'
import { implementJob } from '../run/implement.ts'
import type { JobContext } from '../run/job.ts'
import { runSpanTask } from './span-calls.ts'

/** For trying the rules on their own examples. */
const CHECK_MS = 10_000

/**
 * Sorts all alts anew. What an earlier run found goes when this one has its first result; a run
 * that was killed begins from the start.
 * @throws AppError `invalid-input` for a rule that is none
 */
export async function runAltKinds(
  corpus: Corpus,
  ctx: JobContext,
  { machine, repeated }: AltKindRules,
  useless: readonly UselessAltRuleValue[],
): Promise<void> {
  const { writer } = corpus
  for (const rules of [machine, useless]) {
    await runSpanTask(
      ctx.entries.spanWorker,
      'checkRules',
      { rules },
      { signal: ctx.signal, timeoutMs: CHECK_MS },
    )
  }
  const total = countRows(writer, 'pairs')
  const counts = new Map<AltKind, number>()
  let done = 0
  const say = (note: string): void => ctx.progress({ done, total, unit: 'pairs', note })
  say('counting texts that stand on many sites')
  let templates = 0
  await runSpanTask(
    ctx.entries.spanWorker,
    'sortAlts',
    {
      ...{ path: corpus.path, machine, useless, repeated },
      repeatedMeans: `Stands on ${repeated.minSites} sites or more, as a whole or as the beginning or end of ${repeated.minVariants} texts or more.`,
    },
    {
      signal: ctx.signal,
      onEvent(batch) {
        if (ctx.signal.aborted) return
        transaction(writer, () => {
          if (batch.head) beginAltKinds(writer, batch.head)
          putAltKinds(writer, batch)
        })
        templates = batch.head?.templates.length ?? templates
        for (const kind of batch.kinds) {
          const name = ALT_KINDS[kind] as AltKind
          counts.set(name, (counts.get(name) ?? 0) + 1)
        }
        done += batch.ids.length
        say(`${(counts.get('machine') ?? 0).toLocaleString('en')} written by a machine`)
        ctx.changed(['kinds'])
      },
    },
  )
  if (ctx.signal.aborted) return forgetAltKinds(writer)
  const n = (value: number): string => value.toLocaleString('en')
  ctx.result('Pairs', n(done))
  for (const kind of ALT_KINDS) {
    const count = counts.get(kind) ?? 0
    ctx.result(
      KIND_NAMES[kind],
      done === 0 ? n(count) : `${n(count)} (${((100 * count) / done).toFixed(1)} %)`,
    )
  }
  ctx.result('Texts repeated on sites', n(templates))
  ctx.changed(['kinds'])
}

const KIND_NAMES: Record<AltKind, string> = {
  words: 'Words',
  machine: 'Machine-written',
  uninformative: 'Uninformative',
  empty: 'Empty',
  absent: 'No alt attribute',
}

export const altKindsJob = implementJob(altKinds, ({ corpus, context, machine }) =>
  runAltKinds(corpus, context, machine.altKindRules(), machine.uselessAltRules()),
)
