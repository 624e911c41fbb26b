import { createPinia, setActivePinia } from 'pinia'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { createClient, provideClient } from '../../../../src/renderer/src/bridge/client.ts'
import { useFetching } from '../../../../src/renderer/src/state/fetching.ts'
import { useJobs } from '../../../../src/renderer/src/state/jobs.ts'
import { useMachine } from '../../../../src/renderer/src/state/machine.ts'
import { usePairs } from '../../../../src/renderer/src/state/pairs.ts'
import { useSession } from '../../../../src/renderer/src/state/session.ts'
import { useImporting } from '../../../../src/renderer/src/state/importing.ts'
import { nextStep } from '../../../../src/renderer/src/state/next-step.ts'
import * as ranges from '../../../../src/renderer/src/state/ranges.ts'
import { startWindowEngine, type WindowEngine } from '../../../support/window-engine.ts'

let bridge: WindowEngine
const asked: { name: string; input: unknown }[] = []

beforeAll(() => {
  bridge = startWindowEngine()
})
afterAll(() => bridge.stop())

async function imported(corpus: string): Promise<void> {
  const isDone = async (): Promise<void> => {
    await useJobs().load()
    expect(useJobs().list.find((job) => job.corpus === corpus)?.state).toBe('done')
  }
  await vi.waitFor(isDone, { timeout: 60_000 })
}

/** A corpus of a table whose five pictures nobody has fetched. */
beforeEach(async () => {
  setActivePinia(createPinia())
  asked.length = 0
  provideClient(
    createClient({
      ...bridge,
      call(name, input) {
        asked.push({ name, input })
        // Nobody is asked for a picture in this test.
        if (name === 'jobs.pictures') return Promise.resolve({ ok: true, value: { job: 'x' } })
        return bridge.call(name, input)
      },
    }),
  )
  const table = join(bridge.folder, 'laion.csv')
  const rows = Array.from({ length: 5 }, (_, i) => `http://h${i % 2}.invalid/${i}.jpg,a cat ${i}`)
  writeFileSync(table, ['url,caption', ...rows].join('\n'))
  const corpus = bridge.corpus('empty', () => undefined)
  await useMachine().load()
  await useSession().open(corpus)
  await bridge.call('jobs.import', { corpus, inputs: [table], images: 'none' })
  await imported(corpus)
  await usePairs().enter(corpus)
  await useFetching().enter()
})

test('a corpus whose pictures nobody fetched is known as one', () => {
  const fetching = useFetching()
  expect([fetching.hasNone, fetching.absent]).toEqual([true, 5])
})

test('nothing is fetched before it was asked for, and then what was chosen', async () => {
  const fetching = useFetching()
  const pairs = usePairs()
  pairs.setWhere('cat 1')
  await vi.waitFor(() => expect(pairs.total).toBe(1), 20_000)
  await fetching.ask()
  expect(fetching.scope).toBe('filter')
  expect(fetching.plan).toMatchObject({ addresses: 1, hosts: 1 })
  await fetching.choose('all')
  expect(fetching.plan).toMatchObject({ addresses: 5, hosts: 2, leastSeconds: 2 })
  expect(asked.some(({ name }) => name === 'jobs.pictures')).toBe(false)
  fetching.contact = ' mailto:me@example.org '
  await fetching.choose('filter')
  expect(await fetching.start()).toBe(true)
  expect(asked.find(({ name }) => name === 'jobs.pictures')?.input).toMatchObject({
    images: 'fetch',
    where: 'cat 1',
  })
  // The contact is remembered, and stands there the next time.
  expect(useMachine().settings?.fetch.userAgentContact).toBe('mailto:me@example.org')
  await fetching.ask('all')
  expect(fetching.contact).toBe('mailto:me@example.org')
})

test('a selection is offered before the filter, and a pair of the inspector alone', async () => {
  const fetching = useFetching()
  const pairs = usePairs()
  pairs.want(0, 5)
  await vi.waitFor(() => expect(pairs.rowAt(4)).toBeDefined(), 20_000)
  pairs.mark(ranges.add(ranges.NONE, 1, 2))
  await fetching.ask()
  expect(fetching.scope).toBe('selection')
  expect(fetching.plan).toMatchObject({ pairs: 2, addresses: 2 })
  await fetching.ask('pair', { pair: 3 })
  expect(fetching.plan).toMatchObject({ pairs: 1, addresses: 1 })
})

test('a job that ended is under way until what it made is read', async () => {
  const jobs = useJobs()
  const session = useSession()
  const job = jobs.list.find(({ corpus }) => corpus === session.path)!
  expect(jobs.making(['pairs'], session.path)).toEqual([])
  let read = (): void => undefined
  const settling = jobs.settle(job.id, () => new Promise<void>((resolve) => (read = resolve)))
  expect(jobs.making(['pairs'], session.path).map(({ id }) => id)).toEqual([job.id])
  read()
  await settling
  expect(jobs.making(['pairs'], session.path)).toEqual([])
})

test('the row of a corpus in the list shows what was imported as soon as it is counted', async () => {
  const session = useSession()
  session.recent = session.recent.map((entry) => ({ ...entry, pairs: 0 }))
  await session.loadStats()
  expect(session.recent.find(({ path }) => path === session.path)?.pairs).toBe(5)
})

test('a job that is done names the one step that follows', async () => {
  const jobs = useJobs()
  const imported = jobs.list.find(({ corpus }) => corpus === useSession().path)!
  // There is no picture yet.
  expect(nextStep(imported)).toMatchObject({ label: 'fetch the pictures…' })
  nextStep(imported)?.run?.()
  await vi.waitFor(() => expect(useFetching().isOpen).toBe(true), 20_000)
  useFetching().counts = { ok: 3, pending: 2, missing: 0, failed: 0, refused: 0 }
  const pictures = { ...imported, id: 'p', kind: 'pictures' as const }
  expect(nextStep(pictures)).toMatchObject({ label: 'score the pairs', place: 'cutoff' })
  const scored = { ...imported, id: 's', kind: 'score' as const }
  expect(nextStep(scored)).toMatchObject({ label: 'choose a cutoff', place: 'cutoff' })
  // Nothing follows from what failed, from another corpus, or while more is under way.
  expect(nextStep({ ...scored, state: 'failed' })).toBeNull()
  expect(nextStep({ ...scored, corpus: '/elsewhere' })).toBeNull()
  jobs.take({ ...scored, id: 'more', state: 'running' })
  expect(nextStep(pictures)).toBeNull()
})

test('an import whose pictures are wanted from the web asks when it is done, and fetches nothing before', async () => {
  const fetching = useFetching()
  const importing = useImporting()
  await importing.begin([join(bridge.folder, 'laion.csv')])
  importing.pictures = 'fetch'
  expect(await importing.start()).toBe(true)
  const corpus = useSession().path as string
  expect(asked.find(({ name }) => name === 'jobs.import')?.input).toMatchObject({ images: 'none' })
  await imported(corpus)
  const job = useJobs().list.find((one) => one.corpus === corpus)!
  await fetching.ended({ ...job, id: 'another' })
  expect(fetching.isOpen).toBe(false)
  await fetching.ended(job)
  expect(fetching.isOpen).toBe(true)
  expect(fetching.plan).toMatchObject({ addresses: 5, hosts: 2 })
  expect(asked.some(({ name }) => name === 'jobs.pictures')).toBe(false)
  // Once is enough.
  fetching.close()
  await fetching.ended(job)
  expect(fetching.isOpen).toBe(false)
})
