import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { FEATURES } from '../../../../src/renderer/src/app/features.ts'
import { createRefresher } from '../../../../src/renderer/src/app/refreshing.ts'
import { defineFeature } from '../../../../src/renderer/src/state/features.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const places = FEATURES.flatMap((feature) => feature.place ?? [])

test('the rail has at most nine places in the order of their digits, and one at its foot', () => {
  expect(places.length).toBeGreaterThan(0)
  const keys = places.filter((place) => !place.foot).map((place) => place.key)
  expect(keys.length).toBeLessThanOrEqual(9)
  expect(new Set(keys).size).toBe(keys.length)
  expect(keys).toEqual(keys.toSorted())
  expect(keys.every((key) => /^[1-9]$/.test(key))).toBe(true)
  expect(places.filter((place) => place.foot).map((place) => place.key)).toEqual(['Ctrl+,'])
  for (const feature of FEATURES) if (feature.place) expect(feature.view).toBeDefined()
})

test('no two features have one name or one title', () => {
  const names = FEATURES.map((feature) => feature.name)
  expect(new Set(names).size).toBe(names.length)
  const titles = places.map((place) => place.title())
  expect(new Set(titles).size).toBe(titles.length)
})

/** Two features that write down what they are told; `label` writes labels itself. */
function told() {
  const log: string[] = []
  const features = ['pairs', 'label'].map((name) =>
    defineFeature({
      name,
      writes: name === 'label' ? ['labels'] : [],
      refresh: (parts, seen) => void log.push(`${name}: ${parts.join(' ')}${seen ? ', seen' : ''}`),
    }),
  )
  return { log, features }
}

test('what changes within a moment is read again once', () => {
  const { log, features } = told()
  const refresher = createRefresher(features, () => 'pairs')
  refresher.changed(['pairs'])
  refresher.changed(['pairs', 'scores'])
  expect(log).toEqual([])
  vi.runAllTimers()
  expect(log).toEqual(['pairs: pairs scores, seen', 'label: pairs scores'])
})

test('what a view writes itself is read by the others when one leaves it', () => {
  const { log, features } = told()
  let shown = 'label'
  const refresher = createRefresher(features, () => shown)
  refresher.changed(['labels'])
  vi.runAllTimers()
  refresher.changed(['labels'])
  vi.runAllTimers()
  expect(log).toEqual(['label: labels, seen', 'label: labels, seen'])
  refresher.left()
  expect(log).toHaveLength(2)
  shown = 'pairs'
  refresher.left()
  refresher.left()
  expect(log.slice(2)).toEqual(['pairs: labels, seen'])
})

test('what changes beside that is read at once by all', () => {
  const { log, features } = told()
  const refresher = createRefresher(features, () => 'label')
  refresher.changed(['labels', 'pairs'])
  vi.runAllTimers()
  expect(log).toEqual(['pairs: labels pairs', 'label: labels pairs, seen'])
})

test('nothing of a corpus is read again once another is open', () => {
  const { log, features } = told()
  const refresher = createRefresher(features, () => 'pairs')
  refresher.changed(['pairs'])
  refresher.forget()
  vi.runAllTimers()
  expect(log).toEqual([])
})

test('what a job changed is read as soon as it ends, and no promise of a view is lost', async () => {
  const { log, features } = told()
  let read = (): void => undefined
  const slow = defineFeature({
    name: 'slow',
    refresh: () => new Promise<void>((resolve) => (read = resolve)),
  })
  const failing = defineFeature({ name: 'failing', refresh: () => Promise.reject(new Error('no')) })
  const refresher = createRefresher([...features, slow, failing], () => 'pairs')
  refresher.changed(['scores'])
  let isRead = false
  const reading = refresher.now().then(() => (isRead = true))
  expect(log).toEqual(['pairs: scores, seen', 'label: scores'])
  await Promise.resolve()
  expect(isRead).toBe(false)
  read()
  await reading
  // The timer of the change is off: nothing is read twice.
  vi.runAllTimers()
  expect(log).toHaveLength(2)
})

test('after the start of a new engine every part is read again', () => {
  const { log, features } = told()
  createRefresher(features, () => 'pairs').all()
  for (const part of ['pairs', 'images', 'scores', 'labels', 'spans', 'ratings']) {
    expect(log[0]).toContain(part)
  }
})
