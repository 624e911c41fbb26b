import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { AltKindRules } from '#shared/contract/alt-kinds.ts'
import { altKinds } from '#shared/contract/jobs.ts'
import { AppError } from '#shared/errors.ts'
import { whole } from '../options.ts'
import { table } from '../terminal.ts'
import { runJob } from '../tools.ts'
import type { CliTools } from '../tools.ts'
import { clip, json, n } from './words.ts'

/** `alts ...` */
export function addAltCommands(program: Command, tools: CliTools): void {
  const { call, open, print, printJson } = tools
  const alts = program
    .command('alts')
    .description('what kind of text each alt is: words, machine-written, uninformative')

  alts
    .command('sort <corpus>')
    .description('sort the alts of all pairs anew; alt-kind: and alt-rule: filter by it')
    .action(async (corpus: string) => {
      await runJob(tools, altKinds, { corpus: await open(corpus) })
    })

  alts
    .command('report <corpus>')
    .description('what the last run found: counts by rule with examples, texts on many sites')
    .option('--examples <n>', 'examples of each rule', whole, 3)
    .option(...json)
    .action(async (corpus: string, options: { examples: number; json: boolean }) => {
      const { examples } = options
      const report = await call('altKinds.report', { corpus: await open(corpus), examples })
      if (options.json) return printJson(report)
      if (report.unsorted > 0) {
        print(`${n(report.unsorted)} of ${n(report.pairs)} pairs are not sorted: gleaner alts sort`)
      }
      print(
        table(
          ['kind', 'n'],
          Object.entries(report.kinds).map(([kind, count]) => [kind, n(count)]),
        ),
      )
      const found = report.rules.filter((rule) => rule.n > 0)
      if (found.length > 0) {
        print(
          table(
            ['rule', 'kind', 'n', 'for example'],
            found.map((rule) => [rule.name, rule.kind, n(rule.n), clip(rule.examples.join(' | '))]),
          ),
        )
      }
      if (report.templates.length > 0) {
        print(
          table(
            ['on many sites', 'sites', 'pairs'],
            report.templates.map((one) => [clip(one.text), n(one.sites), n(one.pairs)]),
          ),
        )
      }
    })

  alts
    .command('rules')
    .description('print the rules for what a machine wrote as JSON, to be edited and used')
    .option('--use <file>', 'keep these rules; they are tried on their own examples first')
    .option('--reset', 'back to the rules of the program', false)
    .action(async (options: { use?: string; reset: boolean }) => {
      if (options.use !== undefined) {
        await call('altKinds.setRules', { rules: readRules(resolve(options.use)) })
        return print('These rules are in use. gleaner alts sort sorts by them.')
      }
      if (options.reset) {
        await call('altKinds.setRules', { rules: null })
        return print('The rules of the program are in use.')
      }
      return printJson((await call('altKinds.rules', {})).rules)
    })
}

function readRules(file: string): AltKindRules {
  let value: unknown
  try {
    value = JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new AppError(
      'invalid-input',
      `${file} cannot be read as JSON: ${(error as Error).message}`,
      'Begin with what gleaner alts rules prints.',
    )
  }
  const parsed = AltKindRules.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new AppError(
    'invalid-input',
    `${file} holds no rules: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`,
    'Begin with what gleaner alts rules prints.',
  )
}
