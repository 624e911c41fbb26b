import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { CallOverdue, HelperCrash } from '../../../src/main/processes/crash.ts'
import { createPool } from '../../../src/main/processes/pool.ts'
import type { Pool, PoolOptions } from '../../../src/main/processes/pool.ts'
import { startProcess, startThread } from '../../../src/main/processes/start.ts'
import type { OddCalls } from './odd-helper.ts'

const ENTRY = new URL('./odd-helper.ts', import.meta.url)
const open: Pool<OddCalls>[] = []
function pool(options: Partial<PoolOptions<OddCalls>> = {}): Pool<OddCalls> {
  const made = createPool<OddCalls>({
    name: 'The pool',
    helpers: 1,
    perHelper: 3,
    closeMs: 0,
    start: () => startProcess(ENTRY),
    ...options,
  })
  open.push(made)
  return made
}
afterEach(() => Promise.all(open.splice(0).map((one) => one.close())))

const outcome = (call: Promise<{ value: unknown }>): Promise<unknown> =>
  call.then(
    ({ value }) => value,
    (error: unknown) => (error instanceof HelperCrash ? error.lastWords.split('\n')[0] : error),
  )

test.each([
  [1, 3],
  [2, 2],
])(
  'of many calls only those that kill their helper fail (%d helpers, %d calls each)',
  async (helpers, perHelper) => {
    const one = pool({ helpers, perHelper })
    const calls = Array.from({ length: 12 }, (_, i) =>
      outcome(
        i === 4 || i === 9
          ? one.run('die', { words: `killed by ${i}` })
          : one.run('sleep', { ms: i }),
      ),
    )
    expect(await Promise.all(calls)).toEqual([
      ...[0, 1, 2, 3, 'killed by 4', 5, 6, 7, 8, 'killed by 9', 10, 11],
    ])
    expect(one.replaced).toBeGreaterThan(2)
  },
)

test('a helper that is killed from outside costs no call', async () => {
  const one = pool({ perHelper: 1 })
  const calls = Array.from({ length: 6 }, () => one.run('sleep', { ms: 50 }))
  await calls[0]
  process.kill(one.pid as number, 'SIGKILL')
  expect((await Promise.all(calls)).map(({ value }) => value)).toEqual(Array(6).fill(50))
  expect(one.replaced).toBe(1)
})

test('a call over its time is the only one that is blamed', async () => {
  const one = pool()
  const calls = await Promise.allSettled([
    one.run('sleep', { ms: 100 }),
    one.run('hang', null, { timeoutMs: 300 }),
    one.run('add', [1, 1]),
    one.run('sleep', { ms: 1 }),
  ])
  expect(calls[1]).toMatchObject({ reason: expect.any(CallOverdue) as unknown })
  const others = [calls[0], calls[2], calls[3]]
  expect(others.map((call) => call?.status === 'fulfilled' && call.value.value)).toEqual([
    100, 2, 1,
  ])
})

test('helpers that do not start are tried a few times, then what waits is told why', async () => {
  let starts = 0
  const one = pool({
    start() {
      starts++
      return startProcess(ENTRY, { env: { ...process.env, ODD_HELPER: 'does not start' } })
    },
  })
  const calls = await Promise.allSettled(Array.from({ length: 5 }, () => one.run('add', [1])))
  for (const call of calls) {
    expect((call as PromiseRejectedResult).reason).toMatchObject({
      message: expect.stringMatching(/does not start/),
      details: expect.stringContaining('no licence'),
    })
  }
  expect(starts).toBe(3)
})

test('a thread that dies or stalls at a record is replaced, and the rest is done by others', async () => {
  const failed: [string, number][] = []
  const one = pool({
    helpers: 2,
    perHelper: 2,
    patienceMs: 400,
    start: (place) => startThread(ENTRY, { data: { place } }),
    judge(lost, crash) {
      if (lost.place > 0) return 'again'
      failed.push([crash.reason, lost.at])
      const input = lost.input as OddCalls['records']['input']
      lost.input = { ...input, skip: [...input.skip, lost.at] }
      return 'again'
    },
  })
  const batches = [
    ['a', 'die', 'b'],
    ['c', 'd'],
    ['hang', 'e', 'die'],
    ['f', 'g'],
  ]
  const calls = await Promise.all(
    batches.map((records) => one.run('records', { records, skip: [] })),
  )
  expect(calls.map(({ value }) => value.join(''))).toEqual(['ab', 'cd', 'e', 'fg'])
  expect(failed.sort()).toEqual([
    ['ended', 1],
    ['ended', 2],
    ['stalled', 0],
  ])
  expect(one.replaced).toBe(3)
})

test('a thread that works for longer than the patience, but at no record, is left alone', async () => {
  const one = pool({ patienceMs: 200, start: (place) => startThread(ENTRY, { data: { place } }) })
  const { value } = await one.run('sleep', { ms: 700 })
  expect(value).toBe(700)
  expect(one.replaced).toBe(0)
})

test('closed, it rejects what runs and what waits', async () => {
  const one = pool({ perHelper: 1 })
  const calls = Promise.allSettled([one.run('hang', null), one.run('add', [1])])
  await sleep(50)
  await one.close()
  for (const call of await calls) {
    expect(call).toMatchObject({ status: 'rejected', reason: { kind: 'canceled' } })
  }
  await expect(one.run('add', [1])).rejects.toMatchObject({ kind: 'canceled' })
})
