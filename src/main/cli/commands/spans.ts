import { resolve } from 'node:path'
import { InvalidArgumentError } from 'commander'
import type { Command } from 'commander'
import type { CallOutput } from '#shared/contract/index.ts'
import {
  altSpans,
  AltSpansInput,
  launch,
  LaunchInput,
  predictSpans,
  PredictSpansInput,
  spanPackage,
  SpanPackageInput,
  trainSpans,
  TrainSpansInput,
} from '#shared/contract/jobs.ts'
import { isTextModel, TEXT_KINDS } from '#shared/contract/training.ts'
import { TrainingData } from '#shared/contract/training-data.ts'
import { AppError } from '#shared/errors.ts'
import { formatBytes } from '#shared/format.ts'
import { optionOf, usualOf, whole } from '../options.ts'
import { table } from '../terminal.ts'
import { runJob } from '../tools.ts'
import type { CliTools } from '../tools.ts'
import { deviceOption, json, n, three, where } from './words.ts'

const FILTER = 'caption:* -alt:*'
const USUAL_SPLIT = usualOf(TrainingData.shape.split)

function number(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('A number.')
  return value
}

/** `none`, or the id of a set. */
function setOrNone(text: string): number | 'none' {
  return text === 'none' ? text : whole(text)
}

function shares(text: string): { train: number; validation: number; test: number } {
  const [train, validation, test, ...more] = text.split(',').map(number)
  if (train === undefined || validation === undefined || test === undefined || more.length > 0) {
    throw new InvalidArgumentError('Three shares, e.g. 0.7,0.15,0.15.')
  }
  return { train, validation, test }
}

interface DataOptions {
  labels: boolean
  alts?: number | 'none'
  minAltScore: number
  minAltWords: number
  where?: string
  types?: string
  split: { train: number; validation: number; test: number }
  splitSeed: number
}

/** Options for what is learned from: `spans train` and `spans package`. */
function withData(command: Command): Command {
  const { minAltScore, minAltWords, split } = TrainingData.shape
  const { seed, ...parts } = USUAL_SPLIT
  return command
    .option('--no-labels', 'do not learn from the labels of people')
    .option(
      '--alts <set>',
      'set of found alts to learn from, or none; otherwise the newest one',
      setOrNone,
    )
    .addOption(
      optionOf('--min-alt-score <similarity>', 'least similarity of an alt, 0..1', minAltScore),
    )
    .addOption(optionOf('--min-alt-words <n>', 'least words of an alt', minAltWords))
    .option('--types <names>', 'only labels of these description types, with commas')
    .addOption(
      optionOf(
        '--split <shares>',
        'shares of training, validation and test',
        split,
        shares,
      ).default(parts, Object.values(parts).join(',')),
    )
    .addOption(
      optionOf(
        '--split-seed <n>',
        'another seed deals the sites differently',
        split.unwrap().shape.seed.default(seed),
      ),
    )
    .option(...where(FILTER))
}

/** `spans ...` */
export function addSpanCommands(program: Command, tools: CliTools): void {
  const { call, open, print, printJson } = tools

  const dataOf = async (corpus: string, options: DataOptions): Promise<TrainingData> => {
    const newest = (await call('spans.sets', { corpus })).find(
      ({ kind, complete }) => kind === 'alt' && complete,
    )
    return {
      corpus,
      labels: options.labels,
      alts: options.alts === 'none' ? null : (options.alts ?? newest?.id ?? null),
      where: options.where ?? '',
      types: options.types === undefined ? null : options.types.split(',').map((t) => t.trim()),
      minAltScore: options.minAltScore,
      minAltWords: options.minAltWords,
      split: { ...options.split, seed: options.splitSeed },
    }
  }

  const printPreview = (found: CallOutput<'training.preview'>): void => {
    print(
      table(
        ['split', 'texts', 'with a description', 'sites'],
        found.splits.map((one) => [one.split, n(one.texts), n(one.answers), n(one.sites)]),
      ),
    )
    print(`answers from: ${found.origins.map((one) => `${one.origin} ${n(one.n)}`).join(', ')}`)
    for (const warning of found.warnings) print(`note: ${warning}`)
  }

  const spans = program.command('spans').description('descriptions in the text around pictures')

  spans
    .command('alts <corpus>')
    .description('find the alts in the other texts of their pairs')
    .addOption(
      optionOf(
        '--threshold <similarity>',
        'least similarity of a near match, 0.5..1',
        AltSpansInput.shape.threshold,
      ),
    )
    .option('--once', 'only where no set of them is there yet', false)
    .action(async (corpus: string, options: { threshold?: number; once: boolean }) => {
      const path = await open(corpus)
      const { threshold, once } = options
      const sets = once ? await call('spans.sets', { corpus: path }) : []
      const known = sets.find(({ kind, complete }) => kind === 'alt' && complete)
      if (known) return print(`set ${known.id} holds them: ${known.title}`)
      await runJob(tools, altSpans, { corpus: path, threshold })
    })

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
        const data = await dataOf(path, options)
        if (options.dryRun) return printPreview(await call('training.preview', data))
        await runJob(tools, trainSpans, { ...options, ...data })
      },
    )

  spans
    .command('predict <corpus>')
    .description('predict a description for every pair with words around it')
    .addOption(
      optionOf(
        '--model <id>',
        'id or folder of a span model (gleaner spans models)',
        PredictSpansInput.shape.model,
      ),
    )
    .addOption(
      optionOf('--n-best <n>', 'spans that are kept of each pair', PredictSpansInput.shape.nBest),
    )
    .option(...where(FILTER))
    .addOption(deviceOption())
    .action(
      async (
        corpus: string,
        options: Omit<PredictSpansInput, 'corpus' | 'where'> & { where?: string },
      ) => {
        await runJob(tools, predictSpans, { corpus: await open(corpus), ...options })
      },
    )

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

  spans
    .command('runs <corpus>')
    .description('trainings, the newest first')
    .option(...json)
    .action(async (corpus: string, options: { json: boolean }) => {
      const runs = await call('training.runs', { corpus: await open(corpus) })
      if (options.json) return printJson(runs)
      print(
        table(
          ['title', 'state', 'epochs', 'test', 'n', 'exact match', 'IoU', 'F1'],
          runs.flatMap((run) => {
            const head = [run.title, run.state, run.history.length]
            if (run.test.length === 0) return [[...head, '', '', '', '', '']]
            return run.test.map((row, i) => [
              ...(i === 0 ? head : ['', '', '']),
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
        const data = await dataOf(await open(corpus), options)
        await runJob(tools, spanPackage, { ...options, ...data, out: resolve(out) })
      },
    )

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

  const models = spans.command('models').description('text encoders and span models')
  models
    .command('list', { isDefault: true })
    .description('what is on this machine')
    .option(...json)
    .action(async (options: { json: boolean }) => {
      const list = (await call('models.list', {})).filter(isTextModel)
      if (options.json) return printJson(list)
      print(
        table(
          ['id', 'kind', 'state', 'size', 'licence', 'what it is'],
          list.map((model) => [
            model.id,
            model.kind,
            model.problem ? `${model.state}: ${model.problem}` : model.state,
            model.bytes === null ? '' : formatBytes(model.bytes),
            model.license ?? '',
            model.description,
          ]),
        ),
      )
    })
  models
    .command('add <folder>')
    .description('a BERT-like encoder in ONNX, or a fine-tuned span model')
    .action(async (folder: string) => {
      const source = resolve(folder)
      const { model } = await call('models.add', { source, kinds: TEXT_KINDS })
      if (model) print(`added ${model.id} (${model.kind})`)
    })
  models
    .command('remove <id>')
    .description('forget a folder, or delete a model that was trained here; its spans stay')
    .action(async (id: string) => {
      await call('models.remove', { id })
      print(`removed ${id}`)
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
