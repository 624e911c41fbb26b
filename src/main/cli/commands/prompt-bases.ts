import { createReadStream, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { pipeline } from 'node:stream/promises'
import { InvalidArgumentError } from 'commander'
import type { Command } from 'commander'
import {
  imageToPrompt,
  ImageToPromptInput,
  promptBase,
  PromptBaseInput,
  promptEvaluation,
  PromptEvaluationInput,
} from '#shared/contract/jobs.ts'
import { CleanRules, PromptBaseName } from '#shared/contract/index.ts'
import type { PromptBaseInfo } from '#shared/contract/index.ts'
import { PromptEvaluationReport } from '#shared/contract/prompt-evaluation.ts'
import { AppError } from '#shared/errors.ts'
import { count, optionOf } from '../options.ts'
import { table } from '../terminal.ts'
import { runJob } from '../tools.ts'
import type { CliTools } from '../tools.ts'
import { clip, deviceOption, json, n, three } from './words.ts'

interface Models {
  model?: string
  sentenceModel?: string
  device: PromptBaseInput['device']
}

/** `prompts new`, `add`, `clean` and so on: bases that prompts for pictures are found in. */
export function addPromptBaseCommands(prompts: Command, tools: CliTools): void {
  const { call, print, printJson } = tools
  const filling = PromptBaseInput.shape

  const withModels = (command: Command): Command =>
    command
      .addOption(
        optionOf('--model <id>', 'picture-text model; default: the default model', filling.model),
      )
      .addOption(
        optionOf(
          '--sentence-model <id>',
          'text encoder; default: one that was made for sentences',
          filling.sentenceModel,
        ),
      )
      .addOption(deviceOption())

  const withFiles = (command: Command): Command =>
    withModels(command)
      .addOption(
        optionOf('--column <name>', 'of tables; default: prompt by name first', filling.textColumn),
      )
      .addOption(optionOf('--text <source>', 'of corpora', filling.text))
      .option(
        '--vectors <npy>',
        "vectors of the one table's prompts, row by row, in place of embedding them by a picture-text model",
      )
      .option('--no-embed', 'do not embed what is in use')

  interface Filling extends Models {
    column?: string
    text: PromptBaseInput['text']
    vectors?: string
    embed: boolean
  }
  const inputOf = (base: string, files: string[], options: Filling) => {
    const { column, vectors, text, embed, model, sentenceModel, device } = options
    return {
      ...{ base: nameOf(base), paths: files.map((file) => resolve(file)), text, embed, device },
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
      const [last] = await call('promptBases.cleanings', { base: nameOf(base) })
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
      const asked = { base: nameOf(base), show: show as Show, limit }
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
      print(state(await call('promptBases.undo', { base: nameOf(base) }))),
    )
  prompts
    .command('remove <base>')
    .description('delete a prompt base with all that was embedded')
    .action(async (base: string) => {
      await call('promptBases.remove', { base: nameOf(base) })
      print(`${base} is deleted`)
    })

  addPredictions(prompts, tools, withModels)
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

function addPredictions(
  prompts: Command,
  tools: CliTools,
  withModels: (command: Command) => Command,
): void {
  const { print, printJson } = tools
  const predicting = ImageToPromptInput.shape
  const judging = PromptEvaluationInput.shape

  const withFormula = (command: Command): Command =>
    withModels(command)
      .addOption(
        optionOf(
          '--weights <w1,w2>',
          'of the mean and of the nearest',
          predicting.weights,
          weights,
        ),
      )
      .addOption(optionOf('--averaging <how>', 'plain, or by the cosines', predicting.averaging))
      .addOption(optionOf('--space <space>', 'whose rows are averaged', predicting.space))

  interface Formula extends Models {
    weights: [number, number]
    averaging: ImageToPromptInput['averaging']
    space: ImageToPromptInput['space']
  }
  interface For extends Formula {
    k: number
    shown: number
    embedding: boolean
    out?: string
    replace: boolean
    json: boolean
  }
  withFormula(prompts.command('for <base> <pictures...>'))
    .description('prompts for pictures or folders of them, by their nearest prompts')
    .addOption(optionOf('--k <n>', 'nearest prompts that are averaged', predicting.k))
    .addOption(optionOf('--shown <n>', 'neighbours that are written', predicting.shown))
    .option('--embedding', 'write the predicted embedding, too', false)
    .option('--out <file>', 'a .csv or .jsonl file in place of standard output')
    .option('--replace', 'write over the file of --out', false)
    .option('--json', 'as JSON, a line a picture', false)
    .action(async (base: string, pictures: string[], options: For) => {
      const { out, json: asJson, replace, ...asked } = options
      const input = { ...asked, base: nameOf(base), paths: pictures.map((one) => resolve(one)) }
      if (out !== undefined) {
        const format = /\.csv$/i.test(out) ? ('csv' as const) : ('jsonl' as const)
        await runJob(tools, imageToPrompt, { ...input, out: resolve(out), replace, format })
        return
      }
      await inFolder(async (folder) => {
        const made = join(folder, 'prompts.jsonl')
        const job = await runJob(tools, imageToPrompt, { ...input, out: made }, { quiet: true })
        if (job.state !== 'done') return
        if (asJson) await pipeline(createReadStream(made), process.stdout, { end: false })
        else await printPrompts(made, print)
      })
    })

  interface Evaluate extends Formula {
    k: number[]
    imageColumn?: string
    textColumn?: string
    root?: string
    vectors?: string
    heldOut: number
    seed: number
    resamples: number
    projection: boolean
    learningRate: number
    batch: number
    epochs: number
    weightDecay: number
    out?: string
    figure?: string
    replace: boolean
    json: boolean
  }
  const recipe = PromptEvaluationInput.parse({ base: 'x', file: 'x', out: 'x' }).projection
  withFormula(prompts.command('evaluate <base> <pairs>'))
    .description('how near predictions come to the true prompts of a table of pictures and prompts')
    .addOption(optionOf('--k <list>', 'nearest prompts that are averaged', judging.ks, ks))
    .addOption(optionOf('--image-column <name>', 'pictures', judging.imageColumn))
    .addOption(optionOf('--text-column <name>', 'true prompts', judging.textColumn))
    .option('--root <folder>', 'where relative paths begin; default: the folder of the table')
    .option('--vectors <npy>', 'vectors of the pictures, row by row, in place of the pictures')
    .addOption(optionOf('--held-out <share>', 'of the pictures that is judged by', judging.heldOut))
    .addOption(optionOf('--seed <n>', 'of the draw, the training and the intervals', judging.seed))
    .addOption(optionOf('--resamples <n>', 'of the bootstrap', judging.resamples))
    .option('--no-projection', 'train no linear projection')
    .option('--learning-rate <x>', 'of the projection', numberIn(0, 1), recipe?.learningRate)
    .option('--batch <n>', 'of the projection', count, recipe?.batch)
    .option('--epochs <n>', 'of the projection', count, recipe?.epochs)
    .option('--weight-decay <x>', 'of the projection', numberIn(0, 1), recipe?.weightDecay)
    .option('--out <file>', 'a JSON file that gets the report')
    .option('--figure <file>', 'an SVG file that gets the curve')
    .option('--replace', 'write over the files', false)
    .option(...json)
    .action(async (base: string, pairs: string, options: Evaluate) => {
      const { k, json: asJson, out, figure, root, vectors, projection, ...others } = options
      const { learningRate, batch, epochs, weightDecay, ...asked } = others
      await inFolder(async (folder) => {
        const made = out === undefined ? join(folder, 'report.json') : resolve(out)
        const input = {
          ...asked,
          ...{ base: nameOf(base), file: resolve(pairs), ks: k, out: made },
          projection: projection ? { learningRate, batch, epochs, weightDecay } : null,
          ...(root === undefined ? {} : { root: resolve(root) }),
          ...(vectors === undefined ? {} : { source: resolve(vectors) }),
          ...(figure === undefined ? {} : { figure: resolve(figure) }),
        }
        const job = await runJob(tools, promptEvaluation, input, { quiet: true })
        if (job.state !== 'done') return
        const report = PromptEvaluationReport.parse(JSON.parse(readFileSync(made, 'utf8')))
        if (asJson) return printJson(report)
        printReport(report, print)
      })
    })
}

function printReport(report: PromptEvaluationReport, print: (text: string) => void): void {
  const { heldOut, base, models } = report
  const span = (interval: [number, number] | null): string =>
    interval ? `${three(interval[0])} to ${three(interval[1])}` : ''
  print(
    `${n(heldOut.pairs)} pairs of ${n(heldOut.pictures)} held-out pictures; ${n(base.prompts - base.removed)} prompts, ${n(base.removed)} left out as they are true prompts of these pictures`,
  )
  print(`${models.clip.id}, ${models.sentence.id}; space ${report.space}, seed ${report.seed}`)
  for (const [reason, rows] of Object.entries(report.leftOut))
    print(`not judged: ${n(rows)} ${reason}`)
  const { projection } = report
  if (projection) {
    print(
      `the projection was trained on ${n(projection.pairs)} pairs in ${n(projection.steps)} steps of ${n(projection.batch)} at ${projection.learningRate}`,
    )
  }
  print(
    table(
      ['', 'cosine', '95 %'],
      report.rows.map(({ name, mean, interval }) => [name, three(mean), span(interval)]),
    ),
  )
  print(
    table(
      ['gain of', 'over', 'cosine', '95 %'],
      report.gains.map(({ of, over, mean, interval }) => [of, over, three(mean), span(interval)]),
    ),
  )
}

/** What a line says to people. */
async function printPrompts(file: string, print: (text: string) => void): Promise<void> {
  type Line = {
    image: string
    problem?: string
    prompt?: string
    neighbours?: { text: string; cosine: number }[]
  }
  for await (const text of createInterface({ input: createReadStream(file, 'utf8') })) {
    const line = JSON.parse(text) as Line
    print(`${line.image}\n  ${line.problem ?? line.prompt ?? ''}`)
    for (const { text: near, cosine } of line.neighbours ?? [])
      print(`    ${three(cosine)}  ${clip(near)}`)
  }
}

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'gleaner-prompts-'))
  try {
    await work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function nameOf(base: string): string {
  const parsed = PromptBaseName.safeParse(base)
  if (parsed.success) return parsed.data
  throw new AppError(
    'invalid-input',
    `"${base}" is no name of a prompt base.`,
    'A base lies in the home folder and is called by its name: letters, digits, dots, hyphens, underscores and spaces.',
  )
}

function listOfLanguages(text: string): string[] {
  const list = text.split(',').map((one) => one.trim().toLowerCase())
  if (list.every((one) => /^[a-z]{2}$/.test(one))) return list
  throw new InvalidArgumentError('Languages as ISO 639-1: en,de.')
}

function numberIn(low: number, high: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (text.trim() !== '' && value >= low && value <= high) return value
    throw new InvalidArgumentError(`A number from ${low} to ${high}.`)
  }
}

function weights(text: string): [number, number] {
  const [one, two, ...more] = text.split(',').map(Number)
  if (one !== undefined && two !== undefined && more.length === 0 && Number.isFinite(one + two)) {
    return [one, two]
  }
  throw new InvalidArgumentError('Two numbers: 0.6,0.4.')
}

function ks(text: string): number[] {
  const list = text.split(',').map(Number)
  if (list.every((k) => Number.isInteger(k) && k >= 1 && k <= 10_000)) return list
  throw new InvalidArgumentError('Whole numbers from 1: 1,10,100.')
}
