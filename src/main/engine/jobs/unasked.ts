import type { Job, JobResumes } from '#shared/contract/jobs.ts'

/** A job that ended the program at so many starts in a row is not begun again unasked. */
const MOST = 2

/**
 * How often a job was begun unasked, counting the start that is to come; null where it has to wait
 * for a person. What got further since the last start begins to count anew, and so does what the
 * program ended in order, where `resumes` is taken off the job.
 */
export function nextStart(job: Job): JobResumes | null {
  const { resumes } = job
  const { done } = job.progress
  // One that only waited for its turn did nothing.
  if (job.state !== 'running') return resumes ?? { n: 0, done }
  if (!resumes || done > resumes.done) return { n: 1, done }
  return resumes.n >= MOST ? null : { n: resumes.n + 1, done: resumes.done }
}

/** The job as it waits for a person, and says why. */
export function held(job: Job): Job {
  return {
    ...job,
    state: 'interrupted',
    error: {
      kind: 'refused',
      message: `${job.title}: the program ended without warning each of the last ${MOST} times that this went on by itself. It waits for you.`,
      hint: 'What it works on may be damaged. Take that out and resume the job, or clear finished jobs.',
    },
  }
}

/** One of a kind that does not go on by itself: somebody waited for it, who may be gone. */
export function cutOff(job: Job): Job {
  return {
    ...job,
    state: 'interrupted',
    error: {
      kind: 'canceled',
      message: `${job.title}: the program ended before it was over.`,
      hint: 'Resume the job, or clear finished jobs.',
    },
  }
}

/** Whether it waits for a person already. */
export function isHeld(job: Job): boolean {
  return job.state === 'interrupted' && job.error !== null
}
