import { formatBytes, formatSeconds } from '#shared/format.ts'
import { expect, test } from 'vitest'
import type { Job } from '#shared/contract/jobs.ts'
import { createProgressView, describeProgress, table } from '../../../src/main/cli/terminal.ts'

const job: Job = {
  id: '1',
  kind: 'ingest',
  corpus: '/c',
  title: 'Ingest',
  state: 'running',
  progress: {
    done: 2_500_000,
    total: 10_000_000,
    unit: 'bytes',
    rate: 500_000,
    eta: 15,
    note: 'a.warc.gz',
  },
  createdAt: '2026-01-01T00:00:00Z',
  finishedAt: null,
  error: null,
  warnings: [],
  result: [],
}

function stream(isTTY: boolean): { stream: NodeJS.WriteStream; text: () => string } {
  let text = ''
  const fake = { isTTY, columns: 100, write: (part: string) => ((text += part), true) }
  return { stream: fake as unknown as NodeJS.WriteStream, text: () => text }
}

test('progress says how much of how much, how fast, how long and what', () => {
  expect(describeProgress(job)).toBe('2.50 MB of 10.0 MB · 500 kB/s · 15 s left · a.warc.gz')
})

test('bytes and seconds are written as people read them', () => {
  expect([0, 999, 1000, 214006, 2496731, 351e6].map((bytes) => formatBytes(bytes))).toEqual([
    '0 B',
    '999 B',
    '1.00 kB',
    '214 kB',
    '2.50 MB',
    '351 MB',
  ])
  expect([5, 185, 7620].map((seconds) => formatSeconds(seconds))).toEqual([
    '5 s',
    '3 min 5 s',
    '2 h 7 min',
  ])
})

test('a terminal gets a bar, a pipe gets plain lines', () => {
  const terminal = stream(true)
  createProgressView(terminal.stream).update(job)
  expect(terminal.text()).toContain('█')
  expect(terminal.text()).toContain('25.0 %')
  const pipe = stream(false)
  createProgressView(pipe.stream).update(job)
  expect(pipe.text()).toBe(`ingest: ${describeProgress(job)}\n`)
})

test('a warning is shown once', () => {
  const pipe = stream(false)
  const view = createProgressView(pipe.stream)
  view.update({ ...job, warnings: ['no GPU, the CPU is used'] })
  view.update({ ...job, warnings: ['no GPU, the CPU is used'] })
  expect(pipe.text().match(/no GPU/g)).toHaveLength(1)
})

test('a table puts numbers to the right', () => {
  expect(
    table(
      ['id', 'alt'],
      [
        [1, 'a'],
        [1234, 'b'],
      ],
    ),
  ).toBe('   id  alt\n─────  ───\n    1  a\n1,234  b')
})
