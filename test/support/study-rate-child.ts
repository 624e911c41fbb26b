/**
 * A rater that somebody kills. Arguments: corpus, number of the first answer. Answers one task after
 * the other through the engine, each with its number as time, and prints the number when the engine
 * has acknowledged it.
 */
import { writeSync } from 'node:fs'
import { createEngine } from '../../src/main/engine/engine.ts'

const [corpus, first] = process.argv.slice(2) as [string, string]
const engine = createEngine({ resumeJobs: false })
await engine.call('corpora.open', { path: corpus })
const by = { corpus, study: 'small', rater: 'Ada' }
const { value } = await engine.call('ratings.queue', { ...by, mode: 'rate' })
const { tasks } = value as { tasks: string[] }
for (let n = Number(first); ; n++) {
  const answer = n % 7 === 6 ? null : String(n % 6)
  const task = tasks[n % tasks.length] as string
  await engine.call('ratings.set', { ...by, task, aspect: 'overall', answer, ms: n })
  writeSync(1, `${n}\n`)
}
