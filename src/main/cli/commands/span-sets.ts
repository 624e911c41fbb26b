import type { Command } from 'commander'
import type { CallOutput } from '#shared/contract/index.ts'
import { AppError } from '#shared/errors.ts'
import { whole } from '../options.ts'
import { table } from '../terminal.ts'
import type { CliTools } from '../tools.ts'
import { setOrNone } from './training-data.ts'
import { json, n, three } from './words.ts'

/** `spans sets`, `use`, `freeze` and `report` */
export function addSpanSetCommands(
  spans: Command,
  { call, open, print, printJson }: CliTools,
): void {
  spans
    .command('sets <corpus>')
    .description('sets of spans; the one in use is what the text source span means')
    .option(...json)
    .action(async (corpus: string, options: { json: boolean }) => {
      const sets = await call('spans.sets', { corpus: await open(corpus) })
      if (options.json) return printJson(sets)
      print(
        table(
          ['set', 'kind', 'title', 'pairs', 'with a span', '', 'made'],
          sets.map((set) => [
            set.id,
            set.kind,
            set.title,
            n(set.pairs),
            n(set.described),
            [set.current ? 'in use' : '', set.complete ? '' : 'not complete']
              .filter(Boolean)
              .join(', '),
            set.createdAt,
          ]),
        ),
      )
    })

  spans
    .command('use <corpus> <set>')
    .description('choose what the text source span means; none = nothing')
    .action(async (corpus: string, set: string) => {
      const chosen = setOrNone(set)
      await call('spans.use', {
        corpus: await open(corpus),
        set: chosen === 'none' ? null : chosen,
      })
      print(chosen === 'none' ? 'no set of spans is in use' : `set ${chosen} is in use`)
    })

  spans
    .command('freeze <corpus>')
    .description('make a set of the labels of people as they are now')
    .action(async (corpus: string) => {
      const set = await call('spans.freezeLabels', { corpus: await open(corpus) })
      print(`set ${set.id}: ${n(set.pairs)} pairs, ${n(set.described)} with a span`)
    })

  spans
    .command('report <corpus>')
    .description('of found alts: matches by kind with examples; of every set: against the labels')
    .option('--set <id>', 'which set; otherwise the newest of found alts', whole)
    .option('--examples <n>', 'examples of each kind that are printed', whole, 5)
    .option(...json)
    .action(async (corpus: string, options: { set?: number; examples: number; json: boolean }) => {
      const path = await open(corpus)
      const sets = await call('spans.sets', { corpus: path })
      const set =
        options.set === undefined
          ? sets.find(({ kind }) => kind === 'alt')
          : sets.find(({ id }) => id === options.set)
      if (!set) {
        throw new AppError(
          'not-found',
          options.set === undefined
            ? 'The alts of this corpus have not been looked for.'
            : `There is no set ${options.set}.`,
          options.set === undefined ? 'Run gleaner spans alts.' : 'Run gleaner spans sets.',
        )
      }
      const report = await call('spans.altReport', { corpus: path, set: set.id })
      const measures = await call('spans.measures', { corpus: path, set: set.id })
      if (options.json) return printJson({ set, report, measures })
      print(`set ${set.id}, ${set.title}: ${n(set.described)} of ${n(set.pairs)} pairs`)
      if (report) printAltReport(report, options.examples, print)
      if (measures.length > 0) {
        print(
          table(
            ['against labels', 'n', 'exact match', 'IoU', 'F1'],
            measures.map((one) => [
              one.name,
              n(one.n),
              three(one.exactMatch),
              three(one.iou),
              three(one.f1),
            ]),
          ),
        )
      } else print('no pair of the set has a label')
    })
}

function printAltReport(
  report: NonNullable<CallOutput<'spans.altReport'>>,
  examples: number,
  print: (text: string) => void,
): void {
  const share = (count: number, of: number): string =>
    of === 0 ? '' : `${((100 * count) / of).toFixed(1)} %`
  print(
    table(
      ['alts looked for', n(report.lookedFor), share(report.lookedFor, report.pairs)],
      [
        ...Object.entries(report.best).map(([kind, count]) => [
          kind,
          n(count),
          share(count, report.lookedFor),
        ]),
        ...report.nearMisses.map(({ similarity, n: count }) => [
          `near miss from ${similarity}`,
          n(count),
          share(count, report.lookedFor),
        ]),
      ],
    ),
  )
  if (report.useless.length > 0) {
    print(
      table(
        ['useless alts, rule', 'n', 'why'],
        report.useless.map((rule) => [rule.rule, n(rule.n), rule.explanation]),
      ),
    )
  }
  const shown = new Map<string, number>()
  for (const { pair, alt, place, kind, score, left, right } of report.examples) {
    const count = shown.get(kind) ?? 0
    if (count >= examples) continue
    shown.set(kind, count + 1)
    const line = (text: string): string => text.replace(/\s+/g, ' ')
    print(`${kind} ${three(score)}  pair ${pair}  alt: ${line(alt)}`)
    print(`    ${place.source}: …${line(left)}[${line(place.quote)}]${line(right)}…`)
  }
}
