import { resolve } from 'node:path'
import type { CallInput, CallName, CallOutput } from '#shared/contract/index.ts'
import type { Job, JOBS } from '#shared/contract/jobs.ts'
import { fromErrorValue } from '#shared/errors.ts'
import { formatSeconds } from '#shared/format.ts'
import type { z } from 'zod'
import type { Engine } from '../engine/engine.ts'
import { EXIT } from './exit.ts'
import { createProgressView, harmless } from './terminal.ts'

/** What the commands work with. */
export interface CliTools {
  call<N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>>
  /** Opens a corpus and returns its path. */
  open(corpus: string): Promise<string>
  /**
   * Follows a job to its end and prints what came out, unless `quiet`; Ctrl-C cancels it after its batch.
   * @throws AppError why it failed, as the job says it
   */
  follow(job: string, options?: { quiet: boolean }): Promise<Job>
  print(text: string): void
  /** What is said beside data that goes to standard output. */
  aside(text: string): void
  printJson(value: unknown): Promise<void>
  /** The program did what it was asked, and what it found is not well. */
  fail(): void
}

type Startable = Extract<(typeof JOBS)[number], { call: string }>

/** Starts a job by its definition and follows it to its end. */
export async function runJob<D extends Startable>(
  tools: Pick<CliTools, 'call' | 'follow'>,
  definition: D,
  input: z.input<D['input']>,
  options?: { quiet: boolean },
): Promise<Job> {
  const started = await tools.call(definition.call, input as CallInput<D['call']>)
  return tools.follow((started as { job: string }).job, options)
}

export interface CliSession extends CliTools {
  exitCode(): number
  /** Ends the engine where one was needed. */
  close(): Promise<void>
}

/**
 * @param createEngine makes the engine with the first call
 * @param signals where Ctrl-C is heard
 */
export function createSession(
  createEngine: () => Engine,
  signals: Pick<NodeJS.Process, 'once' | 'off'> = process,
): CliSession {
  let engine: Engine | null = null
  let exitCode: number = EXIT.done

  const running = (): Engine => (engine ??= createEngine())
  const call: CliTools['call'] = async (name, input) =>
    (await running().call(name, input)).value as CallOutput<typeof name>
  let told = 0

  /** What was set aside or made again on the way. */
  async function tellNotes(): Promise<void> {
    if (!engine) return
    const notes = await call('system.notes', {})
    for (const note of notes.slice(told)) warn(note)
    told = notes.length
  }

  function warn(text: string): void {
    process.stderr.write(`warning: ${harmless(text)}\n`)
  }

  function print(text: string): void {
    process.stdout.write(`${harmless(text)}\n`)
  }

  function aside(text: string): void {
    process.stderr.write(`${harmless(text)}\n`)
  }

  async function follow(id: string, options?: { quiet: boolean }): Promise<Job> {
    const view = createProgressView(process.stderr)
    const off = running().onEvent((name, value) => {
      if (name === 'jobs.changed' && (value as Job).id === id) view.update(value as Job)
    })
    const cancel = (): void => {
      process.stderr.write('\nstopping after this batch …\n')
      void call('jobs.cancel', { job: id })
    }
    signals.once('SIGINT', cancel)
    signals.once('SIGTERM', cancel)
    const started = Date.now()
    const job = await running().finished(id)
    signals.off('SIGINT', cancel)
    signals.off('SIGTERM', cancel)
    off()
    view.update(job)
    view.end()
    if (job.state === 'failed' && job.error) throw fromErrorValue(job.error)
    if (job.state === 'canceled' || job.state === 'interrupted') exitCode = EXIT.interrupted
    if (options?.quiet) return job
    print(`${job.title}: ${job.state} in ${formatSeconds((Date.now() - started) / 1000)}`)
    for (const { label, value } of job.result) print(`  ${label}: ${value}`)
    return job
  }

  return {
    call,
    follow,
    print,
    aside,
    async open(corpus) {
      const { path, readonly } = await call('corpora.open', { path: resolve(corpus) })
      await tellNotes()
      if (readonly) warn(`${path} is open for reading only: ${readonly.message}`)
      return path
    },
    /** Waits for room in a pipe, so that millions of rows do not pile up in memory. */
    async printJson(value) {
      if (!process.stdout.write(JSON.stringify(value) + '\n')) {
        await new Promise<void>((done) => process.stdout.once('drain', done))
      }
    },
    fail() {
      exitCode = EXIT.failed
    },
    exitCode: () => exitCode,
    async close() {
      try {
        await tellNotes()
      } finally {
        await engine?.stop()
      }
    },
  }
}
