import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createPinia, setActivePinia } from 'pinia'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import type { CorpusPart, Job } from '#shared/contract/index.ts'
import {
  createClient,
  provideClient,
  useClient,
} from '../../../../../src/renderer/src/bridge/client.ts'
import { openPackage } from '../../../../../src/renderer/src/features/judge/packages.ts'
import { useStudies } from '../../../../../src/renderer/src/features/judge/studies.ts'
import { useIncoming } from '../../../../../src/renderer/src/state/incoming.ts'
import { useJobs } from '../../../../../src/renderer/src/state/jobs.ts'
import { useSession } from '../../../../../src/renderer/src/state/session.ts'
import { useUi } from '../../../../../src/renderer/src/state/ui.ts'
import { fillCorpus } from '../../../../support/synthetic.ts'
import { startWindowEngine, type WindowEngine } from '../../../../support/window-engine.ts'

const SAMPLE = fileURLToPath(new URL('../../../../../resources/sample-study', import.meta.url))
const PROMPTS = { file: join(SAMPLE, 'prompts.csv') }

let bridge: WindowEngine
let corpus: string
beforeAll(() => {
  bridge = startWindowEngine()
})
afterAll(() => bridge.stop())

beforeEach(async () => {
  setActivePinia(createPinia())
  const client = createClient(bridge)
  provideClient(client)
  corpus = bridge.corpus('pairs', (empty) => fillCorpus(empty, { pairs: 50 }))
  expect(await useSession().open(corpus)).toBe(true)
  const store = useStudies()
  store.enter(corpus)
  await store.load()
  const stops = [
    client.on('jobs.changed', (job) => useJobs().take(job)),
    client.on('corpus.changed', ({ corpus: of, what }) => {
      if (of === useSession().path) void store.refresh(what)
    }),
  ]
  return () => {
    for (const stop of stops) stop()
    provideClient(null)
  }
})

/** Until the newest job of a kind is over. */
async function over(kind: Job['kind']): Promise<Job> {
  return vi.waitFor(
    async () => {
      const jobs = await useClient().call('jobs.list', {})
      const job = jobs.find((one) => one.kind === kind && one.corpus === useSession().path)
      expect(job?.state).toMatch(/done|failed/)
      return job as Job
    },
    { timeout: 60_000 },
  )
}

async function withImages(): Promise<ReturnType<typeof useStudies>> {
  const store = useStudies()
  expect(await store.create('Ours', PROMPTS, { practice: 0 })).toBe(true)
  const sources = { base: join(SAMPLE, 'base'), tuned: join(SAMPLE, 'tuned', 'manifest.csv') }
  for (const [model, source] of Object.entries(sources)) {
    expect(await store.start('studies.addImages', { model, source })).toBe(true)
    expect((await over('study-images')).state).toBe('done')
  }
  await store.load()
  return store
}

test('a study is made, filled, frozen, rated, unblinded, and what may be seen is seen', async () => {
  const store = useStudies()
  expect([store.loaded, store.list.length, store.study]).toEqual([true, 0, null])
  await withImages()
  expect(store.study).toMatchObject({ state: 'draft', prompts: 40, images: 80, missing: 0 })
  expect(store.isSighted).toBe(true)
  expect(store.cells).toHaveLength(40)
  expect(store.problems).toMatchObject({ missing: [], leftOut: [], doubles: [], leaks: [] })
  expect(store.compared).toBe('yes')

  expect(await store.change('studies.freeze', {})).toBe(true)
  expect(store.study?.state).toBe('frozen')
  expect(store.isSighted).toBe(false)
  // What was read before is forgotten, too.
  expect(store.cells).toBeNull()
  expect(store.study?.byModel.map(({ name }) => name)).toEqual(['Model A', 'Model B'])
  expect(await store.change('studies.setDesign', { design: { seed: 2 } })).toBe(false)
  expect(useUi().toasts.at(-1)?.message).toContain('is frozen since')

  const merged = await store.merge([join(SAMPLE, 'ratings.csv')])
  expect(merged?.refused).toEqual([])
  expect(merged?.added).toBeGreaterThan(1000)
  expect(store.study?.ratings).toBe(merged?.added)
  expect(store.raters?.map(({ rater }) => rater)).toEqual([
    'simulated-1',
    'simulated-2',
    'simulated-3',
  ])

  expect(await store.change('studies.unblind', { by: 'Anna', why: 'all rated' })).toBe(true)
  expect(store.study?.unblindedAt).not.toBeNull()
  expect(store.cells).toHaveLength(40)
  expect(store.study?.byModel.map(({ name }) => name)).toEqual(['base', 'tuned'])
  expect(store.study?.log.at(-1)).toMatchObject({ what: 'unblinded' })
  expect(store.study?.log.at(-1)?.detail).toContain('Anna')
}, 120_000)

test('a study that others change is read again, by the parts that changed', async () => {
  const store = useStudies()
  await store.create('Ours', PROMPTS, {})
  const changed: CorpusPart[] = []
  const stop = useClient().on('corpus.changed', ({ what }) => changed.push(...what))
  await useClient().call('studies.rename', { corpus, study: 'Ours', name: 'Theirs' })
  expect(changed).toEqual(['studies'])
  stop()
  await vi.waitFor(() => expect(store.study?.name).toBe('Theirs'), 20_000)
  expect(await store.rename('Ours again')).toBe(true)
  expect(store.list.map(({ name }) => name)).toEqual(['Ours again'])
  expect(await store.remove()).toBe(true)
  expect([store.study, store.list]).toEqual([null, []])
})

test('what cannot be done is said, and changes nothing', async () => {
  const store = useStudies()
  const empty = join(bridge.folder, 'empty.csv')
  writeFileSync(empty, 'group,level,prompt\n')
  expect(await store.create('Ours', { file: empty }, {})).toBe(false)
  expect(store.list).toEqual([])
  expect(await store.create('Ours', PROMPTS, {})).toBe(true)
  expect(await store.create('Ours', PROMPTS, {})).toBe(false)
  expect(useUi().toasts.at(-1)?.message).toContain('There is a study "Ours"')
  expect(await store.change('studies.freeze', {})).toBe(false)
  expect(useUi().toasts.at(-1)?.hint).toContain('Add the pictures of a model first')
  expect(store.study?.state).toBe('draft')
})

test("a rater's package opens in a corpus of its own, and again in the same", async () => {
  const store = await withImages()
  await store.change('studies.freeze', {})
  const out = join(bridge.folder, 'for-raters.zip')
  expect(await store.start('studies.package', { out })).toBe(true)
  expect((await over('study-package')).state).toBe('done')
  expect(existsSync(out)).toBe(true)

  // What is dropped: the package goes to Judge, nothing is taken for an archive.
  await useIncoming().take([out])
  expect(useIncoming().packages).toEqual([out])
  expect(useIncoming().archives).toBeNull()

  expect(await openPackage(out)).toBe('Ours')
  const where = useSession().path as string
  expect(where).not.toBe(corpus)
  expect(useSession().corpus?.name).toBe('for-raters')
  store.enter(where)
  await store.load()
  expect(store.study).toMatchObject({ role: 'rater', state: 'frozen', images: 80 })
  expect(store.cells).toBeNull()
  expect(await store.change('studies.unblind', { by: 'Anna' })).toBe(false)

  expect(await openPackage(out)).toBe('Ours')
  expect(useSession().path).toBe(where)
  expect(await useClient().call('studies.list', { corpus: where })).toHaveLength(1)

  const broken = join(bridge.folder, 'broken.zip')
  writeFileSync(broken, 'no zip')
  expect(await openPackage(broken)).toBeNull()
  expect(useSession().path).toBe(where)
  const recent = await useClient().call('corpora.recent', {})
  expect(recent.some(({ name }) => name === 'broken')).toBe(false)
}, 120_000)
