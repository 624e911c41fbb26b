import { createPinia, setActivePinia } from 'pinia'
import { nextTick } from 'vue'
import { beforeEach, expect, test, vi } from 'vitest'
import type { Job } from '#shared/contract/index.ts'
import { createPairView } from '../../../../src/renderer/src/state/pair-view.ts'
import { useJobs } from '../../../../src/renderer/src/state/jobs.ts'

beforeEach(() => {
  setActivePinia(createPinia())
  const kept = new Map<string, string>()
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
  })
})

const NOTHING = { changed: () => undefined, again: () => undefined }

const ingest = (state: Job['state'], corpus = '/c'): void => {
  useJobs().byId = new Map([
    ['j', { id: 'j', kind: 'ingest', state, corpus, createdAt: '' } as Job],
  ])
}

test('words come first where a corpus has no pictures, and only there', () => {
  const changed = vi.fn()
  const layout = createPairView({ ...NOTHING, changed })
  layout.enterView('/c')
  expect(layout.view.value).toBe('grid')
  layout.settleView({ total: 0, hasPictures: false })
  expect(layout.view.value).toBe('grid')
  layout.settleView({ total: 5, hasPictures: false })
  expect(layout.view.value).toBe('table')
  expect(changed).toHaveBeenCalledTimes(1)
  // What comes later moves nothing under the hand.
  layout.settleView({ total: 9, hasPictures: true })
  expect(layout.view.value).toBe('table')
  layout.enterView('/d')
  layout.settleView({ total: 9, hasPictures: true })
  expect(layout.view.value).toBe('grid')
})

test('while pages are read it is not decided, since their pictures come later', async () => {
  ingest('running')
  const holds = { total: 5, hasPictures: false }
  const layout = createPairView({ ...NOTHING, again: () => layout.settleView(holds) })
  layout.enterView('/c')
  layout.settleView(holds)
  expect(layout.view.value).toBe('grid')
  // Its pictures came after the last look.
  holds.hasPictures = true
  ingest('done')
  await nextTick()
  expect(layout.view.value).toBe('grid')
  holds.hasPictures = false
  layout.settleView(holds)
  expect(layout.view.value).toBe('grid')

  ingest('running', '/d')
  layout.enterView('/d')
  layout.settleView(holds)
  ingest('done', '/d')
  await nextTick()
  expect(layout.view.value).toBe('table')
})

test('a job of another corpus is of no concern', () => {
  ingest('running', '/other')
  const layout = createPairView(NOTHING)
  layout.enterView('/c')
  layout.settleView({ total: 5, hasPictures: false })
  expect(layout.view.value).toBe('table')
})

test('what a person chose is kept for that corpus', () => {
  const layout = createPairView(NOTHING)
  layout.enterView('/c')
  layout.setView('table')
  layout.enterView('/d')
  layout.settleView({ total: 5, hasPictures: true })
  expect(layout.view.value).toBe('grid')
  const again = createPairView(NOTHING)
  again.enterView('/c')
  again.settleView({ total: 5, hasPictures: true })
  expect(again.view.value).toBe('table')
})

test('lines are whole, within their bounds, and kept', () => {
  const layout = createPairView(NOTHING)
  layout.setRowLines(99)
  layout.setCaptionLines(-1)
  expect([layout.rowLines.value, layout.captionLines.value]).toEqual([8, 0])
  layout.setRowLines(0)
  expect(createPairView(NOTHING).rowLines.value).toBe(1)
})
