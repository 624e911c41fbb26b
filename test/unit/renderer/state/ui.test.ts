import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { AppError } from '#shared/errors.ts'
import { useUi } from '../../../../src/renderer/src/state/ui.ts'

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => {} })
  setActivePinia(createPinia())
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const fail = (message: string): void => useUi().fail(new AppError('io', message))
const shown = (): (string | undefined)[] => {
  const { strip, beside } = useUi()
  return [strip[0]?.message, beside?.message]
}

test('errors are read one after the other, each for its whole time', () => {
  fail('one')
  vi.advanceTimersByTime(10_000)
  fail('two')
  expect(shown()).toEqual(['two', undefined])
  vi.advanceTimersByTime(13_900)
  expect(shown()[0]).toBe('two')
  vi.advanceTimersByTime(200)
  // The first waited behind it, and its time begins anew.
  expect(shown()[0]).toBe('one')
  vi.advanceTimersByTime(13_700)
  expect(shown()[0]).toBe('one')
  vi.advanceTimersByTime(200)
  expect(shown()[0]).toBeUndefined()
})

test('a note takes the place of the note before, and never that of an error', () => {
  const ui = useUi()
  fail('broken')
  ui.note('copied')
  ui.note('undone', { label: 'Redo', run: () => {} })
  expect(shown()).toEqual(['broken', 'undone'])
  expect(ui.toasts).toHaveLength(2)
  vi.advanceTimersByTime(4100)
  expect(shown()[1]).toBe('undone')
  vi.advanceTimersByTime(4000)
  expect(shown()).toEqual(['broken', undefined])
})

test('a job that failed is named beside the jobs until somebody looked at them', () => {
  const ui = useUi()
  const look = { label: 'Show', run: () => {} }
  ui.failJob('Score: the model is gone', look)
  vi.advanceTimersByTime(3_600_000)
  expect(shown()).toEqual([undefined, 'Score: the model is gone'])
  ui.note('copied')
  expect(shown()[1]).toBe('copied')
  vi.advanceTimersByTime(5000)
  expect(shown()[1]).toBe('Score: the model is gone')
  ui.jobsSeen()
  expect(shown()).toEqual([undefined, undefined])
})
