import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { CallOutput } from '#shared/contract/index.ts'
import {
  launch,
  LaunchInput,
  spanPackage,
  SpanPackageInput,
  trainSpans,
  TrainSpansInput,
} from '#shared/contract/jobs.ts'
import type { TrainingData } from '#shared/contract/training-data.ts'
import { trainedVersions } from '#shared/versions/trained.ts'
import { optionOf } from '../options.ts'
import { table } from '../terminal.ts'
import { runJob } from '../tools.ts'
import type { CliTools } from '../tools.ts'
import { dataOf, withData } from './training-data.ts'
import type { DataOptions } from './training-data.ts'
import { deviceOption, json, n, three } from './words.ts'

/** `spans train` */
export function addTrainCommand(spans: Command, tools: CliTools): void {
  const { call, open, print } = tools
  const head = TrainSpansInput.shape
  withData(
    spans
      .command('train <corpus>')
      .description('train a head on a frozen encoder to find descriptions'),
  )
    .addOption(
      optionOf(
        '--encoder <id>',
        'id or folder of a text encoder (gleaner spans models)',
        head.encoder,
      ),
    )
    .addOption(optionOf('--name <name>', 'name of the model that comes out', head.name))
    .addOption(optionOf('--hidden <n>', 'hidden units of the head; 0 = linear', head.hidden))
    .addOption(optionOf('--epochs <n>', 'at most this many', head.epochs))
    .addOption(optionOf('--batch-size <n>', 'windows in a step', head.batchSize))
    .addOption(optionOf('--learning-rate <rate>', 'of Adam', head.learningRate))
    .addOption(optionOf('--weight-decay <rate>', 'of Adam', head.weightDecay))
    .addOption(
      optionOf('--cross-entropy <weight>', 'weight of the cross-entropy', head.crossEntropy),
    )
    .addOption(optionOf('--soft-iou <weight>', 'weight of the soft IoU loss', head.softIou))
    .addOption(
      optionOf('--patience <n>', 'epochs without a better value; 0 = all epochs', head.patience),
    )
    .addOption(optionOf('--monitor <value>', 'what early stopping looks at', head.monitor))
    .addOption(optionOf('--max-span-tokens <n>', 'longest description', head.maxSpanTokens))
    .addOption(optionOf('--seed <n>', 'of the weights and the order', head.seed))
    .addOption(deviceOption())
    .option('--dry-run', 'say what there is to learn from, train nothing', false)
    .action(
      async (
        corpus: string,
        options: DataOptions & Omit<TrainSpansInput, keyof TrainingData> & { dryRun: boolean },
      ) => {
        const path = await open(corpus)
        const data = await dataOf(tools, path, options)
        if (options.dryRun) return printPreview(await call('training.preview', data), print)
        await runJob(tools, trainSpans, { ...options, ...data })
      },
    )
}

/** `spans runs` */
export function addRunsCommand(spans: Command, { call, open, print, printJson }: CliTools): void {
  spans
    .command('runs <corpus>')
    .description('trainings, the newest first')
    .option(...json)
    .action(async (corpus: string, options: { json: boolean }) => {
      const runs = await call('training.runs', { corpus: await open(corpus) })
      if (options.json) return printJson(runs)
      print(
        table(
          ['title', 'state', 'version', 'epochs', 'test', 'n', 'exact match', 'IoU', 'F1'],
          runs.flatMap((run) => {
            const versions = trainedVersions(run)
              .map(({ name, hash }) => `${name} ${hash.slice(0, 16)}`)
              .join(', ')
            const head = [run.title, run.state, versions, run.history.length]
            if (run.test.length === 0) return [[...head, '', '', '', '', '']]
            return run.test.map((row, i) => [
              ...(i === 0 ? head : ['', '', '', '']),
              row.name,
              n(row.n),
              three(row.exactMatch),
              three(row.iou),
              three(row.f1),
            ])
          }),
        ),
      )
    })
}

/** `spans package` */
export function addPackageCommand(spans: Command, tools: CliTools): void {
  const { open } = tools
  const tuning = SpanPackageInput.shape
  withData(
    spans
      .command('package <corpus> <out>')
      .description('write data, script and instructions for fine-tuning a whole model elsewhere'),
  )
    .addOption(
      optionOf(
        '--base <model>',
        'model to fine-tune: a folder, or a name transformers knows',
        tuning.base,
      ),
    )
    .addOption(optionOf('--epochs <n>', 'passes over the data', tuning.epochs))
    .addOption(optionOf('--batch-size <n>', 'windows in a step', tuning.batchSize))
    .addOption(optionOf('--learning-rate <rate>', 'of AdamW', tuning.learningRate))
    .addOption(optionOf('--max-length <n>', 'window in tokens', tuning.maxLength))
    .addOption(
      optionOf('--cross-entropy <weight>', 'weight of the cross-entropy', tuning.crossEntropy),
    )
    .addOption(optionOf('--soft-iou <weight>', 'weight of the soft IoU loss', tuning.softIou))
    .addOption(optionOf('--seed <n>', 'of the training', tuning.seed))
    .action(
      async (
        corpus: string,
        out: string,
        options: DataOptions & Omit<SpanPackageInput, 'out' | keyof TrainingData>,
      ) => {
        const data = await dataOf(tools, await open(corpus), options)
        await runJob(tools, spanPackage, { ...options, ...data, out: resolve(out) })
      },
    )
}

/** `spans launch` */
export function addLaunchCommand(spans: Command, tools: CliTools): void {
  const { open } = tools
  spans
    .command('launch <corpus> <package>')
    .description('run a package by a command of the settings, and take the model in')
    .addOption(
      optionOf(
        '--launcher <name>',
        'name of the launcher in the settings',
        LaunchInput.shape.launcher,
      ),
    )
    .action(async (corpus: string, folder: string, options: Pick<LaunchInput, 'launcher'>) => {
      await runJob(tools, launch, {
        corpus: await open(corpus),
        package: resolve(folder),
        ...options,
      })
    })
}

function printPreview(found: CallOutput<'training.preview'>, print: (text: string) => void): void {
  print(
    table(
      ['split', 'texts', 'with a description', 'sites'],
      found.splits.map((one) => [one.split, n(one.texts), n(one.answers), n(one.sites)]),
    ),
  )
  print(`answers from: ${found.origins.map((one) => `${one.origin} ${n(one.n)}`).join(', ')}`)
  for (const warning of found.warnings) print(`note: ${warning}`)
}
