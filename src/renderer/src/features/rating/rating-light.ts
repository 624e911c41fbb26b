import type { Answers } from '#shared/contract/ratings.ts'

/**
 * The first aspect without an answer from `from` on, then from the beginning; null where all have
 * one. 0 is an answer, and so is "cannot judge".
 */
export function nextOpenAspect(
  aspects: readonly string[],
  answers: Readonly<Answers>,
  from: number,
): number | null {
  for (let step = 0; step < aspects.length; step++) {
    const at = (from + step) % aspects.length
    if (answers[aspects[at] as string] === undefined) return at
  }
  return null
}

/** The first task after `at` that is not done; null = none comes any more. */
export function nextOpenTask(done: readonly boolean[], at: number): number | null {
  const found = done.indexOf(false, at + 1)
  return found < 0 ? null : found
}

/**
 * Where a rater goes on: at the first open task that counts, once one of these is done; otherwise
 * at the first open one, practice included. null = all is done.
 */
export function resumeAt(done: readonly boolean[], practice: number): number | null {
  const begun = done.indexOf(true, practice) >= 0
  return nextOpenTask(done, begun ? practice - 1 : -1) ?? nextOpenTask(done, -1)
}

/** Open tasks that count and that the rater has passed. */
export function leftOpen(done: readonly boolean[], practice: number, at: number): number {
  const furthest = Math.max(done.lastIndexOf(true), at - 1)
  let open = 0
  for (let i = practice; i <= furthest; i++) if (i !== at && !done[i]) open++
  return open
}
