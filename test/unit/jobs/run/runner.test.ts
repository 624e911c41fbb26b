import { expect, test } from 'vitest'
import type { Job } from '#shared/contract/jobs.ts'
import { AppError } from '#shared/errors.ts'
import { DEFAULT_SETTINGS } from '#shared/settings.ts'
import type { JobContext } from '../../../../src/main/jobs/run/job.ts'
import { createRunner } from '../../../../src/main/jobs/run/runner.ts'
import { entriesAt } from '../../../support/entries.ts'

const url = new URL('file:///nowhere')

function setUp() {
  const saved: Job[] = []
  const clock = { now: 1_000_000 }
  const runner = createRunner({
    entries: entriesAt(url),
    settings: () => DEFAULT_SETTINGS,
    onChange: () => {},
    onData: () => {},
    now: () => clock.now,
  })
  const start = (run: (context: JobContext) => Promise<void>, corpus: string | null = '/c') =>
    runner.start({
      kind: 'score',
      corpus,
      title: 'a job',
      run,
      save: (job) => saved.push(structuredClone(job)),
    })
  return { runner, saved, start, clock }
}

function untilAborted(context: JobContext): Promise<void> {
  return new Promise((resolve) => context.signal.addEventListener('abort', () => resolve()))
}

test('a job that returns is done and its last state is saved', async () => {
  const { runner, saved, start } = setUp()
  const { id } = start(async (context) => context.result('pairs', '3'))
  const job = await runner.finished(id)
  expect(job.state).toBe('done')
  expect(saved.at(-1)).toMatchObject({ state: 'done', result: [{ label: 'pairs', value: '3' }] })
})

test('the last of a job and that it is done are written together or not at all', async () => {
  const { runner } = setUp()
  const written: string[] = []
  const start = (fails: boolean) =>
    runner.start({
      kind: 'score',
      corpus: '/c',
      title: 'a job',
      save: ({ state }) => {
        if (fails && state === 'done') throw new AppError('io', 'no room')
        written.push(state)
      },
      together(work) {
        const before = written.length
        try {
          return work()
        } catch (error) {
          written.length = before
          throw error
        }
      },
      run: async (context) => {
        context.result('pairs', '3')
        context.conclude(() => written.push('the last'))
        // Killed from here on it does not begin anew.
        written.push('killed')
      },
    })
  expect((await runner.finished(start(false).id)).state).toBe('done')
  expect(written).toEqual(['queued', 'running', 'the last', 'done', 'killed', 'done'])
  written.length = 0
  const { state } = await runner.finished(start(true).id)
  expect({ state, written }).toEqual({ state: 'failed', written: ['queued', 'running', 'failed'] })
})

test('a job that cannot be written down goes on to its end and says so', async () => {
  const { runner } = setUp()
  let saves = 0
  const { id } = runner.start({
    kind: 'score',
    corpus: '/c',
    title: 'a job',
    run: async (context) => context.result('pairs', '3'),
    save: () => {
      if (++saves > 1)
        throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' })
    },
  })
  const job = await runner.finished(id)
  expect(job).toMatchObject({ state: 'done', result: [{ label: 'pairs', value: '3' }] })
  expect(job.warnings).toEqual([expect.stringMatching(/^The list of jobs cannot be written/)])
})

test('a job that cannot be written down at its start does not run', async () => {
  const { runner } = setUp()
  let ran = false
  expect(() =>
    runner.start({
      kind: 'score',
      corpus: '/c',
      title: 'a job',
      run: async () => void (ran = true),
      save: () => {
        throw new Error('database or disk is full')
      },
    }),
  ).toThrow(/full/)
  await new Promise((resolve) => setImmediate(resolve))
  expect(ran).toBe(false)
  expect(runner.list()).toEqual([])
})

test('an error that was foreseen keeps its kind and hint', async () => {
  const { runner, start } = setUp()
  const { id } = start(() =>
    Promise.reject(new AppError('io', 'Disk is full.', 'Free some space.')),
  )
  expect(await runner.finished(id)).toMatchObject({
    state: 'failed',
    error: { kind: 'io', message: 'Disk is full.', hint: 'Free some space.' },
  })
})

test('two jobs of one corpus run one after the other, those of two corpora at once', async () => {
  const { runner, start } = setUp()
  const log: string[] = []
  let release = () => {}
  const gate = new Promise<void>((resolve) => (release = resolve))
  const first = start(async () => {
    log.push('first begins')
    await gate
    log.push('first ends')
  })
  const second = start(async () => void log.push('second'))
  const other = start(async () => void log.push('other'), '/d')
  await runner.finished(other.id)
  expect(log).toEqual(['first begins', 'other'])
  release()
  await runner.finished(second.id)
  expect(log).toEqual(['first begins', 'other', 'first ends', 'second'])
  expect((await runner.finished(first.id)).state).toBe('done')
})

test('a canceled job ends as canceled and lets the next one run', async () => {
  const { runner, start } = setUp()
  const first = start(untilAborted)
  const second = start(async () => {})
  await Promise.resolve()
  runner.cancel(first.id)
  expect((await runner.finished(first.id)).state).toBe('canceled')
  expect((await runner.finished(second.id)).state).toBe('done')
})

test('stopping the engine interrupts jobs, so that they go on at the next start', async () => {
  const { runner, saved, start } = setUp()
  start(untilAborted)
  start(async () => {})
  await Promise.resolve()
  await runner.stop()
  expect(runner.list().map((job) => job.state)).toEqual(['interrupted', 'interrupted'])
  expect(saved.at(-1)?.finishedAt).toBeNull()
})

test('progress carries a rate and the time left', async () => {
  const { runner, start, clock } = setUp()
  const progress = () => runner.list()[0]?.progress
  const { id } = start(async (context) => {
    const done = (n: number): void =>
      context.progress({ done: n, total: 100, unit: 'pairs', note: 'device cpu' })
    done(0)
    clock.now += 200
    done(20)
    // Too little to tell a rate from.
    expect(progress()).toMatchObject({ rate: null, eta: null })
    clock.now += 200
    done(40)
    expect(progress()).toMatchObject({ rate: 100, eta: 0.6 })
  })
  expect((await runner.finished(id)).error).toBeNull()
})

test('a count that begins anew, as the next part of a job does, is no fault', async () => {
  const { runner, start } = setUp()
  const { id } = start(async (context) => {
    context.progress({ done: 90, total: 100, unit: 'bytes', note: '' })
    context.progress({ done: 0, total: 7, unit: 'pictures', note: '' })
  })
  expect(await runner.finished(id)).toMatchObject({
    state: 'done',
    progress: { done: 0, total: 7 },
  })
})
