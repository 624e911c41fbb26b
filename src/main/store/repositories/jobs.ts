import type { Job, JobResumes } from '#shared/contract/jobs.ts'
import type { ReaderDb, WriterDb } from '../open.ts'
import { statement } from '../statements.ts'

/** A job as it is kept, with what was asked. */
export interface StoredJob {
  job: Job
  input: unknown
}

interface JobRow {
  id: string
  kind: Job['kind']
  input: string
  state: Job['state']
  progress: string
  created_at: string
  finished_at: string | null
  error: string | null
  warnings: string
  result: string
}

/** What stands in `input`. */
interface Asked {
  title: string
  subject?: string
  resumes?: JobResumes
  input: unknown
}

/** Writes a job down, new or changed. */
export function saveJob(db: WriterDb, job: Job, input: unknown): void {
  statement(
    db,
    `INSERT INTO jobs (id, kind, input, state, progress, created_at, finished_at, error, warnings, result)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET input = excluded.input, state = excluded.state, progress = excluded.progress,
       finished_at = excluded.finished_at, error = excluded.error, warnings = excluded.warnings,
       result = excluded.result`,
  ).run(
    job.id,
    job.kind,
    JSON.stringify({
      title: job.title,
      subject: job.subject,
      resumes: job.resumes,
      input: input ?? null,
    }),
    job.state,
    JSON.stringify(job.progress),
    job.createdAt,
    job.finishedAt,
    job.error ? JSON.stringify(job.error) : null,
    JSON.stringify(job.warnings),
    JSON.stringify(job.result),
  )
}

/** All jobs, newest first. `corpus` is the folder they are listed for. */
export function listJobs(db: ReaderDb, corpus: string): StoredJob[] {
  return statement<JobRow>(db, 'SELECT * FROM jobs ORDER BY created_at DESC, rowid DESC')
    .all()
    .map((row) => {
      const asked = JSON.parse(row.input) as Asked
      return {
        input: asked.input,
        job: {
          id: row.id,
          kind: row.kind,
          corpus,
          title: asked.title,
          // Older versions of the program wrote none.
          ...(asked.subject === undefined ? {} : { subject: asked.subject }),
          ...(asked.resumes === undefined ? {} : { resumes: asked.resumes }),
          state: row.state,
          progress: JSON.parse(row.progress) as Job['progress'],
          createdAt: row.created_at,
          finishedAt: row.finished_at,
          error: row.error === null ? null : (JSON.parse(row.error) as Job['error']),
          warnings: JSON.parse(row.warnings) as string[],
          result: JSON.parse(row.result) as Job['result'],
        },
      }
    })
}

/** Takes finished jobs out of the list; interrupted ones that can go on stay. */
export function clearJobs(db: WriterDb): number {
  return statement(
    db,
    `DELETE FROM jobs WHERE state IN ('done', 'failed', 'canceled')
       OR state = 'interrupted' AND error IS NOT NULL`,
  ).run().changes
}
