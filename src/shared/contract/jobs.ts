import { z } from 'zod'
import { call } from './call.ts'
import { ErrorValue } from './error.ts'
import { JobKind, startCalls, Started } from './jobs/index.ts'

export const JOB_STATES = [
  'queued',
  'running',
  'done',
  'failed',
  'canceled',
  'interrupted',
] as const

export const JobProgress = z.object({
  done: z.number(),
  /** null while the end is not known. */
  total: z.number().nullable(),
  unit: z.string(),
  /** Units a second over the last seconds. */
  rate: z.number().nullable(),
  /** Seconds to go. */
  eta: z.number().nullable(),
  /** One line that says what is being done right now, with the device where one is used. */
  note: z.string(),
})
export type JobProgress = z.infer<typeof JobProgress>

/** How often a job went on by itself after the program ended without warning, and how far it was. */
export const JobResumes = z.object({ n: z.number().int(), done: z.number() })
export type JobResumes = z.infer<typeof JobResumes>

export const Job = z.object({
  id: z.string(),
  kind: JobKind,
  corpus: z.string().nullable(),
  title: z.string(),
  /** As its definition says; missing where it works on its corpus as a whole. */
  subject: z.string().optional(),
  state: z.enum(JOB_STATES),
  progress: JobProgress,
  createdAt: z.string(),
  finishedAt: z.string().nullable(),
  /** Of an interrupted job: why it does not go on by itself. */
  error: ErrorValue.nullable(),
  resumes: JobResumes.optional(),
  /** Things that did not stop the job and must be seen: fall-back to CPU, n failures. */
  warnings: z.array(z.string()),
  /** What came out, as label and value, for the jobs view. */
  result: z.array(z.object({ label: z.string(), value: z.string() })),
})
export type Job = z.infer<typeof Job>

/** Long work. Each answers at once with the job's id; `jobs.changed` follows it. */
export const jobs = {
  'jobs.list': call(z.object({}), z.array(Job)),
  'jobs.cancel': call(z.object({ job: z.string() }), z.object({})),
  /** Starts an interrupted, failed or canceled job again from where it stopped. */
  'jobs.resume': call(z.object({ job: z.string() }), Started),
  /** Takes finished jobs out of the list. */
  'jobs.clear': call(z.object({}), z.object({})),
  ...startCalls,
}

export * from './choices.ts'
export * from './jobs/index.ts'
