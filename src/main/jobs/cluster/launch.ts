import { randomUUID } from 'node:crypto'
import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { z } from 'zod'
import { EpochRecord } from '#shared/contract/training.ts'
import type { LaunchInput } from '#shared/contract/jobs.ts'
import type { TextModelInfo, TrainingRun } from '#shared/contract/training.ts'
import { AppError, errorLine } from '#shared/errors.ts'
import { launching, launchRequest, readLaunched, writeLaunched } from '../../cluster/index.ts'
import type { LaunchedRun, Launching, LaunchRequest } from '../../cluster/index.ts'
import { divergenceWarning } from '../../labeling/train-span-head.ts'
import type { Corpus } from '../../store/open.ts'
import { listTrainingRuns, saveTrainingRun } from '../../store/repositories/training-runs.ts'
import { ENGINE_STOPS } from '../run/job.ts'
import type { JobContext } from '../run/job.ts'
import { readPackage } from './span-package.ts'
import type { PackageManifest } from './span-package.ts'
import { launch } from '#shared/contract/jobs/launch.ts'
import { implementJob } from '../run/implement.ts'
import { addTextModelFolder } from '../../inference/models/text-models.ts'
import { readSmall } from '../../files/read-small.ts'

/** Looks that may fail one after the other before a run is given up: a network may be away a while. */
const PATIENCE = 60
/** After the end without an exit code: how often it is looked again, as a shared disk may lag. */
const LAG = 5
/** Packages that a job of this process runs or follows: a second one would train in the same place. */
const followed = new Set<string>()
/** Longest piece of a log's end that is looked at. */
const TAIL = 4000

const Result = z.object({
  bestEpoch: z.number(),
  temperature: z.number(),
  calibrationError: z.number().nullable().catch(null),
  test: z.object({
    n: z.number().int(),
    exactMatch: z.number(),
    iou: z.number(),
    f1: z.number(),
  }),
})

export interface LaunchOptions {
  /**
   * false: only follows a run that was begun. The list of jobs that go on comes with a corpus, which
   * may be somebody else's, and must not run a script that nobody here asked for.
   */
  mayBegin?: boolean
  /** The job was begun before, and may have done all but saying so. */
  goesOn?: boolean
  /** Looks at what is about to be run. @throws AppError `refused` */
  check?: (request: LaunchRequest, isBegun: boolean) => void
  /** Waits between two looks, for milliseconds or until the signal aborts. */
  pause?: (ms: number, signal: AbortSignal) => Promise<void>
}

/** An abort ends the wait, and is seen by the one who waits. */
const realPause = (ms: number, signal: AbortSignal): Promise<void> =>
  wait(ms, undefined, { signal }).catch(() => undefined)

/**
 * Runs a training package by a configured command, follows its log and its epochs, and takes the
 * model in when it is done. The training is not this process's: when the engine stops it goes on,
 * and the next start of this job follows it again. Canceling ends it.
 *
 * @param takeIn makes a model folder one of this machine's models; may be asked twice for the same
 * @throws AppError `busy` (another job runs the package), `not-found` (no such launcher), `conflict`
 *   (no package), `invalid-input` (the launcher lacks something), `refused` (the run would be followed by commands that are not in the
 *   settings; not begun), `io` (a command failed; the message holds what it said), `model` (what
 *   came out cannot be used)
 */
export async function runLaunch(
  corpus: Corpus,
  input: LaunchInput,
  ctx: JobContext,
  takeIn: (folder: string) => Promise<TextModelInfo>,
  {
    mayBegin = true,
    goesOn = false,
    check = () => undefined,
    pause = realPause,
  }: LaunchOptions = {},
): Promise<void> {
  const folder = resolve(input.package)
  if (followed.has(folder)) {
    throw new AppError('busy', `${folder} is being run by another job.`, 'Wait for its end.')
  }
  followed.add(folder)
  try {
    await runPackage(corpus, folder, input, ctx, takeIn, { mayBegin, goesOn, check, pause })
  } finally {
    followed.delete(folder)
  }
}

async function runPackage(
  corpus: Corpus,
  folder: string,
  input: LaunchInput,
  ctx: JobContext,
  takeIn: (folder: string) => Promise<TextModelInfo>,
  { mayBegin, goesOn, check, pause }: Required<LaunchOptions>,
): Promise<void> {
  const manifest = await readPackage(folder)
  const launcher = ctx.settings.launchers.find(({ name }) => name === input.launcher)
  const earlier = readLaunched(folder)
  const isOver = goesOn && earlier === null && hasUntoldResult(corpus, folder)
  if (isOver)
    return takeResult(folder, manifest, createRecord(corpus, manifest, folder, ctx), ctx, takeIn)
  if (!launcher && !earlier) {
    throw new AppError(
      'not-found',
      `There is no launcher ${input.launcher}.`,
      'Add it to the settings, or choose one of them.',
    )
  }
  if (!earlier && !mayBegin) {
    throw new AppError(
      'refused',
      'The training was not begun before the program ended.',
      'Start it again.',
    )
  }
  if (earlier) checkKnown(earlier.launcher, ctx.settings.launchers, folder)
  const by = earlier?.launcher ?? (launcher as NonNullable<typeof launcher>)
  check(launchRequest(folder, by), earlier !== null)
  await mkdir(join(folder, 'run'), { recursive: true })
  const record = createRecord(corpus, manifest, folder, ctx)
  try {
    const ways = launching(by)
    const run = earlier ?? (await begin(ways, folder, by))
    record.look()
    const ended = await follow(ways, folder, run, ctx, record, pause)
    if (!ended) return
    try {
      await takeResult(folder, manifest, record, ctx, takeIn)
    } catch (error) {
      writeLaunched(folder, null)
      throw error
    }
  } catch (error) {
    record.failed(errorLine(error))
    throw error
  }
}

/** Whether a training came to its end, and the program was killed before the corpus knew of it. */
function hasUntoldResult({ reader }: Corpus, folder: string): boolean {
  const isUntold = listTrainingRuns(reader).some(
    ({ kind, state, config }) =>
      kind === 'package' &&
      config['package'] === folder &&
      ['running', 'interrupted'].includes(state),
  )
  return isUntold && existsSync(join(folder, 'run/result.json'))
}

async function takeResult(
  folder: string,
  manifest: PackageManifest,
  record: Recorder,
  ctx: JobContext,
  takeIn: (folder: string) => Promise<TextModelInfo>,
): Promise<void> {
  record.look()
  const result = Result.parse(JSON.parse(readSmall(join(folder, 'run/result.json'), 'list')))
  const model = await takeIn(join(folder, 'model'))
  ctx.result('Model', model.name)
  ctx.result('Test', measures({ ...result.test }))
  for (const row of manifest.baselines) ctx.result(`Test, ${row.name}`, measures(row))
  // What is not concluded is taken in once more and not trained again.
  writeLaunched(folder, null)
  ctx.conclude(() => record.done(result, model, manifest))
}

/** A package may come from somebody else: what it wants to be run here must be in the settings. */
function checkKnown(
  wanted: LaunchedRun['launcher'],
  known: readonly LaunchedRun['launcher'][],
  folder: string,
): void {
  const isKnown = known.some(
    ({ kind, host, status, cancel }) =>
      kind === wanted.kind &&
      host === wanted.host &&
      status === wanted.status &&
      cancel === wanted.cancel,
  )
  // A process of this machine is followed without a command.
  if (isKnown || wanted.kind === 'local') return
  throw new AppError(
    'refused',
    `The package is run by ${wanted.name}, whose host or commands are not in the settings: ${[wanted.host, wanted.status, wanted.cancel].filter(Boolean).join('; ')}`,
    `Add such a launcher to follow it, or delete ${join(folder, 'run', 'launched.json')} to begin anew.`,
  )
}

const measures = ({ n, exactMatch, iou }: { n: number; exactMatch: number; iou: number }): string =>
  `exact match ${exactMatch.toFixed(3)}, IoU ${iou.toFixed(3)} (n = ${n})`

async function begin(
  ways: Launching,
  folder: string,
  launcher: LaunchedRun['launcher'],
): Promise<LaunchedRun> {
  // What an earlier run left would be taken for this one's.
  await rm(join(folder, 'run/exit'), { force: true })
  await rm(join(folder, 'run/result.json'), { force: true })
  const run = {
    launcher,
    ...(await ways.start(folder)),
    startedAt: new Date().toISOString(),
  }
  writeLaunched(folder, run)
  return run
}

/** Follows a run to its end. false: canceled, or the engine stops. */
async function follow(
  ways: Launching,
  folder: string,
  run: LaunchedRun,
  ctx: JobContext,
  record: Recorder,
  pause: Required<LaunchOptions>['pause'],
): Promise<boolean> {
  let failures = 0
  let lag = 0
  for (;;) {
    if (ctx.signal.aborted) {
      if (ctx.signal.reason === ENGINE_STOPS) return false
      await ways.cancel(folder, run)
      writeLaunched(folder, null)
      record.canceled()
      return false
    }
    try {
      const state = await ways.look(folder, run)
      failures = 0
      record.look()
      if (!state.running && (state.exit !== null || lag++ >= LAG)) {
        await ways.collect(folder, run)
        record.look()
        if (state.exit === 0 && existsSync(join(folder, 'run/result.json'))) return true
        writeLaunched(folder, null)
        throw new EndedBadly(
          'io',
          state.exit === null
            ? `The training ended without saying how: ${lastLine(folder)}`
            : `The training ended with ${state.exit}: ${lastLine(folder)}`,
          `Its whole log is ${join(folder, 'run', 'log.txt')}. Started again it goes on from its last epoch.`,
        )
      }
    } catch (error) {
      if (error instanceof EndedBadly || ++failures >= PATIENCE) throw error
      const message = errorLine(error)
      record.say(`cannot look (${failures} of ${PATIENCE}): ${message}`)
    }
    await pause(ways.every, ctx.signal)
  }
}

class EndedBadly extends AppError {}

interface Recorder {
  /** Reads log and metrics. */
  look(): void
  say(note: string): void
  done(result: z.infer<typeof Result>, model: TextModelInfo, manifest: PackageManifest): void
  canceled(): void
  failed(message: string): void
}

/** Keeps the run in the corpus up to date: curves while it runs, what came out at the end. */
function createRecord(
  corpus: Corpus,
  manifest: PackageManifest,
  folder: string,
  ctx: JobContext,
): Recorder {
  const config = z
    .object({ epochs: z.number(), title: z.string(), base: z.string() })
    .parse(JSON.parse(readSmall(join(folder, 'config.json'), 'manifest')))
  const unfinished = listTrainingRuns(corpus.reader).find(
    (run) =>
      run.kind === 'package' &&
      run.config['package'] === folder &&
      ['running', 'interrupted', 'failed', 'canceled'].includes(run.state),
  )
  let run: TrainingRun = unfinished
    ? { ...unfinished, state: 'running', error: null, finishedAt: null }
    : {
        id: randomUUID(),
        kind: 'package',
        title: config.title,
        state: 'running',
        createdAt: new Date().toISOString(),
        finishedAt: null,
        encoder: config.base,
        config: {
          ...manifest.input,
          package: folder,
          contentHash: manifest.contentHash,
          ...(manifest.versions ? { versions: manifest.versions } : {}),
        },
        splits: manifest.splits,
        history: [],
        bestEpoch: null,
        test: [],
        temperature: null,
        calibrationError: null,
        model: null,
        warnings: manifest.warnings,
        error: null,
      }
  const save = (change: Partial<TrainingRun>): void => {
    run = { ...run, ...change }
    saveTrainingRun(corpus.writer, run)
    ctx.changed(['training'])
  }
  save({})
  const say = (note: string): void =>
    ctx.progress({ done: run.history.length, total: config.epochs, unit: 'epochs', note })
  const over = (): { finishedAt: string } => ({ finishedAt: new Date().toISOString() })
  return {
    say,
    look() {
      const history = readMetrics(folder)
      if (history.length !== run.history.length) {
        const warning = divergenceWarning(history)
        if (warning !== null) ctx.warn(warning)
        const warnings = new Set([...run.warnings, ...(warning === null ? [] : [warning])])
        save({ history, warnings: [...warnings] })
      }
      say(lastLine(folder))
    },
    done(result, model, { baselines }) {
      save({
        state: 'done',
        ...over(),
        bestEpoch: result.bestEpoch,
        temperature: result.temperature,
        calibrationError: result.calibrationError,
        test: [{ name: 'fine-tuned model', ...result.test }, ...baselines],
        model: model.id,
      })
    },
    canceled: () => save({ state: 'canceled', ...over() }),
    failed: (message) => save({ state: 'failed', ...over(), error: message }),
  }
}

/** Whole lines only: the last one may be being written. */
function readMetrics(folder: string): EpochRecord[] {
  const path = join(folder, 'run/metrics.jsonl')
  if (!existsSync(path)) return []
  return readSmall(path, 'list')
    .split('\n')
    .slice(0, -1)
    .flatMap((line) => {
      try {
        return [EpochRecord.parse(JSON.parse(line))]
      } catch {
        return []
      }
    })
}

/** What the training said last. */
function lastLine(folder: string): string {
  const path = join(folder, 'run/log.txt')
  if (!existsSync(path)) return 'waiting for its log'
  const size = statSync(path).size
  const bytes = Buffer.alloc(Math.min(TAIL, size))
  const file = openSync(path, 'r')
  try {
    readSync(file, bytes, 0, bytes.length, size - bytes.length)
  } finally {
    closeSync(file)
  }
  const text = bytes.toString('utf8')
  // Progress bars write over their line.
  return (
    text
      .trimEnd()
      .split(/[\r\n]/)
      .at(-1)
      ?.slice(0, 300) ?? ''
  )
}

export const launchJob = implementJob(
  launch,
  async ({ corpus, input, context, machine, isUnasked, goesOn }) => {
    const takeIn = (folder: string) => addTextModelFolder(machine.folders, folder)
    await runLaunch(corpus, input, context, takeIn, {
      mayBegin: !isUnasked,
      goesOn,
      check: machine.checkCommands,
    })
    machine.modelsChanged()
  },
)
