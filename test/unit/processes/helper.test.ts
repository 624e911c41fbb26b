import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { isAlive } from '../../../src/main/processes/alive.ts'
import { CallOverdue, HelperCrash } from '../../../src/main/processes/crash.ts'
import { createHelper } from '../../../src/main/processes/helper.ts'
import type { Helper, HelperOptions } from '../../../src/main/processes/helper.ts'
import { createRetry } from '../../../src/main/processes/retry.ts'
import { startProcess, startThread } from '../../../src/main/processes/start.ts'
import type { OddCalls } from './odd-helper.ts'

const ENTRY = new URL('./odd-helper.ts', import.meta.url)
const HELPER = new URL('../../../src/main/processes/helper.ts', import.meta.url).href
const START = new URL('../../../src/main/processes/start.ts', import.meta.url).href
const open: Helper<OddCalls>[] = []
function helper(options: Partial<HelperOptions> = {}): Helper<OddCalls> {
  const made = createHelper<OddCalls>({
    name: 'The helper',
    start: () => startProcess(ENTRY),
    ...options,
  })
  open.push(made)
  return made
}
afterEach(() => Promise.all(open.splice(0).map((one) => one.close())))

/** A program in a file of its own: threads inherit the arguments of one that is given by `-e`. */
function written(program: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'helper-')), 'program.mjs')
  writeFileSync(path, program)
  return path
}

const crash = (call: Promise<unknown>): Promise<HelperCrash> =>
  call.then(
    () => expect.unreachable('it did not crash'),
    (error: unknown) => {
      expect(error).toBeInstanceOf(HelperCrash)
      return error as HelperCrash
    },
  )

describe.each([
  ['process', () => startProcess(ENTRY, { memory: 300_000_000 })],
  ['thread', () => startThread(ENTRY, { heapMB: 64 })],
] as const)('a %s', (kind, start) => {
  test('answers typed calls, with errors as they were thrown', async () => {
    const one = helper({ start })
    const [sum, twice] = await Promise.all([
      one.call('add', [1, 2, 3]),
      one.call('double', null, { bytes: Uint8Array.of(7, 8) }),
    ])
    expect(sum.value).toBe(6)
    expect(twice.value).toEqual({ length: 4 })
    expect([...twice.bytes]).toEqual([7, 8, 7, 8])
    await expect(one.call('refuse', null)).rejects.toMatchObject({
      kind: 'conflict',
      message: 'not like this',
      hint: 'Like that.',
    })
    await expect(one.call('nothing' as 'add', [])).rejects.toThrow('There is no call nothing')
    expect(one.restarts).toBe(0)
  })

  test('tells nothing more until what it told was taken in', async () => {
    const seen: number[] = []
    let taking = 0
    const { value } = await helper({ start }).call(
      'count',
      { n: 200 },
      {
        async onEvent(i) {
          expect(++taking).toBe(1)
          await sleep(1)
          taking--
          seen.push(i)
        },
      },
    )
    expect(seen).toEqual(Array.from({ length: 200 }, (_, i) => i))
    expect(value.most).toBe(1)
  })

  test('a listener that throws ends the call with its error', async () => {
    const one = helper({ start })
    const call = one.call(
      'count',
      { n: 10 },
      {
        onEvent(i) {
          if (i === 3) throw new Error('disk full')
        },
      },
    )
    await expect(call).rejects.toThrow('disk full')
  })

  test('a canceled call ends by itself with what it has', async () => {
    const abort = new AbortController()
    const call = helper({ start }).call('wait', null, { signal: abort.signal, graceMs: 60_000 })
    setTimeout(() => abort.abort(), 10)
    expect((await call).value).toBe('ended by itself')
    const before = helper({ start }).call('wait', null, { signal: AbortSignal.abort() })
    expect((await before).value).toBe('ended by itself')
  })

  test('one that does not end when it is canceled is ended, and the next call is answered', async () => {
    const one = helper({ start })
    await one.run().ready
    const { signal } = new AbortController()
    const innocent = one.call('wait', null, { signal })
    const call = one.call('hang', null, { signal: AbortSignal.timeout(10), graceMs: 50 })
    await expect(call).rejects.toMatchObject({ kind: 'canceled' })
    expect(await crash(innocent)).toMatchObject({ reason: 'stuck' })
    expect((await one.call('add', [1])).value).toBe(1)
    expect(one.restarts).toBe(1)
  })

  test('a call over its time is refused, and the time to start does not count', async () => {
    const one = helper({ start })
    expect((await one.call('add', [4], { timeoutMs: 5000 })).value).toBe(4)
    const late = one.call('hang', null, { timeoutMs: 50 })
    await expect(late).rejects.toBeInstanceOf(CallOverdue)
    await expect(late).rejects.toMatchObject({ kind: 'refused' })
  })

  test('one that dies in the middle rejects what is open, says why, and starts again', async () => {
    const one = helper({ start, hint: 'Try again.' })
    const calls = [one.call('wait', null), one.call('die', { words: 'the end' })]
    for (const call of calls) {
      const error = await crash(call)
      expect(error).toMatchObject({ kind: 'internal', reason: 'ended', hint: 'Try again.' })
      expect(error.how).toContain(kind === 'process' ? 'SIGABRT' : 'the end')
      expect(error.lastWords).toContain(kind === 'process' ? 'the end' : '')
    }
    expect((await one.call('add', [2])).value).toBe(2)
    expect(one.restarts).toBe(1)
  })

  test('garbage on the line ends it', async () => {
    const one = helper({ start })
    expect(await crash(one.call('babble', null))).toMatchObject({ reason: 'garbage' })
    expect((await one.call('add', [2])).value).toBe(2)
  })

  test('one that takes too much memory is ended, and said to be', async () => {
    const one = helper({ start })
    expect(await crash(one.call('grow', null))).toMatchObject({ reason: 'out-of-memory' })
    expect((await one.call('add', [2])).value).toBe(2)
  })

  test('closed, it rejects what is open and is gone', async () => {
    const one = helper({ start, closeMs: 200 })
    await one.call('add', [1])
    const pid = one.running?.pid
    const call = one.call('hang', null)
    const lost = expect(call).rejects.toMatchObject({ kind: 'canceled' })
    await sleep(20)
    await one.close()
    await lost
    await expect(one.call('add', [1])).rejects.toMatchObject({ kind: 'canceled' })
    if (kind === 'process') expect(() => process.kill(pid as number, 0)).toThrow()
  })
})

test('a buffer handed to a thread is no longer here; one sent to a process is', async () => {
  const bytes = new Uint8Array(1000)
  await helper().call('double', null, { bytes, transfer: [bytes.buffer] })
  expect(bytes.length).toBe(1000)
  const thread = helper({ start: () => startThread(ENTRY) })
  await thread.call('double', null, { bytes, transfer: [bytes.buffer] })
  expect(bytes.length).toBe(0)
})

test('one that does not start says so with its last words', async () => {
  const one = helper({
    start: () => startProcess(ENTRY, { env: { ...process.env, ODD_HELPER: 'does not start' } }),
  })
  const error = await crash(one.call('add', [1]))
  expect(error.reason).toBe('not-started')
  expect(error.message).toMatch(/^The helper does not start \(.+\)\.$/)
  expect(error.details).toContain('no licence')
  const nowhere = helper({ start: () => startProcess(ENTRY, { node: '/nowhere/node' }) })
  expect((await crash(nowhere.call('add', [1]))).message).toContain('ENOENT')
})

test('kept alive, it starts again by itself, and no more than it may', async () => {
  const seen: (number | null)[] = []
  let ready = 0
  const one = helper({
    onReady: () => void ready++,
    onCrash: (_crash, again) => void seen.push(again),
    keepAlive: { most: 2, withinMs: 60_000, delayMs: (crashes) => 10 * crashes },
  })
  one.run()
  for (let life = 1; life <= 3; life++) {
    await expect.poll(() => ready, { timeout: 20_000 }).toBe(life)
    process.kill(one.running?.pid as number, 'SIGKILL')
    await expect.poll(() => seen.length, { timeout: 20_000 }).toBe(life)
  }
  expect(seen).toEqual([10, 20, null])
  expect(one.running).toBeNull()
})

test('an idle helper does not keep the program alive, an open call does', () => {
  const program = (last: string): string => `
    import { createHelper } from ${JSON.stringify(HELPER)}
    import { startThread, startProcess } from ${JSON.stringify(START)}
    const entry = new URL(${JSON.stringify(ENTRY.href)})
    for (const start of [() => startThread(entry), () => startProcess(entry)]) {
      const one = createHelper({ name: 'It', start, isFreeWhenIdle: true })
      await one.call('add', [1])
      ${last}
    }`
  const run = (last: string): string =>
    execFileSync(process.execPath, [written(program(last))], { timeout: 30_000, encoding: 'utf8' })
  expect(run('')).toBe('')
  expect(run("console.log((await one.call('sleep', { ms: 300 })).value)")).toBe('300\n300\n')
})

test.each([
  ['idle', ''],
  ['at work that never ends', "one.call('hang', null)"],
])('a helper that is %s ends with the one who started it', async (_, work) => {
  const parent = spawn(
    process.execPath,
    [
      written(`
       import { createHelper } from ${JSON.stringify(HELPER)}
       import { startProcess } from ${JSON.stringify(START)}
       const one = createHelper({ name: 'It', start: () => startProcess(new URL(${JSON.stringify(ENTRY.href)})) })
       await one.call('add', [1])
       ${work}
       setTimeout(() => console.log(one.running.pid), 100)`),
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const [chunk] = (await once(parent.stdout, 'data')) as [Buffer]
  const pid = Number(chunk.toString())
  expect(isAlive(pid)).toBe(true)
  parent.kill('SIGKILL')
  await expect.poll(() => isAlive(pid), { timeout: 20_000 }).toBe(false)
})

test('calls that died together are made again alone; the guilty one alone is blamed', async () => {
  const one = helper()
  const { steady, settled } = createRetry()
  await one.run().ready
  const good = [1, 2, 3].map((n) => steady(() => one.call('sleep', { ms: 100 * n })))
  const bad = steady(() => one.call('die', { words: 'me' }))
  expect((await crash(bad)).lastWords).toContain('me')
  expect((await Promise.all(good)).map(({ value }) => value)).toEqual([100, 200, 300])
  await settled()
})
