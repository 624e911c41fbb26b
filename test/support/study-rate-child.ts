/**
 * A rater that somebody kills. Arguments: corpus, number of the first answer, `engine` or `alone`
 * (what the engine's calls do, without the engine around them: it starts ten times as fast). Answers
 * one task after the other, each with its number as time, and prints the number when the answer is
 * acknowledged. Without a corpus it only loads what it needs.
 */
import { writeSync } from 'node:fs'

const [how, corpus, first] = process.argv.slice(2) as [string, string | undefined, string]
const of = { study: 'small', rater: 'Ada' }
type Set = (answer: { task: string; aspect: string; answer: string | null; ms: number }) => unknown

async function byEngine(): Promise<{ tasks: string[]; set: Set } | null> {
  const { createEngine } = await import('../../src/main/engine/engine.ts')
  if (corpus === undefined) return null
  const engine = createEngine({ resumeJobs: false })
  await engine.call('corpora.open', { path: corpus })
  const { value } = await engine.call('ratings.queue', { corpus, ...of, mode: 'rate' })
  const set: Set = (answer) => engine.call('ratings.set', { corpus, ...of, ...answer })
  return { tasks: (value as { tasks: string[] }).tasks, set }
}

async function alone(): Promise<{ tasks: string[]; set: Set } | null> {
  const [{ ratingQueue, setRating }, { openCorpus }, { studyOf }] = await Promise.all([
    import('../../src/main/jobs/evaluate/rating-tasks.ts'),
    import('../../src/main/store/open.ts'),
    import('../../src/main/store/repositories/studies.ts'),
  ])
  if (corpus === undefined) return null
  const opened = openCorpus(corpus)
  const { tasks } = ratingQueue(opened, studyOf(opened.writer, of.study), { ...of, mode: 'rate' })
  const more = { rater: of.rater, position: null, zoom: null, left: null }
  return {
    tasks,
    set: (answer) => setRating(opened, studyOf(opened.writer, of.study), { ...more, ...answer }),
  }
}

const rating = await (how === 'engine' ? byEngine() : alone())
if (rating) {
  for (let n = Number(first); ; n++) {
    const answer = n % 7 === 6 ? null : String(n % 6)
    const task = rating.tasks[n % rating.tasks.length] as string
    await rating.set({ task, aspect: 'overall', answer, ms: n })
    writeSync(1, `${n}\n`)
  }
}
