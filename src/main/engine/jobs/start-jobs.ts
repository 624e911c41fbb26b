import { isAbsolute, resolve } from 'node:path'
import type { Job, JobInput, JobKind, JobResumes, Started } from '#shared/contract/jobs.ts'
import { AppError, errorLine, toErrorValue } from '#shared/errors.ts'
import type { AnyJobDefinition, JobImplementation, Machine } from '../../jobs/run/implement.ts'
import type { Corpus } from '../../store/open.ts'
import { clearJobs, listJobs, saveJob } from '../../store/repositories/jobs.ts'
import { markRunsInterrupted } from '../../store/repositories/training-runs.ts'
import { transaction } from '../../store/statements.ts'
import type { EngineParts } from '../parts.ts'
import { altKindRulesInUse, rulesInUse } from '../home/rules-in-use.ts'
import { parse } from '../parse.ts'
import { openHomeJobs } from './home-jobs.ts'
import { JOB_TABLE } from './table.ts'
import { cutOff, held, isHeld, nextStart } from './unasked.ts'

export interface JobStarter {
  /** @param input parsed, by the definition of the kind */
  start<K extends JobKind>(kind: K, input: JobInput<K>): Started
  /** Starts an ended job once more with the same input. */
  again(id: string): Started
  /** What a job was started with. @throws AppError `not-found` */
  asked(id: string): { kind: JobKind; input: unknown }
  /** Takes ended jobs out of the list. */
  clear(): void
}

/** Absolute paths that a job was asked for, at the top of its input. */
function pathsIn(input: unknown): string[] {
  return Object.values(input as object)
    .flat()
    .filter((value) => typeof value === 'string')
    .filter((value) => isAbsolute(value))
}

/** A job that is begun once more: it keeps its id and its place in the list. */
interface Earlier {
  job: Job
  isUnasked: boolean
  resumes?: JobResumes
}

/**
 * Starts jobs by the table, writes them down where they survive a kill, and goes on with those that
 * were left: of the machine now, of a corpus when it is opened.
 */
export function createJobStarter(parts: EngineParts): JobStarter {
  const { runner, corpora } = parts
  const inputs = new Map<string, { kind: JobKind; input: unknown }>()
  const homeJobs = openHomeJobs(parts.home, parts.notes)
  const machine: Machine = {
    folders: parts.folders,
    promptBases: parts.home.promptBases,
    resources: parts.resources,
    uselessAltRules: () => rulesInUse(parts.rules).rules,
    altKindRules: () => altKindRulesInUse(parts.altKindRules).rules,
    checkCommands({ folder, begin, follow }, isBegun) {
      if (!parts.asksBeforeCommands || parts.commands.has(isBegun ? follow : begin)) return
      throw new AppError(
        'refused',
        `The commands that run ${folder} were not allowed.`,
        'Launch it again, and allow its commands in the dialog.',
      )
    },
    modelsChanged: () => parts.emit('models.changed', {}),
  }

  function start(kind: JobKind, input: unknown, earlier?: Earlier): Started {
    const { definition, run } = JOB_TABLE[kind] as unknown as JobImplementation<AnyJobDefinition>
    const corpus = definition.lane === 'machine' ? null : corpusOf(input)
    const job = runner.start({
      kind,
      corpus: corpus?.path ?? null,
      title: definition.title(input),
      subject: definition.subject(input),
      aside: definition.lane === 'aside',
      places: pathsIn(input),
      ...(earlier
        ? { id: earlier.job.id, createdAt: earlier.job.createdAt, resumes: earlier.resumes }
        : {}),
      run: (context) =>
        // The lane says whether a run gets a corpus, and it has one then.
        run({
          input,
          corpus: corpus as Corpus,
          context,
          machine,
          isUnasked: earlier?.isUnasked ?? false,
          goesOn: earlier !== undefined,
        }),
      save(state) {
        if (!corpus) homeJobs.save(state, input)
        // What only reads runs there, too; what writes is refused by the corpus itself.
        else if (!corpus.readonly) saveJob(corpus.writer, state, input)
      },
      together: (work) => (corpus && !corpus.readonly ? transaction(corpus.writer, work) : work()),
    })
    inputs.set(job.id, { kind, input })
    return { job: job.id }
  }

  function corpusOf(input: unknown): Corpus {
    return corpora.get((input as { corpus: string }).corpus).corpus
  }

  /** @param input as it was written down, perhaps by an older version of the program */
  function restart(kind: JobKind, input: unknown, earlier: Earlier): Started {
    return start(kind, parse(kind, JOB_TABLE[kind].definition.input, input), earlier)
  }

  /** One that cannot be started again waits, and the corpus opens all the same. */
  function resume(job: Job, input: unknown, save: (job: Job) => void): void {
    if (isHeld(job)) return runner.remember(job)
    const resumes = nextStart(job)
    if (resumes === null) {
      const waiting = held(job)
      return wait(waiting, () => save(waiting))
    }
    try {
      restart(job.kind, input, { job, isUnasked: true, resumes })
    } catch (error) {
      const waiting: Job = { ...job, state: 'interrupted', error: toErrorValue(error) }
      wait(waiting, () => save(waiting))
    }
  }

  /** A full disk keeps no corpus closed: the job waits, and is judged again at the next start. */
  function wait(job: Job, save: () => void): void {
    runner.remember(job)
    try {
      save()
    } catch (error) {
      parts.notes.add(`The list of jobs cannot be written. ${errorLine(error)}`)
    }
  }

  function mayResume(kind: JobKind, input: unknown): boolean {
    const { definition } = JOB_TABLE[kind] as unknown as JobImplementation<AnyJobDefinition>
    const parsed = definition.input.safeParse(input)
    return parsed.success && definition.resumes(parsed.data)
  }

  if (parts.resumeJobs) {
    for (const { job, input } of homeJobs.left()) {
      inputs.set(job.id, { kind: job.kind, input })
      if (mayResume(job.kind, input)) resume(job, input, (waiting) => homeJobs.save(waiting, input))
      else runner.remember(cutOff(job))
    }
  }
  corpora.onOpen(({ corpus }) => {
    if (!corpus.readonly) markRunsInterrupted(corpus.writer)
    const left = listJobs(corpus.reader, corpus.path).reverse()
    // A corpus that was never opened here may be somebody else's, and its jobs name files of this
    // machine to read and write: they wait until a person says so.
    const isOurs = parts.recent.list().some(({ path }) => resolve(path) === resolve(corpus.path))
    for (const { job, input: asked } of left) {
      // Of another version of the program, which may go on with it.
      if (!Object.hasOwn(JOB_TABLE, job.kind)) continue
      // Moved or copied since: the corpus is where it was opened.
      const input = { ...(asked as object), corpus: resolve(corpus.path) }
      inputs.set(job.id, { kind: job.kind, input })
      const unfinished = ['queued', 'running', 'interrupted'].includes(job.state)
      if (!unfinished) {
        runner.remember(job)
        continue
      }
      // Where another program writes, it runs there.
      if (corpus.whyReadonly?.kind === 'busy') continue
      if (!corpus.readonly && parts.resumeJobs && isOurs && mayResume(job.kind, input)) {
        resume(job, input, (waiting) => saveJob(corpus.writer, waiting, input))
      } else runner.remember({ ...job, state: 'interrupted' })
    }
  })

  return {
    start: (kind, input) => start(kind, input),
    again(id) {
      const known = inputs.get(id)
      const job = runner.list().find((entry) => entry.id === id)
      if (!known || !job) throw new AppError('not-found', `There is no job ${id}.`)
      if (job.state === 'running' || job.state === 'queued') {
        throw new AppError('busy', `"${job.title}" is running already.`)
      }
      return restart(known.kind, known.input, { job, isUnasked: false })
    },
    asked(id) {
      const known = inputs.get(id)
      if (!known) throw new AppError('not-found', `There is no job ${id}.`)
      return known
    },
    clear() {
      const jobs = runner.list()
      const corpusOf = new Set(jobs.map((job) => job.corpus))
      runner.clear()
      for (const job of jobs) {
        if (job.corpus === null && isHeld(job)) homeJobs.forget(job.id)
      }
      for (const path of corpusOf) {
        const corpus = path === null ? null : corpora.get(path).corpus
        if (corpus && !corpus.readonly) clearJobs(corpus.writer)
      }
    },
  }
}
