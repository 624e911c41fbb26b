import { afterEach, expect, test } from 'vitest'
import { isAlive } from '../../../src/main/processes/alive.ts'
import { createWatched } from '../../../src/main/processes/watched.ts'
import type { Watched, WatchedOptions } from '../../../src/main/processes/watched.ts'
import type { OddCalls } from './odd-helper.ts'

const entry = new URL('./odd-helper.ts', import.meta.url)
const open: Watched<OddCalls>[] = []
function watched(options: Partial<WatchedOptions> = {}): Watched<OddCalls> {
  const made = createWatched<OddCalls>({ name: 'The reader', entry, ...options })
  open.push(made)
  return made
}
afterEach(() => Promise.all(open.splice(0).map((one) => one.close())))

const about = 'odd.csv'

test('work that is done in time is answered, one call after the other by one process', async () => {
  const one = watched()
  const pid = async (): Promise<number> => (await one.call('pid', null, { about })).value
  expect((await one.call('add', [1, 2], { about })).value).toBe(3)
  const first = await pid()
  expect(first).not.toBe(process.pid)
  expect(await pid()).toBe(first)
})

test('an error of the work comes as it was thrown', async () => {
  await expect(watched().call('refuse', null, { about })).rejects.toMatchObject({
    kind: 'conflict',
    message: 'not like this',
    hint: 'Like that.',
  })
})

test('a call that never ends is ended with its reason, and others go on', async () => {
  const one = watched()
  const hanging = one.call('hang', null, { about, patienceMs: 300 })
  const beside = one.call('sleep', { ms: 600 }, { about: 'sound.csv' })
  await expect(hanging).rejects.toMatchObject({
    kind: 'refused',
    message: 'odd.csv was given up: nothing came of it for 0.3 s.',
    hint: expect.stringContaining('leave it out') as string,
  })
  expect((await beside).value).toBe(600)
  expect((await one.call('add', [1], { about })).value).toBe(1)
})

test('the time in which an event is taken in does not count', async () => {
  const seen: number[] = []
  const { value } = await watched().call(
    'count',
    { n: 4 },
    {
      about,
      patienceMs: 400,
      async onEvent(n) {
        await new Promise((resolve) => setTimeout(resolve, 300))
        seen.push(n)
      },
    },
  )
  expect(seen).toEqual([0, 1, 2, 3])
  expect(value).toEqual({ most: 1 })
})

test.each([
  ['on the heap', true],
  ['outside of it', false],
])('a call that takes more memory than it may %s is ended', async (_, heap) => {
  const grown = watched({ heapMB: 64 }).call('swell', { heap }, { about })
  await expect(grown).rejects.toMatchObject({
    kind: 'refused',
    message: 'odd.csv was given up: it takes more than 1088 MB of memory.',
  })
})

test('a call that breaks its process fails as damaged', async () => {
  await expect(watched().call('die', { words: 'bad byte' }, { about })).rejects.toMatchObject({
    kind: 'damaged',
    message: 'odd.csv broke the process that read it.',
    details: expect.stringContaining('SIGABRT') as string,
  })
})

test('a call that never ends can be canceled, and its process is gone', async () => {
  const one = watched()
  const { value: pid } = await one.call('pid', null, { about })
  const abort = new AbortController()
  const hanging = one.call('hang', null, { about, signal: abort.signal })
  setTimeout(() => abort.abort(), 100)
  await expect(hanging).rejects.toMatchObject({ kind: 'canceled' })
  await expect.poll(() => isAlive(pid), { timeout: 20_000 }).toBe(false)
})

test('closing ends what never ends', async () => {
  const one = watched()
  const { value: pid } = await one.call('pid', null, { about })
  const hanging = one.call('hang', null, { about })
  const ended = expect(hanging).rejects.toMatchObject({ kind: 'canceled' })
  await one.close()
  await ended
  expect(isAlive(pid)).toBe(false)
})

test('an idle process ends by itself', async () => {
  const { value: pid } = await watched({ idleMs: 50 }).call('pid', null, { about })
  await expect.poll(() => isAlive(pid), { timeout: 20_000 }).toBe(false)
})
