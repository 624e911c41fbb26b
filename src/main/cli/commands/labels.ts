import { resolve } from 'node:path'
import type { Command } from 'commander'
import { labels as contract } from '#shared/contract/labels.ts'
import { optionOf } from '../options.ts'
import { table } from '../terminal.ts'
import type { CliTools } from '../tools.ts'
import { printMerged } from './merged.ts'
import { json, n, three, where } from './words.ts'

const FILTER = 'caption:* -alt:*'

/** `labels ...` */
export function addLabelCommands(program: Command, tools: CliTools): void {
  const { call, open, print, printJson } = tools
  const { unit, resamples, seed } = contract['labels.agreement'].input.shape
  const labels = program.command('labels').description('what people marked as descriptions')

  labels
    .command('export <corpus> <file>')
    .description('write all events as JSON Lines, to be merged on another machine')
    .action(async (corpus: string, file: string) => {
      const path = await open(corpus)
      const { events } = await call('labels.export', { corpus: path, out: resolve(file) })
      print(`${n(events)} events in ${resolve(file)}`)
    })

  labels
    .command('merge <corpus> <file...>')
    .description('take in events of other machines')
    .option(...json)
    .action(async (corpus: string, files: string[], options: { json: boolean }) => {
      const path = await open(corpus)
      const merged = await call('labels.merge', {
        corpus: path,
        files: files.map((file) => resolve(file)),
      })
      return printMerged(tools, merged, 'events', options.json)
    })

  labels
    .command('agreement <corpus>')
    .description('between annotators, on the pairs that two or more have labeled')
    .addOption(optionOf('--unit <unit>', 'what is counted', unit))
    .option('--types', 'the description type must agree, too', false)
    .addOption(optionOf('--resamples <n>', 'of the bootstrap; 0 = no intervals', resamples))
    .addOption(optionOf('--seed <n>', 'of the bootstrap', seed))
    .option(...where(FILTER))
    .option(...json)
    .action(
      async (
        corpus: string,
        options: {
          unit: 'word' | 'code-point'
          types: boolean
          resamples: number
          seed: number
          where?: string
          json: boolean
        },
      ) => {
        const { json: asJson, ...asked } = options
        const found = await call('labels.agreement', { corpus: await open(corpus), ...asked })
        if (asJson) return printJson(found)
        const row = (
          name: string,
          of: { value: number | null; low: number | null; high: number | null },
          items: number,
        ): (string | number)[] => [
          name,
          three(of.value),
          of.low === null || of.high === null ? '' : `${three(of.low)} … ${three(of.high)}`,
          n(items),
        ]
        print(`annotators: ${found.annotators.join(', ') || 'none'}`)
        print(
          table(
            ['measure', 'value', `${Math.round(100 * found.level)} % interval`, 'items'],
            [
              row('exact match', found.exactMatch, found.items),
              row(`F1 (${asked.unit}s)`, found.f1, found.items),
              row(`IoU (${asked.unit}s)`, found.iou, found.items),
              row('alpha, nominal', found.alpha, found.items),
              row('alpha, unitizing', found.alphaUnitizing, found.alphaUnitizing.items),
            ],
          ),
        )
      },
    )

  labels
    .command('progress <corpus>')
    .description('how far each annotator is')
    .option('--annotator <name>', 'only this one, with pace')
    .option('--review', 'as the one who settles disagreements', false)
    .option(...where(FILTER))
    .option(...json)
    .action(
      async (
        corpus: string,
        options: { annotator?: string; review: boolean; where?: string; json: boolean },
      ) => {
        const path = await open(corpus)
        const people = await call('labels.annotators', { corpus: path })
        const speakers =
          options.annotator === undefined
            ? people.map(({ name, review }) => ({ annotator: name, review }))
            : [{ annotator: options.annotator, review: options.review }]
        const rows = await Promise.all(
          speakers.map(async (speaker) => ({
            ...speaker,
            ...(await call('labels.progress', {
              corpus: path,
              ...speaker,
              where: options.where,
            })),
          })),
        )
        if (options.json) return printJson(rows)
        print(
          table(
            [
              'annotator',
              'labeled',
              'of',
              'no description',
              'skipped',
              'flagged',
              'today',
              'seconds an item',
            ],
            rows.map((row) => [
              row.review ? `${row.annotator} (review)` : row.annotator,
              n(row.labeled),
              n(row.total),
              n(row.none),
              n(row.skipped),
              n(row.flagged),
              n(row.today),
              row.medianSeconds === null ? '' : row.medianSeconds.toFixed(1),
            ]),
          ),
        )
      },
    )
}
