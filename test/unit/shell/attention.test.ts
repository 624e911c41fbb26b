import { expect, test } from 'vitest'
import type { Job } from '#shared/contract/jobs.ts'
import { createAttention } from '../../../src/main/shell/attention.ts'

const job = (state: Job['state'], done = 0, total: number | null = 100, id = 'a'): Job => ({
  id,
  kind: 'pictures',
  corpus: '/c',
  title: 'Pictures from fetch',
  state,
  progress: { done, total, unit: 'pictures', rate: null, eta: null, note: '' },
  createdAt: '2026-01-01T00:00:00Z',
  finishedAt: null,
  error: state === 'failed' ? { kind: 'io', message: 'The disk is full.' } : null,
  warnings: [],
  result: [],
})

function watched() {
  const told: string[] = []
  const bars: (number | null)[] = []
  const at = { now: 0, inFront: false }
  const { take, reset } = createAttention({
    now: () => at.now,
    isInFront: () => at.inFront,
    notify: (title, body) => void told.push(`${title}: ${body}`),
    progress: (share) => void bars.push(share),
  })
  return { told, bars, at, take, reset }
}

test('who works elsewhere is told when a long job ends, and why one failed', () => {
  const { told, at, take } = watched()
  take(job('running'))
  at.now = 31_000
  take(job('done', 100))
  take(job('running', 0, 100, 'b'))
  at.now = 70_000
  take(job('failed', 10, 100, 'b'))
  expect(told).toEqual([
    'Done: Pictures from fetch',
    'Failed: Pictures from fetch: The disk is full.',
  ])
})

test('nobody is told of what was short, was canceled, or ended before their eyes', () => {
  const { told, at, take } = watched()
  take(job('running'))
  at.now = 29_000
  take(job('done'))
  take(job('running', 0, 100, 'b'))
  at.now = 90_000
  take(job('canceled', 0, 100, 'b'))
  take(job('running', 0, 100, 'c'))
  at.now = 200_000
  at.inFront = true
  take(job('done', 100, 100, 'c'))
  // A job of an earlier start that is only listed.
  take(job('done', 100, 100, 'd'))
  expect(told).toEqual([])
})

test('the task bar shows the job that runs, and nothing once none does', () => {
  const { bars, take } = watched()
  take(job('queued'))
  take(job('running', 0, null))
  take(job('running', 25))
  take(job('running', 25.2))
  take(job('running', 5, 10, 'b'))
  take(job('done', 100))
  take(job('done', 10, 10, 'b'))
  expect(bars).toEqual([null, 0.25, 0.5, -1])
})

test('nothing is shown of an engine that is gone', () => {
  const { bars, take, reset } = watched()
  take(job('running', 50))
  reset()
  expect(bars).toEqual([0.5, -1])
})
