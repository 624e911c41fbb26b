import { resolve } from 'node:path'
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { EXPORT_FORMATS } from '#shared/contract/index.ts'
import type { CallInput, CallName, CallOutput, Job } from '#shared/contract/index.ts'
import { Device, ScoreUnit } from '#shared/contract/jobs.ts'
import { TEXT_SOURCES } from '#shared/domain.ts'
import type { Pair } from '#shared/domain.ts'
import { AppError, hintForCommand } from '#shared/errors.ts'
import { addSpanCommands } from './commands/spans.ts'
import { createEngine } from '../engine/engine.ts'
import type { Engine } from '../engine/engine.ts'
import { formatBytes } from '#shared/format.ts'
import { createProgressView, formatSeconds, table } from './terminal.ts'
import { SOFTWARE_VERSION } from '#shared/version.ts'

/** 128 + SIGINT, as shells expect it. */
const EXIT_INTERRUPTED = 130

let engine: Engine | null = null
let exitCode = 0

function getEngine(): Engine {
  engine ??= createEngine({ resumeJobs: false })
  return engine
}

async function call<N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>> {
  const { value } = await getEngine().call(name, input)
  return value as CallOutput<N>
}

/** Words of pages and of others' files are among it: what would steer a terminal is left out. */
function print(text: string): void {
  process.stdout.write(text.replace(/[^\P{Cc}\n\t]/gu, '') + '\n')
}

/** Waits for room in a pipe, so that millions of rows do not pile up in memory. */
async function printJson(value: unknown): Promise<void> {
  if (!process.stdout.write(JSON.stringify(value) + '\n')) {
    await new Promise<void>((done) => process.stdout.once('drain', done))
  }
}

async function open(corpus: string): Promise<string> {
  return (await call('corpora.open', { path: resolve(corpus) })).path
}

/** Follows a job to its end; Ctrl-C cancels it after its batch. */
async function follow(id: string): Promise<Job> {
  const view = createProgressView(process.stderr)
  const running = getEngine()
  const off = running.onEvent((name, value) => {
    if (name === 'jobs.changed' && (value as Job).id === id) view.update(value as Job)
  })
  const cancel = (): void => {
    process.stderr.write('\nstopping after this batch …\n')
    void call('jobs.cancel', { job: id })
  }
  process.once('SIGINT', cancel)
  process.once('SIGTERM', cancel)
  const started = Date.now()
  const job = await running.finished(id)
  process.off('SIGINT', cancel)
  process.off('SIGTERM', cancel)
  off()
  view.update(job)
  view.end()
  if (job.state === 'failed' && job.error) {
    throw new AppError('io', job.error.message, job.error.hint)
  }
  if (job.state === 'canceled' || job.state === 'interrupted') exitCode = EXIT_INTERRUPTED
  const took = formatSeconds((Date.now() - started) / 1000)
  print(`${job.title}: ${job.state} in ${took}`)
  for (const { label, value } of job.result) print(`  ${label}: ${value}`)
  return job
}

function integer(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1)
    throw new InvalidArgumentError('A whole number from 1.')
  return value
}

function positive(text: string): number {
  const value = Number(text)
  if (!(value > 0 && value <= 0.1)) throw new InvalidArgumentError('A number above 0, up to 0.1.')
  return value
}

function images(text: string): string {
  if (['archive', 'fetch', 'none'].includes(text)) return text
  if (text.startsWith('folder:') && text.length > 7) return `folder:${resolve(text.slice(7))}`
  throw new InvalidArgumentError('archive, folder:DIR, fetch or none.')
}

const textOption = (description: string): Option =>
  new Option('--text <source>', description).choices(TEXT_SOURCES).default('alt')
const where = ['--where <query>', 'only pairs that match, e.g. "score>=0.28 width>=256"'] as const

function build(): Command {
  const program = new Command('gleaner')
    .description('Curates image-text data: from web archives to scored, filtered datasets.')
    .version(SOFTWARE_VERSION)
    .exitOverride()
    .showHelpAfterError('(gleaner --help shows every command)')

  program
    .command('init <corpus>')
    .description('make an empty corpus folder')
    .action(async (corpus: string) => {
      const info = await call('corpora.create', { path: resolve(corpus) })
      print(`made ${info.path}`)
    })

  program
    .command('ingest <corpus> <input...>')
    .description('read .warc, .warc.gz, .wacz, folders of them, or - for standard input')
    .option(
      '--images <from>',
      'where pictures come from: archive, folder:DIR, fetch or none',
      images,
      'archive',
    )
    .option('--workers <n>', 'extraction threads', integer)
    .action(
      async (corpus: string, inputs: string[], options: { images: string; workers?: number }) => {
        const path = await open(corpus)
        const { job } = await call('jobs.ingest', {
          corpus: path,
          inputs: inputs.map((input) => (input === '-' ? input : resolve(input))),
          images: options.images as 'archive',
          workers: options.workers,
        })
        await follow(job)
        printStats(await call('corpora.stats', { corpus: path }))
      },
    )

  program
    .command('import <corpus> <input...>')
    .description(
      'bring in tables of pairs, scores and embeddings: .parquet, .csv, .tsv, .jsonl, COCO captions, folders of them, with .npy beside them',
    )
    .option(
      '--column <role=name>',
      'what a column means, e.g. caption=caption or score=my_similarity; may be repeated',
      columnRole,
      [],
    )
    .option('--model-name <name>', 'what the imported scores are called')
    .addOption(
      new Option(
        '--unit <unit>',
        'in what similarities are written: cosine, 100*max(cos,0) or 2.5*max(cos,0)',
      ).choices(ScoreUnit.options),
    )
    .option(
      '--images <from>',
      'none, folder:DIR or fetch; otherwise files that the table names, beside it',
      images,
      'archive',
    )
    .option('--dry-run', 'say what the columns mean, import nothing', false)
    .action(
      async (
        corpus: string,
        inputs: string[],
        options: {
          column: { role: string; column: string }[]
          modelName?: string
          unit?: 'cosine'
          images: string
          dryRun: boolean
        },
      ) => {
        const choices = {
          columns: options.column,
          ...(options.modelName === undefined ? {} : { modelName: options.modelName }),
          ...(options.unit === undefined ? {} : { unit: options.unit }),
        }
        if (options.dryRun) {
          for (const input of inputs) await printRecognised(resolve(input), choices)
          return
        }
        const path = await open(corpus)
        const { job } = await call('jobs.import', {
          corpus: path,
          inputs: inputs.map((input) => resolve(input)),
          images: options.images as 'archive',
          ...choices,
        })
        await follow(job)
        printStats(await call('corpora.stats', { corpus: path }))
      },
    )

  program
    .command('pictures <corpus>')
    .description('look for pictures that are not there yet')
    .requiredOption('--images <from>', 'archive, folder:DIR or fetch', images)
    .option('--retry-failed', 'try again what failed before', false)
    .action(async (corpus: string, options: { images: string; retryFailed: boolean }) => {
      const path = await open(corpus)
      const { job } = await call('jobs.pictures', {
        corpus: path,
        images: options.images as 'archive',
        retryFailed: options.retryFailed,
      })
      await follow(job)
    })

  program
    .command('score <corpus>')
    .description('score how well each picture fits its text')
    .option('--model <id>', 'id of a model (gleaner models list) or a model folder')
    .addOption(textOption('which words are scored'))
    .addOption(
      new Option('--device <device>', 'where the model runs')
        .choices(Device.options)
        .default('auto'),
    )
    .action(async (corpus: string, options: { model?: string; text: 'alt'; device: 'auto' }) => {
      const path = await open(corpus)
      const { job } = await call('jobs.score', { corpus: path, ...options })
      await follow(job)
    })

  program
    .command('pairs <corpus>')
    .description('print pairs')
    .option(...where)
    .option('--limit <n>', 'at most this many', integer)
    .option('--json', 'one JSON object a line', false)
    .action(
      async (
        corpus: string,
        options: { where?: string; limit?: number; json: boolean },
      ): Promise<void> => {
        const path = await open(corpus)
        let left = options.limit ?? (options.json ? Infinity : 20)
        let afterId = 0
        const shown: Pair[] = []
        while (left > 0) {
          const batch = await call('pairs.list', {
            corpus: path,
            where: options.where ?? '',
            afterId,
            limit: Math.min(1000, left),
          })
          if (batch.length === 0) break
          for (const pair of batch) {
            if (options.json) await printJson(pair)
            else shown.push(pair)
          }
          left -= batch.length
          afterId = (batch.at(-1) as Pair).id
        }
        if (!options.json) {
          print(
            table(
              ['id', 'picture', 'size', 'text', 'cosine'],
              shown.map((pair) => [
                pair.id,
                pair.image.status,
                pair.image.width === null ? '' : `${pair.image.width} × ${pair.image.height}`,
                clip(pair.text.alt || pair.text.caption || pair.text.title || ''),
                pair.scores[0]?.cosine.toFixed(3) ?? '',
              ]),
            ),
          )
        }
      },
    )

  program
    .command('stats <corpus>')
    .description('count what is in a corpus, and what failed')
    .option('--json', 'as one JSON object', false)
    .action(async (corpus: string, options: { json: boolean }) => {
      const stats = await call('corpora.stats', { corpus: await open(corpus) })
      if (options.json) await printJson(stats)
      else printStats(stats)
    })

  program
    .command('histogram <corpus>')
    .description('count scores by bins')
    .option('--model <id>', 'whose scores; may be left out where there is one')
    .addOption(textOption('which words were scored'))
    .option('--bins <n>', 'number of bins', integer, 20)
    .option(...where)
    .option('--json', 'as one JSON object', false)
    .action(
      async (
        corpus: string,
        options: { model?: string; text: 'alt'; bins: number; where?: string; json: boolean },
      ) => {
        const path = await open(corpus)
        const model = options.model ?? (await onlyModel(path, options.text))
        const histogram = await call('scores.histogram', {
          corpus: path,
          model,
          text: options.text,
          bins: options.bins,
          where: options.where ?? '',
        })
        if (options.json) return printJson({ model, text: options.text, ...histogram })
        const most = Math.max(1, ...histogram.counts)
        const step = (histogram.hi - histogram.lo) / histogram.counts.length
        histogram.counts.forEach((n, i) => {
          const from = (histogram.lo + i * step).toFixed(3).padStart(7)
          print(`${from}  ${String(n).padStart(9)}  ${'█'.repeat(Math.round((n / most) * 50))}`)
        })
        print(
          `n = ${histogram.n.toLocaleString('en-US')} cosines of ${model} (${options.text}), mean ${histogram.mean.toFixed(3)}, ` +
            `median ${histogram.median.toFixed(3)}, ${histogram.unscored.toLocaleString('en-US')} pairs without a score`,
        )
      },
    )

  program
    .command('export <corpus>')
    .description('write a dataset')
    .addOption(
      new Option('--format <format>', 'form of the dataset')
        .choices(EXPORT_FORMATS)
        .makeOptionMandatory(),
    )
    .requiredOption('--out <dir>', 'folder to make')
    .addOption(textOption('which words become the caption'))
    .option(...where)
    .action(
      async (
        corpus: string,
        options: { format: 'jsonl'; out: string; text: 'alt'; where?: string },
      ) => {
        const path = await open(corpus)
        const { job } = await call('jobs.export', {
          corpus: path,
          format: options.format,
          out: resolve(options.out),
          text: options.text,
          where: options.where ?? '',
        })
        await follow(job)
      },
    )

  const models = program.command('models').description('models of every kind')
  models
    .command('list', { isDefault: true })
    .description('what is installed and what can be fetched')
    .option('--json', 'as one JSON array', false)
    .action(async (options: { json: boolean }) => {
      const list = await call('models.list', {})
      if (options.json) return printJson(list)
      print(
        table(
          ['id', 'kind', 'state', 'size', 'licence', 'cutoffs', 'what it is good for'],
          list.map((model) => [
            model.id,
            model.kind,
            model.problem ? `${model.state}: ${model.problem}` : model.state,
            model.bytes === null ? '' : formatBytes(model.bytes),
            model.license ?? '',
            model.kind === 'picture-text'
              ? model.cutoffs.map((cutoff) => String(cutoff.cosine)).join(', ')
              : '',
            model.description,
          ]),
        ),
      )
    })
  models
    .command('add <source>')
    .description('a model folder, or a hub repository to fetch')
    .action(async (source: string) => {
      const { model, job } = await call('models.add', { source })
      if (job) await follow(job)
      if (model) print(`added ${model.id} (${model.name})`)
    })
  models
    .command('verify <id>')
    .description('run a model on this machine against its reference')
    .addOption(
      new Option('--device <device>', 'where it runs').choices(Device.options).default('auto'),
    )
    .action(async (id: string, options: { device: 'auto' }) => {
      const report = await call('models.verify', { id, device: options.device })
      print(
        table(
          ['check', 'result', 'largest difference', 'bound', ''],
          report.checks.map((check) => [
            check.name,
            check.ok ? 'pass' : 'FAIL',
            check.difference === null ? '' : check.difference.toExponential(2),
            check.bound === null ? '' : check.bound.toExponential(2),
            check.note,
          ]),
        ),
      )
      print(`${id} on ${report.device}: ${report.ok ? 'pass' : 'FAIL'}`)
      if (!report.ok) exitCode = 1
    })
  models
    .command('quantize <id>')
    .description('make an int8 twin of an fp32 model, checked on your own pictures and texts')
    .requiredOption('--check <path>', 'a corpus or a folder of pictures to compare both on')
    .option('--out <dir>', 'folder of the new model')
    .option('--bound <cosine>', 'largest difference of a cosine that is allowed', positive)
    .action(async (id: string, options: { check: string; out?: string; bound?: number }) => {
      const { job } = await call('models.quantize', {
        id,
        check: resolve(options.check),
        ...(options.out === undefined ? {} : { out: resolve(options.out) }),
        ...(options.bound === undefined ? {} : { bound: options.bound }),
      })
      await follow(job)
    })
  models
    .command('remove <id>')
    .description('forget a model; what it made stays')
    .action(async (id: string) => {
      await call('models.remove', { id })
      print(`removed ${id}`)
    })

  addSpanCommands(program, { call, open, follow, print, printJson })

  program
    .command('doctor')
    .description('check this machine')
    .action(async () => {
      const checks = await call('system.doctor', {})
      print(
        table(
          ['check', '', 'value', 'what to do'],
          checks.map((check) => [
            check.name,
            check.ok ? 'ok' : 'PROBLEM',
            check.value,
            check.hint ?? '',
          ]),
        ),
      )
      if (checks.some((check) => !check.ok)) exitCode = 1
    })
  return program
}

function columnRole(
  text: string,
  earlier: { role: string; column: string }[],
): { role: string; column: string }[] {
  const at = text.indexOf('=')
  if (at < 1 || at === text.length - 1) throw new InvalidArgumentError('ROLE=NAME, e.g. alt=TEXT.')
  return [...earlier, { role: text.slice(0, at).trim(), column: text.slice(at + 1) }]
}

async function printRecognised(
  path: string,
  choices: Omit<CallInput<'tables.recognise'>, 'path'>,
): Promise<void> {
  const { n, tables, refusal } = await call('tables.recognise', { path, ...choices })
  for (const found of tables) {
    const rows = found.rows === null ? '' : `, ${found.rows.toLocaleString('en-US')} rows`
    print(`${found.path}: ${found.format}${found.layout ? ` (${found.layout})` : ''}${rows}`)
    print(
      table(
        ['column', 'type', 'role', 'why', 'range', 'scores are called', 'first row'],
        found.columns.map((column) => [
          column.name,
          column.type,
          column.role,
          column.why,
          column.range
            ? `${column.range.min.toPrecision(3)} … ${column.range.max.toPrecision(3)}`
            : '',
          column.model ?? '',
          clip(String(found.preview[0]?.[column.name] ?? '')),
        ]),
      ),
    )
    if (found.embeddings) {
      const { rows: vectors, dims, model } = found.embeddings
      print(
        `embeddings: ${vectors} rows of ${dims}${model === null ? '' : `, scores are called ${model}`}`,
      )
    }
    for (const problem of found.problems) print(`note: ${problem}`)
  }
  if (n > tables.length) print(`and ${n - tables.length} more tables`)
  if (refusal) {
    throw new AppError('invalid-input', refusal.message, hintForCommand(refusal) ?? undefined)
  }
}

function clip(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length > 60 ? line.slice(0, 59) + '…' : line
}

async function onlyModel(corpus: string, text: string): Promise<string> {
  const sources = (await call('scores.sources', { corpus })).filter((s) => s.text === text)
  if (sources.length === 1 && sources[0]) return sources[0].model
  throw new AppError(
    'invalid-input',
    sources.length === 0
      ? `This corpus has no scores for ${text}.`
      : `This corpus has scores of ${sources.map((s) => s.model).join(', ')}.`,
    sources.length === 0 ? 'Run gleaner score first.' : 'Choose one with --model.',
  )
}

function printStats(stats: CallOutput<'corpora.stats'>): void {
  const n = (value: number): string => value.toLocaleString('en-US')
  const list = (counts: Record<string, number>): string =>
    Object.entries(counts)
      .filter(([, count]) => count > 0)
      .map(([name, count]) => `${name} ${n(count)}`)
      .join(', ') || 'none'
  print(`records     ${list(stats.records)}`)
  print(`pages       ${n(stats.pages)}`)
  print(
    `pairs       ${n(stats.pairs)}, with alt text ${n(stats.withAlt)}, with caption ${n(stats.withCaption)}`,
  )
  print(`pictures    ${list(stats.images)}`)
  print(`not paired  ${list(stats.notPaired)}`)
  print(`failures    ${list(stats.failures)}`)
  for (const score of stats.scores) {
    print(
      `scores      ${score.model} on ${score.text}: n ${n(score.n)}, mean cosine ${score.mean.toFixed(3)}`,
    )
  }
}

async function main(): Promise<void> {
  // A reader that has seen enough (head) is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
    throw error
  })
  try {
    await build().parseAsync()
  } catch (error) {
    if (error instanceof CommanderError) {
      exitCode = error.exitCode === 0 ? 0 : 2
    } else if (error instanceof AppError) {
      process.stderr.write(`error: ${error.message}\n${error.hint ? `       ${error.hint}\n` : ''}`)
      exitCode = error.kind === 'invalid-input' ? 2 : 1
    } else {
      throw error
    }
  } finally {
    await engine?.stop()
  }
  process.exitCode = exitCode
}

await main()
