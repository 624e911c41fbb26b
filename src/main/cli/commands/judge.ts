import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { CallInput } from '#shared/contract/index.ts'
import { judging, type JudgedCutoff, type JudgedSample } from '#shared/contract/judging.ts'
import type { TextSource } from '#shared/domain.ts'
import { AppError } from '#shared/errors.ts'
import { optionOf } from '../options.ts'
import { table } from '../terminal.ts'
import type { CliTools } from '../tools.ts'
import { printMerged } from './merged.ts'
import { onlyModel } from './score.ts'
import { json, n, textOption, three, where } from './words.ts'

/** `judge ...`: precision and recall of a cutoff, from a sample around it. */
export function addJudgeCommands(program: Command, tools: CliTools): void {
  const { call, open, print, printJson } = tools
  const draw = judging['judging.draw'].input.shape
  const report = judging['judging.report'].input.shape
  const saved = judging['judging.export'].input.shape
  const judge = program
    .command('judge')
    .description('precision and recall of a cutoff, from judged pairs around it')
  const sampleOption = () =>
    optionOf('--sample <id>', 'which sample; the newest unless told', report.sample.optional())

  async function newest(corpus: string, given: number | undefined): Promise<number> {
    if (given !== undefined) return given
    const [first] = await call('judging.samples', { corpus })
    if (first) return first.id
    throw new AppError(
      'not-found',
      'No sample was drawn in this corpus.',
      'Draw one: gleaner judge sample CORPUS --cutoff 0.28.',
    )
  }

  judge
    .command('sample <corpus>')
    .description('draw a sample around a cutoff, to be judged in the window')
    .option('--model <id>', 'whose scores; may be left out where there is one')
    .addOption(textOption('which words were scored'))
    .addOption(optionOf('--cutoff <cosine>', 'the line', draw.cutoff))
    .addOption(optionOf('--size <n>', 'pairs that are drawn', draw.size))
    .addOption(optionOf('--seed <n>', 'of the draw', draw.seed))
    .option(...where('width>=256'))
    .option(...json)
    .action(
      async (
        corpus: string,
        options: {
          model?: string
          text: TextSource
          cutoff: number
          size: number
          seed: number
          where?: string
          json: boolean
        },
      ) => {
        const path = await open(corpus)
        const { json: asJson, model: given, ...args } = options
        const model = given ?? (await onlyModel(call, path, options.text))
        const sample = await call('judging.draw', { corpus: path, model, ...args })
        if (asJson) return printJson(sample)
        print(describeSamples([sample]))
        print(
          table(
            ['stratum', 'from', 'to', 'pairs', 'drawn'],
            sample.strata.map((one, i) => [
              i + 1,
              three(one.low),
              three(one.high),
              n(one.size),
              n(one.drawn),
            ]),
          ),
        )
      },
    )

  judge
    .command('list <corpus>')
    .description('the samples that were drawn, and who judged how many of them')
    .option(...json)
    .action(async (corpus: string, options: { json: boolean }) => {
      const samples = await call('judging.samples', { corpus: await open(corpus) })
      if (options.json) return printJson(samples)
      print(samples.length === 0 ? 'none' : describeSamples(samples))
    })

  judge
    .command('report <corpus>')
    .description('precision and recall with intervals, at the line and at all other cutoffs')
    .addOption(sampleOption())
    .option('--judge <name>', 'only what this person says; else all, by majority')
    .addOption(optionOf('--cutoff <cosine>', 'instead of the line', report.cutoff))
    .addOption(optionOf('--target <precision>', 'that a cutoff is looked for', report.target))
    .option(...json)
    .action(
      async (
        corpus: string,
        options: {
          sample?: number
          judge?: string
          cutoff?: number
          target: number
          json: boolean
        },
      ) => {
        const path = await open(corpus)
        const { json: asJson, sample, ...asked } = options
        const input: CallInput<'judging.report'> = {
          corpus: path,
          sample: await newest(path, sample),
          ...asked,
        }
        const found = await call('judging.report', input)
        if (asJson) return printJson(found)
        const { counts, at, target } = found
        print(
          `judged      right ${n(counts.right)}, wrong ${n(counts.wrong)}, unsure ${n(counts.unsure)}, open ${n(counts.open)}`,
        )
        print(`at ${at.cutoff}`.padEnd(12) + describeCutoff(at))
        for (const [name, of] of [
          ['estimate', target.byEstimate],
          ['lower limit', target.byBound],
        ] as const) {
          print(
            `precision of at least ${target.precision} by the ${name}: ${of ? `${of.cutoff}, ${describeCutoff(of)}` : 'no cutoff'}`,
          )
        }
        print(found.methods)
      },
    )

  judge
    .command('export <corpus> <file>')
    .description('write the judgements: one row for each drawn pair and person')
    .addOption(sampleOption())
    .addOption(optionOf('--format <format>', 'of the file', saved.format))
    .action(
      async (
        corpus: string,
        file: string,
        options: { sample?: number; format: 'csv' | 'jsonl' },
      ) => {
        const path = await open(corpus)
        const { rows } = await call('judging.export', {
          corpus: path,
          sample: await newest(path, options.sample),
          out: resolve(file),
          format: options.format,
        })
        print(`${n(rows)} rows in ${resolve(file)}`)
      },
    )

  judge
    .command('events <corpus> <file>')
    .description('write all that was ever said as JSON Lines, to be merged on another machine')
    .action(async (corpus: string, file: string) => {
      const path = await open(corpus)
      const { events } = await call('judging.saveEvents', { corpus: path, out: resolve(file) })
      print(`${n(events)} events in ${resolve(file)}`)
    })

  judge
    .command('merge <corpus> <file...>')
    .description('take in judgements of other machines, of pairs that were drawn here too')
    .option(...json)
    .action(async (corpus: string, files: string[], options: { json: boolean }) => {
      const path = await open(corpus)
      const merged = await call('judging.merge', {
        corpus: path,
        files: files.map((file) => resolve(file)),
      })
      return printMerged(tools, merged, 'judgements', options.json)
    })
}

function describeSamples(samples: readonly JudgedSample[]): string {
  return table(
    ['sample', 'cutoff', 'model', 'text', 'drawn', 'of', 'judged by', 'filter'],
    samples.map((one) => [
      one.id,
      one.cutoff,
      one.model,
      one.text,
      n(one.drawn),
      n(one.population),
      one.judges.map(({ name, judged }) => `${name} ${n(judged)} of ${n(one.subjects)}`).join(', '),
      one.where,
    ]),
  )
}

function describeCutoff({ kept, precision, recall }: JudgedCutoff): string {
  const limits = (of: JudgedCutoff['recall']): string =>
    of ? `${three(of.estimate)} (${three(of.low)} … ${three(of.high)})` : 'not known'
  return `keeps ${n(kept)}, precision ${limits(precision)}, recall ${limits(recall)}`
}
