/** A rater's program is killed at any moment: no answer that it acknowledged is lost. */
import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { seededRandom } from '#shared/random.ts'
import { openReader } from '../../src/main/store/open.ts'
import { makeSmallStudy, startStudyEngine, type StudyEngine } from '../support/studies.ts'

const KILLS = 100
/** Raters that work at the same time, each in a corpus of its own. */
const LANES = 4

let run: StudyEngine
beforeAll(() => void (run = startStudyEngine()))
afterAll(() => run.stop())

function start(
  how: 'engine' | 'alone',
  ...more: string[]
): ChildProcessByStdio<null, Readable, null> {
  const program = join(import.meta.dirname, '../support/study-rate-child.ts')
  const env = {
    ...process.env,
    GLEANER_HOME: join(run.folder, 'home'),
    // Most of their time they would read the program.
    NODE_COMPILE_CACHE: join(run.folder, 'compiled'),
  }
  return spawn(process.execPath, [program, how, ...more], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env,
  })
}

/** Numbers of the answers that are on disk, in the order of their times, and whether they came in it. */
function stored(corpus: string): { numbers: number[]; current: unknown[] } {
  const db = openReader(corpus)
  const numbers = db
    .prepare<[], number>('SELECT ms FROM rating_events ORDER BY at, uid')
    .pluck()
    .all()
  const byRow = db.prepare<[], number>('SELECT ms FROM rating_events ORDER BY id').pluck().all()
  const current = db.prepare('SELECT task, answer FROM ratings ORDER BY task').raw().all()
  expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
  db.close()
  expect(byRow).toEqual(numbers)
  return { numbers, current }
}

test('kill -9 at 100 random moments loses no answer, doubles none and keeps their order', async () => {
  const made = join(run.folder, 'made.gleaner')
  await makeSmallStudy(run, made)
  await run.ask('corpora.close', { corpus: made })
  for (const how of ['engine', 'alone'] as const) await once(start(how), 'exit')
  let kills = 0
  let acknowledged = 0
  const lane = async (n: number): Promise<void> => {
    const corpus = join(run.folder, `lane-${n}.gleaner`)
    cpSync(made, corpus, { recursive: true })
    const random = seededRandom(100 + n)
    let next = 0
    while (kills < KILLS) {
      kills++
      // One in ten in the whole engine.
      const child = start(kills % 10 === 0 ? 'engine' : 'alone', corpus, String(next))
      const exited = once(child, 'exit')
      let said = ''
      child.stdout.setEncoding('utf8').on('data', (chunk: string) => (said += chunk))
      // One in eight while it starts, the others while it rates.
      if (random.next() > 1 / 8) await Promise.race([once(child.stdout, 'data'), exited])
      await sleep(random.next() * 60)
      child.kill('SIGKILL')
      expect(await exited).toEqual([null, 'SIGKILL'])
      if (!child.stdout.readableEnded) await once(child.stdout, 'close').catch(() => undefined)
      // The last line may be cut.
      const last =
        said.lastIndexOf('\n') < 0
          ? next - 1
          : Number(said.slice(0, said.lastIndexOf('\n')).split('\n').at(-1))
      acknowledged += last - next + 1
      const { numbers } = stored(corpus)
      // All that was acknowledged, and at most one that was written and not yet said.
      expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, i) => i))
      expect([last + 1, last + 2]).toContain(numbers.length)
      next = numbers.length
    }
    const { numbers, current } = stored(corpus)
    const db = openReader(corpus)
    const tasks = db
      .prepare<[], string>('SELECT DISTINCT task FROM rating_events ORDER BY id')
      .pluck()
      .all()
    db.close()
    const expected = new Map<string, string>()
    for (const number of numbers) {
      const task = tasks[number % tasks.length] as string
      if (number % 7 === 6) expected.delete(task)
      else expected.set(task, String(number % 6))
    }
    expect(current).toEqual([...expected].sort(([a], [b]) => (a < b ? -1 : 1)))
  }
  await Promise.all(Array.from({ length: LANES }, (_, n) => lane(n)))
  expect(kills).toBeGreaterThanOrEqual(KILLS)
  expect(acknowledged).toBeGreaterThan(KILLS)
}, 240_000)
