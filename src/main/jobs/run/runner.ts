import { randomUUID } from 'node:crypto'
import type { CorpusPart } from '#shared/contract/index.ts'
import type { Job, JobProgress, JobResumes } from '#shared/contract/jobs.ts'
import { AppError, errorLine, toErrorValue } from '#shared/errors.ts'
import type { Settings } from '#shared/settings.ts'
import { toJobError } from '../../store/errors.ts'
import { ENGINE_STOPS } from './job.ts'
import type { Entries } from './entries.ts'
import type { JobContext } from './job.ts'

/** Progress goes out at most this often. */
const EMIT_EVERY_MS = 100
/** Progress is written down at most this often; its loss costs nothing but a number on the screen. */
const SAVE_EVERY_MS = 2000
/** The rate is taken over this span. */
const RATE_WINDOW_MS = 10_000

export interface JobRequest {
  kind: Job['kind']
  /** Folder of the corpus; jobs of one corpus run one after the other, as there is one writer. */
  corpus: string | null
  title: string
  subject?: string | undefined
  /** Waits for no other job and lets none wait: for work that is done elsewhere. */
  aside?: boolean
  /** Keeps its id when an interrupted job goes on. */
  id?: string
  createdAt?: string
  /** Of one that goes on unasked after the program ended without warning. */
  resumes?: JobResumes | undefined
  run(context: JobContext): Promise<void>
  /** Paths that it reads and writes beside its corpus. */
  places?: readonly string[]
  /** Writes the job down where it survives a kill. */
  save(job: Job): void
  /** Runs what writes to the same place as `save`, so that all of it or nothing is written. */
  together?<T>(work: () => T): T
}

export interface RunnerOptions {
  entries: Entries
  settings(): Settings
  onChange(job: Job): void
  onData(corpus: string, what: CorpusPart[]): void
  /** Milliseconds; a test has a clock of its own. */
  now?: () => number
}

interface Running {
  request: JobRequest
  job: Job
  abort: AbortController
  finished: Promise<Job>
  /** Set when the engine stops: the job is then not canceled but goes on at the next start. */
  stopping: boolean
}

export interface Runner {
  start(request: JobRequest): Job
  /** Puts a job of an earlier run of the program into the list. */
  remember(job: Job): void
  list(): Job[]
  cancel(id: string): void
  /** Resolves with the job in its last state. */
  finished(id: string): Promise<Job>
  isBusy(corpus: string): boolean
  clear(): void
  /** Takes the jobs of a corpus out of the list when it is closed. */
  forget(corpus: string): void
  /** Ends every running job after its batch; they count as interrupted, not as canceled. */
  stop(): Promise<void>
}

export function createRunner(options: RunnerOptions): Runner {
  const clock = options.now ?? Date.now
  const all = new Map<string, Running>()
  /** The end of each corpus's queue. */
  const queues = new Map<string, Promise<unknown>>()

  function start(request: JobRequest): Job {
    const job: Job = {
      id: request.id ?? randomUUID(),
      kind: request.kind,
      corpus: request.corpus,
      title: request.title,
      ...(request.subject === undefined ? {} : { subject: request.subject }),
      state: 'queued',
      progress: { done: 0, total: null, unit: '', rate: null, eta: null, note: 'waiting' },
      createdAt: request.createdAt ?? new Date().toISOString(),
      ...(request.resumes === undefined ? {} : { resumes: request.resumes }),
      finishedAt: null,
      error: null,
      warnings: [],
      result: [],
    }
    const running: Running = {
      request,
      job,
      abort: new AbortController(),
      finished: Promise.resolve(job),
      stopping: false,
    }
    // What cannot be written down is not begun: after a kill nobody would know of it.
    request.save(job)
    all.set(job.id, running)
    const key = request.aside || request.corpus === null ? `job:${job.id}` : request.corpus
    const before = queues.get(key) ?? Promise.resolve()
    running.finished = before.then(() => execute(running))
    queues.set(
      key,
      running.finished.finally(() => {
        if (queues.get(key) === running.finished) queues.delete(key)
      }),
    )
    options.onChange(job)
    return job
  }

  async function execute(running: Running): Promise<Job> {
    const { job, request } = running
    if (running.abort.signal.aborted)
      return end(running, running.stopping ? 'interrupted' : 'canceled')
    job.state = 'running'
    job.progress = { ...job.progress, note: 'starting' }
    publish(running, true)
    let lastEmit = 0
    let lastSave = clock()
    const meter = createMeter()
    const context: JobContext = {
      id: job.id,
      signal: running.abort.signal,
      progress(p) {
        const now = clock()
        job.progress = { ...p, ...meter(p.done, p.total, now) }
        if (now - lastEmit < EMIT_EVERY_MS) return
        lastEmit = now
        options.onChange(job)
        if (now - lastSave > SAVE_EVERY_MS) {
          lastSave = now
          save(running)
        }
      },
      warn(message) {
        if (job.warnings.includes(message)) return
        job.warnings.push(message)
        publish(running, true)
      },
      result(label, value) {
        job.result = [...job.result.filter((entry) => entry.label !== label), { label, value }]
      },
      changed(what) {
        if (request.corpus !== null) options.onData(request.corpus, what)
      },
      conclude(last) {
        const together = request.together ?? (<T>(work: () => T): T => work())
        return together(() => {
          const value = last()
          const progress = { ...job.progress, eta: null }
          const over: Job = {
            ...job,
            state: 'done',
            progress,
            finishedAt: new Date().toISOString(),
          }
          delete over.resumes
          request.save(over)
          return value
        })
      },
      entries: options.entries,
      settings: options.settings(),
    }
    try {
      await request.run(context)
      if (running.abort.signal.aborted) {
        return end(running, running.stopping ? 'interrupted' : 'canceled')
      }
      return end(running, 'done')
    } catch (error) {
      if (running.abort.signal.aborted) {
        return end(running, running.stopping ? 'interrupted' : 'canceled')
      }
      const value = toErrorValue(toJobError(error, request.corpus, request.places ?? []))
      if (value.kind === 'internal') console.error(error)
      job.error = value
      return end(running, 'failed')
    }
  }

  function end(running: Running, state: Job['state']): Job {
    running.job.state = state
    // It ended in order.
    delete running.job.resumes
    running.job.finishedAt = state === 'interrupted' ? null : new Date().toISOString()
    running.job.progress = { ...running.job.progress, eta: null }
    publish(running, true)
    return running.job
  }

  /** A full disk ends no job that is under way, and not the program: the job says it. */
  function save({ request, job }: Running): void {
    try {
      request.save(job)
    } catch (error) {
      const message = `The list of jobs cannot be written; after a restart this job is not in it as it is now (${errorLine(error)}).`
      if (!job.warnings.includes(message)) job.warnings.push(message)
    }
  }

  function publish(running: Running, isSaved: boolean): void {
    if (isSaved) save(running)
    options.onChange(running.job)
  }

  function get(id: string): Running {
    const running = all.get(id)
    if (!running) throw new AppError('not-found', `There is no job ${id}.`)
    return running
  }

  const isActive = (job: Job): boolean => job.state === 'queued' || job.state === 'running'

  return {
    start,
    remember(job) {
      if (all.has(job.id)) return
      all.set(job.id, {
        request: { ...job, run: () => Promise.resolve(), save: () => {} },
        job,
        abort: new AbortController(),
        finished: Promise.resolve(job),
        stopping: false,
      })
    },
    list: () => [...all.values()].map((running) => running.job).sort(newestFirst),
    cancel(id) {
      const running = get(id)
      if (isActive(running.job)) running.abort.abort()
    },
    finished: (id) => get(id).finished,
    isBusy: (corpus) => [...all.values()].some(({ job }) => job.corpus === corpus && isActive(job)),
    clear() {
      for (const [id, { job }] of all) {
        // What was interrupted can go on: it stays, unless it waits with a reason.
        const goesOn = job.state === 'interrupted' && job.error === null
        if (!isActive(job) && !goesOn) all.delete(id)
      }
    },
    forget(corpus) {
      for (const [id, { job }] of all) if (job.corpus === corpus && !isActive(job)) all.delete(id)
    },
    async stop() {
      for (const running of all.values()) {
        if (!isActive(running.job)) continue
        running.stopping = true
        running.abort.abort(ENGINE_STOPS)
      }
      await Promise.allSettled([...all.values()].map((running) => running.finished))
    },
  }
}

function newestFirst(a: Job, b: Job): number {
  return a.createdAt < b.createdAt ? 1 : a.createdAt > b.createdAt ? -1 : 0
}

/** Rate over the last seconds and the time left at that rate. */
function createMeter(): (
  done: number,
  total: number | null,
  now: number,
) => Pick<JobProgress, 'rate' | 'eta'> {
  const samples: { at: number; done: number }[] = []
  return (done, total, now) => {
    // The count begins anew with the next part of a job.
    if (done < (samples.at(-1)?.done ?? 0)) samples.length = 0
    const last = samples.at(-1)
    if (!last || now - last.at >= 200) samples.push({ at: now, done })
    while (samples.length > 2 && now - (samples[0] as { at: number }).at > RATE_WINDOW_MS) {
      samples.shift()
    }
    const first = samples[0] as { at: number; done: number }
    const seconds = (now - first.at) / 1000
    if (seconds < 0.3) return { rate: null, eta: null }
    const rate = (done - first.done) / seconds
    const eta = total === null || rate <= 0 ? null : Math.max(0, (total - done) / rate)
    return { rate, eta }
  }
}
