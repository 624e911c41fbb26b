import { resolve } from 'node:path'
import { InvalidArgumentError } from 'commander'
import type { Command } from 'commander'
import { promptBase, PromptBaseInput } from '#shared/contract/jobs.ts'
import { CleanRules } from '#shared/contract/index.ts'
import type { PromptBaseInfo } from '#shared/contract/index.ts'
import { count, optionOf } from '../options.ts'
import { table } from '../terminal.ts'
import { runJob } from '../tools.ts'
import type { CliTools } from '../tools.ts'
import { addPredictions } from './prompt-predictions.ts'
import { baseNameOf, numberIn, withModels } from './prompt-words.ts'
import type { ModelOptions } from './prompt-words.ts'
import { clip, json, n } from './words.ts'

/** `prompts new`, `add`, `clean` and so on: bases that prompts for pictures are found in. */
export function addPromptBaseCommands(prompts: Command, tools: CliTools): void {
  const { call, print, printJson } = tools
  const filling = PromptBaseInput.shape

  const withFiles = (command: Command): Command =>
    withModels(command)
      .addOption(
        optionOf('--column <name>', 'of tables; default: prompt by name first', filling.textColumn),
      )
      .addOption(optionOf('--text <source>', 'of corpora', filling.text))
      .addOption(optionOf('--where <filter>', 'of corpora, only of these pairs', filling.where))
      .option(
        '--vectors <npy>',
        "vectors of the one table's prompts, row by row, in place of embedding them by a picture-text model",
      )
      .option('--no-embed', 'do not embed what is in use')

  interface Filling extends ModelOptions {
    column?: string
    text: PromptBaseInput['text']
    where: string
    vectors?: string
    embed: boolean
  }
  const inputOf = (base: string, files: string[], options: Filling) => {
    const { column, vectors, text, where, embed, model, sentenceModel, device } = options
    return {
      ...{ base: baseNameOf(base), paths: files.map((file) => resolve(file)) },
      ...{ text, where, embed, device },
      ...(column === undefined ? {} : { textColumn: column }),
      ...(vectors === undefined ? {} : { source: resolve(vectors) }),
      ...(model === undefined ? {} : { model }),
      ...(sentenceModel === undefined ? {} : { sentenceModel }),
    }
  }

  withFiles(prompts.command('new <base> <files...>'))
    .description('make a prompt base of text files, tables or corpora, and embed it')
    .action(async (base: string, files: string[], options: Filling) => {
      await runJob(tools, promptBase, { ...inputOf(base, files, options), make: true })
    })

  withFiles(prompts.command('add <base> [files...]'))
    .description('add to a prompt base, and embed what is in use')
    .action(async (base: string, files: string[], options: Filling) => {
      await runJob(tools, promptBase, inputOf(base, files, options))
    })

  const rules = CleanRules.parse({})
  withFiles(prompts.command('clean <base> [files...]'))
    .description('take out what is no good prompt, step by step; nothing is deleted')
    .option('--languages <list>', 'that stay, as en,de', listOfLanguages, rules.languages)
    .option('--no-languages', 'keep every language')
    .option('--no-empty', 'keep what has no letter and no digit')
    .option('--no-nan', 'keep "nan", "null" and numbers alone')
    .option(
      '--exotic <share>',
      'of exotic words, above which a prompt goes',
      numberIn(0, 1),
      rules.vocabulary?.share,
    )
    .option('--no-exotic', 'do not look at the vocabulary')
    .option(
      '--min-prompts <n>',
      'that a word must stand in not to be exotic',
      count,
      rules.vocabulary?.minPrompts,
    )
    .option(
      '--near-duplicates <cosine>',
      'of sentences, above which the later one goes',
      numberIn(0, 1),
      rules.nearDuplicate,
    )
    .option('--no-near-duplicates', 'keep near-duplicates')
    .option(
      '--terms <cosine>',
      'with the nearest word of the vocabulary, below which a prompt goes',
      numberIn(-1, 1),
      rules.terms?.least,
    )
    .option('--no-terms', 'do not judge terms')
    .option('--term-words <n>', 'longer terms are not judged', count, rules.terms?.mostWords)
    .option(...json)
    .action(async (base: string, files: string[], options: Filling & Cleaning) => {
      const clean = rulesOf(options)
      const input = { ...inputOf(base, files, options), clean }
      const job = await runJob(tools, promptBase, input, { quiet: options.json })
      if (job.state !== 'done') return
      const [last] = await call('promptBases.cleanings', { base: baseNameOf(base) })
      if (!last) return
      if (options.json) return printJson(last)
      print(
        table(
          ['step', 'looked at', 'taken out', 'rows', 'for example', ''],
          last.steps.map(({ step, looked, taken, rows, examples, note }) => [
            step,
            n(looked),
            n(taken),
            n(rows),
            examples[0] ? clip(`${examples[0].text} (${examples[0].why})`) : '',
            note,
          ]),
        ),
      )
    })

  prompts
    .command('bases')
    .description('the prompt bases that there are')
    .option(...json)
    .action(async (options: { json: boolean }) => {
      const bases = await call('promptBases.list', {})
      if (options.json) return printJson(bases)
      print(
        table(
          ['base', 'prompts', 'in use', 'rows', 'models', 'folder'],
          bases.map((one) => [
            one.name,
            n(one.prompts),
            n(one.kept),
            n(one.rows),
            one.models.map(({ id, embedded }) => `${id} ${n(embedded)}`).join(', '),
            one.folder,
          ]),
        ),
      )
    })

  prompts
    .command('show <base>')
    .description('prompts of a base: those in use, or those taken out by a step')
    .option(
      '--out <step>',
      'taken out: all, empty, nan, language, vocabulary, near-duplicate, terms',
    )
    .option('--limit <n>', 'how many', count, 50)
    .option(...json)
    .action(async (base: string, options: { out?: string; limit: number; json: boolean }) => {
      const show = options.out === undefined ? 'kept' : options.out === 'all' ? 'out' : options.out
      type Show = 'kept'
      const limit = Math.min(1000, options.limit)
      const asked = { base: baseNameOf(base), show: show as Show, limit }
      const found = await call('promptBases.prompts', asked)
      if (options.json) return printJson(found)
      print(`${n(found.total)} prompts`)
      print(
        table(
          ['prompt', 'rows', 'text', 'why'],
          found.prompts.map(({ id, times, text, step, why }) => [
            id,
            n(times),
            clip(text),
            step === null ? '' : `${step}: ${why ?? ''}`,
          ]),
        ),
      )
    })

  const state = ({ name, kept, prompts: all }: PromptBaseInfo): string =>
    `${name}: ${n(kept)} prompts in use of ${n(all)}`
  prompts
    .command('undo <base>')
    .description('take the last cleaning back')
    .action(async (base: string) =>
      print(state(await call('promptBases.undo', { base: baseNameOf(base) }))),
    )
  prompts
    .command('remove <base>')
    .description('delete a prompt base with all that was embedded')
    .action(async (base: string) => {
      await call('promptBases.remove', { base: baseNameOf(base) })
      print(`${base} is deleted`)
    })

  addPredictions(prompts, tools)
}

interface Cleaning {
  languages: string[] | false | null
  empty: boolean
  nan: boolean
  exotic: number | false
  minPrompts: number
  nearDuplicates: number | false
  terms: number | false
  termWords: number
  json: boolean
}

function rulesOf(options: Cleaning): CleanRules {
  const { languages, empty, nan, exotic, minPrompts, nearDuplicates, terms, termWords } = options
  return {
    ...{ empty, nan },
    languages: languages === false ? null : languages,
    vocabulary: exotic === false ? null : { share: exotic, minPrompts },
    nearDuplicate: nearDuplicates === false ? null : nearDuplicates,
    terms: terms === false ? null : { least: terms, mostWords: termWords },
  }
}

function listOfLanguages(text: string): string[] {
  const list = text.split(',').map((one) => one.trim().toLowerCase())
  if (list.every((one) => /^[a-z]{2}$/.test(one))) return list
  throw new InvalidArgumentError('Languages as ISO 639-1: en,de.')
}
