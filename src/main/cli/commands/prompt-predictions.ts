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
  promptEvaluation,
  PromptEvaluationInput,
} from '#shared/contract/jobs.ts'
import { PromptEvaluationReport } from '#shared/contract/prompt-evaluation.ts'
import { count, optionOf } from '../options.ts'
import { table } from '../terminal.ts'
import { runJob } from '../tools.ts'
import type { CliTools } from '../tools.ts'
import { baseNameOf, numberIn, withModels } from './prompt-words.ts'
import type { ModelOptions } from './prompt-words.ts'
import { clip, json, n, three } from './words.ts'

/** `prompts for` and `evaluate`. */
export function addPredictions(prompts: Command, tools: CliTools): void {
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

  interface Formula extends ModelOptions {
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
      const input = { ...asked, base: baseNameOf(base), paths: pictures.map((one) => resolve(one)) }
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
    patience?: number
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
    .option(
      '--patience <n>',
      'stop the projection after so many epochs that are no better on a tenth of the training pictures',
      count,
    )
    .option('--out <file>', 'a JSON file that gets the report')
    .option('--figure <file>', 'an SVG file that gets the curve')
    .option('--replace', 'write over the files', false)
    .option(...json)
    .action(async (base: string, pairs: string, options: Evaluate) => {
      const { k, json: asJson, out, figure, root, vectors, projection, ...others } = options
      const { learningRate, batch, epochs, weightDecay, patience, ...asked } = others
      const stop = patience === undefined ? null : { share: 0.1, patience }
      await inFolder(async (folder) => {
        const made = out === undefined ? join(folder, 'report.json') : resolve(out)
        const input = {
          ...asked,
          ...{ base: baseNameOf(base), file: resolve(pairs), ks: k, out: made },
          projection: projection ? { learningRate, batch, epochs, weightDecay, stop } : null,
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
  for (const { name, recipe, pairs, steps, stopped } of report.projections) {
    const end = stopped
      ? `; kept as it was after epoch ${stopped.kept} by ${n(stopped.pairs)} pairs that trained nothing`
      : ''
    print(
      `${name}: ${n(pairs)} pairs, ${n(steps)} steps of ${n(recipe.batch)} at ${recipe.learningRate}${end}`,
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
