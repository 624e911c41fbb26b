import { resolve } from 'node:path'
import { InvalidArgumentError, Option } from 'commander'
import type { Command } from 'commander'
import type { CallInput, CallName, CallOutput, Job } from '#shared/contract/index.ts'
import { Device } from '#shared/contract/jobs.ts'
import { AppError } from '#shared/errors.ts'
import { formatBytes } from '#shared/format.ts'
import { table } from '../terminal.ts'

/** What the commands need of the command line around them. */
export interface CliTools {
  call<N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>>
  /** Opens a corpus and returns its path. */
  open(corpus: string): Promise<string>
  follow(job: string): Promise<Job>
  print(text: string): void
  printJson(value: unknown): Promise<void>
}

const where = ['--where <query>', 'only pairs that match, e.g. "caption:* -alt:*"'] as const
const json = ['--json', 'as JSON', false] as const
const device = (): Option =>
  new Option('--device <device>', 'where the model runs').choices(Device.options).default('auto')
const n = (value: number): string => value.toLocaleString('en-US')
const three = (value: number | null): string => (value === null ? '' : value.toFixed(3))

function whole(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 0) throw new InvalidArgumentError('A whole number.')
  return value
}

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
  minAltScore?: number
  minAltWords?: number
  where?: string
  types?: string
  split?: { train: number; validation: number; test: number }
  splitSeed: number
}

/** Options for what is learned from: `spans train` and `spans package`. */
function withData(command: Command): Command {
  return command
    .option('--no-labels', 'do not learn from the labels of people')
    .option(
      '--alts <set>',
      'set of found alts to learn from, or none; otherwise the newest one',
      setOrNone,
    )
    .option('--min-alt-score <similarity>', 'least similarity of an alt, 0..1', number)
    .option('--min-alt-words <n>', 'least words of an alt', whole)
    .option('--types <names>', 'only labels of these description types, with commas')
    .option('--split <shares>', 'shares of training, validation and test', shares)
    .option('--split-seed <n>', 'another seed deals the sites differently', whole, 1)
    .option(...where)
}

/** `spans ...` and `labels ...`. */
export function addSpanCommands(program: Command, tools: CliTools): void {
  const { call, open, follow, print, printJson } = tools

  const dataOf = async (
    corpus: string,
    options: DataOptions,
  ): Promise<CallInput<'training.preview'>> => {
    const newest = (await call('spans.sets', { corpus })).find(
      ({ kind, complete }) => kind === 'alt' && complete,
    )
    return {
      corpus,
      labels: options.labels,
      alts: options.alts === 'none' ? null : (options.alts ?? newest?.id ?? null),
      where: options.where ?? '',
      types: options.types === undefined ? null : options.types.split(',').map((t) => t.trim()),
      ...(options.minAltScore === undefined ? {} : { minAltScore: options.minAltScore }),
      ...(options.minAltWords === undefined ? {} : { minAltWords: options.minAltWords }),
      split: {
        ...(options.split ?? { train: 0.7, validation: 0.15, test: 0.15 }),
        seed: options.splitSeed,
      },
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
    .option('--threshold <similarity>', 'least similarity of a near match, 0.5..1', number)
    .option('--once', 'only where no set of them is there yet', false)
    .action(async (corpus: string, options: { threshold?: number; once: boolean }) => {
      const path = await open(corpus)
      const { threshold, once } = options
      const sets = once ? await call('spans.sets', { corpus: path }) : []
      const known = sets.find(({ kind, complete }) => kind === 'alt' && complete)
      if (known) return print(`set ${known.id} holds them: ${known.title}`)
      const { job } = await call('jobs.altSpans', { corpus: path, threshold })
      await follow(job)
    })

  withData(
    spans
      .command('train <corpus>')
      .description('train a head on a frozen encoder to find descriptions'),
  )
    .option('--encoder <id>', 'id or folder of a text encoder (gleaner spans models)')
    .option('--name <name>', 'name of the model that comes out')
    .option('--hidden <n>', 'hidden units of the head; 0 = linear', whole)
    .option('--epochs <n>', 'at most this many', whole)
    .option('--batch-size <n>', 'windows in a step', whole)
    .option('--learning-rate <rate>', 'of Adam', number)
    .option('--weight-decay <rate>', 'of Adam', number)
    .option('--cross-entropy <weight>', 'weight of the cross-entropy', number)
    .option('--soft-iou <weight>', 'weight of the soft IoU loss', number)
    .option('--patience <n>', 'epochs without a better value; 0 = all epochs', whole)
    .addOption(
      new Option('--monitor <value>', 'what early stopping looks at').choices(['loss', 'iou']),
    )
    .option('--max-span-tokens <n>', 'longest description', whole)
    .option('--seed <n>', 'of the weights and the order', whole)
    .addOption(device())
    .option('--dry-run', 'say what there is to learn from, train nothing', false)
    .action(
      async (
        corpus: string,
        options: DataOptions &
          Partial<Omit<CallInput<'jobs.trainSpans'>, keyof CallInput<'training.preview'>>> & {
            dryRun: boolean
          },
      ) => {
        const path = await open(corpus)
        const data = await dataOf(path, options)
        if (options.dryRun) return printPreview(await call('training.preview', data))
        const { job } = await call('jobs.trainSpans', {
          ...data,
          encoder: options.encoder,
          device: options.device,
          name: options.name,
          hidden: options.hidden,
          epochs: options.epochs,
          batchSize: options.batchSize,
          learningRate: options.learningRate,
          weightDecay: options.weightDecay,
          crossEntropy: options.crossEntropy,
          softIou: options.softIou,
          patience: options.patience,
          monitor: options.monitor,
          maxSpanTokens: options.maxSpanTokens,
          seed: options.seed,
        })
        await follow(job)
      },
    )

  spans
    .command('predict <corpus>')
    .description('predict a description for every pair with words around it')
    .requiredOption('--model <id>', 'id or folder of a span model (gleaner spans models)')
    .option('--n-best <n>', 'spans that are kept of each pair', whole, 3)
    .option(...where)
    .addOption(device())
    .action(
      async (
        corpus: string,
        options: { model: string; nBest: number; where?: string; device: 'auto' },
      ) => {
        const path = await open(corpus)
        const { job } = await call('jobs.predictSpans', { corpus: path, ...options })
        await follow(job)
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

  withData(
    spans
      .command('package <corpus> <out>')
      .description('write data, script and instructions for fine-tuning a whole model elsewhere'),
  )
    .requiredOption('--base <model>', 'model to fine-tune: a folder, or a name transformers knows')
    .option('--epochs <n>', 'passes over the data', whole)
    .option('--batch-size <n>', 'windows in a step', whole)
    .option('--learning-rate <rate>', 'of AdamW', number)
    .option('--max-length <n>', 'window in tokens', whole)
    .option('--cross-entropy <weight>', 'weight of the cross-entropy', number)
    .option('--soft-iou <weight>', 'weight of the soft IoU loss', number)
    .option('--seed <n>', 'of the training', whole)
    .action(
      async (
        corpus: string,
        out: string,
        options: DataOptions & {
          base: string
          epochs?: number
          batchSize?: number
          learningRate?: number
          maxLength?: number
          crossEntropy?: number
          softIou?: number
          seed?: number
        },
      ) => {
        const path = await open(corpus)
        const { base, epochs, batchSize, learningRate, maxLength, crossEntropy, softIou, seed } =
          options
        const { job } = await call('jobs.spanPackage', {
          ...(await dataOf(path, options)),
          out: resolve(out),
          base,
          epochs,
          batchSize,
          learningRate,
          maxLength,
          crossEntropy,
          softIou,
          seed,
        })
        await follow(job)
      },
    )

  spans
    .command('launch <corpus> <package>')
    .description('run a package by a command of the settings, and take the model in')
    .requiredOption('--launcher <name>', 'name of the launcher in the settings')
    .action(async (corpus: string, folder: string, options: { launcher: string }) => {
      const path = await open(corpus)
      const { job } = await call('jobs.launch', {
        corpus: path,
        package: resolve(folder),
        launcher: options.launcher,
      })
      await follow(job)
    })

  const models = spans.command('models').description('text encoders and span models')
  models
    .command('list', { isDefault: true })
    .description('what is on this machine')
    .option(...json)
    .action(async (options: { json: boolean }) => {
      const list = await call('training.models', {})
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
      const model = await call('training.addModel', { source: resolve(folder) })
      print(`added ${model.id} (${model.kind})`)
    })
  models
    .command('remove <id>')
    .description('forget a folder, or delete a model that was trained here; its spans stay')
    .action(async (id: string) => {
      await call('training.removeModel', { id })
      print(`removed ${id}`)
    })

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
      if (options.json) return printJson(merged)
      print(`${n(merged.added)} events added, ${n(merged.known)} known before`)
      for (const { reason, n: count, example } of merged.refused) {
        print(`refused ${n(count)}: ${reason} (${example})`)
      }
    })

  labels
    .command('agreement <corpus>')
    .description('between annotators, on the pairs that two or more have labeled')
    .addOption(
      new Option('--unit <unit>', 'what is counted')
        .choices(['word', 'code-point'])
        .default('word'),
    )
    .option('--types', 'the description type must agree, too', false)
    .option('--resamples <n>', 'of the bootstrap; 0 = no intervals', whole, 1000)
    .option('--seed <n>', 'of the bootstrap', whole, 1)
    .option(...where)
    .option(...json)
    .action(
      async (
        corpus: string,
        options: {
          unit: 'word'
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
    .option(...where)
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
              where: options.where ?? '',
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
              'last 24 h',
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
