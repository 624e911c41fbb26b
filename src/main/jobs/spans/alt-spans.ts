import type { AltReport, UselessAltRuleValue } from '#shared/contract/spans.ts'
import type { AltSpansInput } from '#shared/contract/jobs.ts'
import { altSpans } from '#shared/contract/jobs/alt-spans.ts'
import { SOFTWARE } from '#shared/version.ts'
import { FIND_ALT_DEFAULTS } from '../../labeling/find-alt-spans.ts'
import type { Corpus } from '../../store/open.ts'
import {
  createSpanSet,
  finishSpanSet,
  keepSpanReport,
  putSpans,
  resumableSpanSet,
} from '../../store/repositories/span-sets.ts'
import type { NewSpanSet } from '../../store/repositories/span-sets.ts'
import { countRows } from '../../store/repositories/stats.ts'
import { transaction } from '../../store/statements.ts'
import type { JobContext } from '../run/job.ts'
import { runSpanTask } from './span-calls.ts'
import { implementJob } from '../run/implement.ts'

/** For trying the rules on their own examples. */
const CHECK_MS = 10_000

/**
 * Finds the alts in the other texts of their pairs: a new set of spans with all candidates, ranked,
 * and its report. Alts that a rule calls useless are not looked for. What a batch found, its
 * report and its place are committed together, so a killed run goes on where it stopped.
 *
 * @param given the rules for useless alts, which get `checkMs` for their own examples
 * @throws AppError `invalid-input` for a rule that is none
 */
export async function runAltSpans(
  corpus: Corpus,
  input: AltSpansInput,
  ctx: JobContext,
  given: readonly UselessAltRuleValue[],
  { checkMs = CHECK_MS } = {},
): Promise<void> {
  const { writer } = corpus
  // One's own may have been edited by hand, and a pattern may never end.
  const rules = await runSpanTask(
    ctx.entries.spanWorker,
    'checkRules',
    { rules: given },
    { signal: ctx.signal, timeoutMs: checkMs },
  )
  const threshold = input.threshold ?? FIND_ALT_DEFAULTS.threshold
  const find = {
    ...FIND_ALT_DEFAULTS,
    threshold,
    shortThreshold: Math.max(FIND_ALT_DEFAULTS.shortThreshold, threshold),
  }
  const wanted: NewSpanSet = {
    kind: 'alt',
    title: `Alt text matches, similarity ≥ ${threshold}`,
    model: null,
    config: { find, rules },
    software: SOFTWARE,
  }
  const set = resumableSpanSet(writer, wanted) ?? createSpanSet(writer, wanted)
  const total = countRows(writer, 'pairs')
  let { pairs, described } = set
  const say = (): void =>
    ctx.progress({
      done: pairs,
      total,
      unit: 'pairs',
      note: `${described.toLocaleString('en')} alt texts found`,
    })
  say()
  const report = await runSpanTask(
    ctx.entries.spanWorker,
    'findAlts',
    {
      path: corpus.path,
      rules,
      find,
      afterId: set.nextPair,
      report: set.report as AltReport | null,
    },
    {
      signal: ctx.signal,
      onEvent(batch) {
        transaction(writer, () => {
          putSpans(writer, { set: set.id, pairs: batch.pairs, nextPair: batch.nextPair })
          keepSpanReport(writer, { set: set.id, report: batch.report })
        })
        pairs += batch.pairs.length
        described += batch.pairs.filter(({ spans }) => spans.length > 0).length
        say()
        ctx.changed(['spans'])
      },
    },
  )
  if (ctx.signal.aborted) return
  const n = (value: number): string => value.toLocaleString('en')
  const percent = (value: number, of: number): string =>
    of === 0 ? n(value) : `${n(value)} (${((100 * value) / of).toFixed(1)} %)`
  ctx.result('Set', String(set.id))
  ctx.result('Pairs', n(report.pairs))
  ctx.result('Useless alts', percent(report.pairs - report.lookedFor, report.pairs))
  ctx.result('Looked for', n(report.lookedFor))
  for (const kind of ['exact', 'normalised', 'near', 'none']) {
    const name = kind === 'none' ? 'Not found' : `Found, ${kind}`
    ctx.result(name, percent(report.best[kind] ?? 0, report.lookedFor))
  }
  ctx.conclude(() => finishSpanSet(writer, { set: set.id, report }))
  ctx.changed(['spans'])
}

export const altSpansJob = implementJob(altSpans, ({ corpus, input, context, machine }) =>
  runAltSpans(corpus, input, context, machine.uselessAltRules()),
)
