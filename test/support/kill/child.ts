/**
 * An engine with one job, to be killed. Its argument is a `Work` as JSON. A job that an earlier run
 * left goes on; otherwise it is begun, unless it was before. Says `begun` when its job is written
 * down, `step` when its chosen step is reached (unless it ends itself there) and, when the job has
 * come to an end, an `End` as JSON.
 */
import { writeSync } from 'node:fs'
import { countSteps, stepsDone } from './steps.ts'
import { LOCAL } from '../../integration/pictures-support.ts'
import type { Job } from '#shared/contract/jobs.ts'

export interface Work {
  call: string
  input: unknown
  /** Opened before the job; null for those of the machine. */
  corpus: string | null
  /** Step of the work at which it ends itself, or says so; 0 = none. */
  at: number
  /** Who ends it at that step: the program itself, or the one who started it, some time later. */
  by: 'itself' | 'parent'
  /** Counts from the start of the engine, not from the start of the job: for one that goes on. */
  isLater: boolean
  /** An earlier run wrote the job down: where none is left, it is over. */
  isBegun: boolean
}

export interface End {
  steps: number
  /** All jobs that the program knows of. */
  jobs: Pick<Job, 'id' | 'kind' | 'state' | 'error'>[]
}

const work = JSON.parse(process.argv[2] as string) as Work
const { createEngine } = await import('../../../src/main/engine/engine.ts')
// The web of the test is this machine, which the program never asks.
const { JOB_TABLE } = await import('../../../src/main/engine/jobs/table.ts')
const { runPictures } = await import('../../../src/main/jobs/pictures/pictures.ts')
JOB_TABLE.pictures.run = ({ corpus, input, context }) =>
  runPictures(corpus, input, context, { mends: true, fetch: LOCAL })

const arm = (): void =>
  countSteps(work.at, work.by === 'parent' ? () => void writeSync(1, 'step\n') : undefined)

if (work.isLater) arm()
const engine = createEngine({ resumeJobs: true })
const ask = async (name: string, input: unknown): Promise<unknown> =>
  (await engine.call(name, input)).value
if (work.corpus !== null) await ask('corpora.open', { path: work.corpus })
const listed = async (): Promise<Job[]> => (await ask('jobs.list', {})) as Job[]
if (!work.isLater) arm()
const left = await listed()
for (const job of left) {
  if (job.state === 'interrupted') await ask('jobs.resume', { job: job.id })
}
// One that was killed before it was written down is asked for again; the sample is made by its call.
if ((left.length === 0 && !work.isBegun) || work.call === 'corpora.openSample') {
  await ask(work.call, work.input)
}
writeSync(1, 'begun\n')
for (const { id } of await listed()) await engine.finished(id)
const end: End = {
  steps: stepsDone(),
  jobs: (await listed()).map(({ id: job, kind, state, error }) => ({
    id: job,
    kind,
    state,
    error,
  })),
}
await engine.stop()
writeSync(1, `${JSON.stringify(end)}\n`)
