import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { Launcher } from '#shared/settings.ts'
import { readLaunched, writeLaunched } from '../../../src/main/cluster/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'launched-run-'))
mkdirSync(join(folder, 'run'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const launcher = Launcher.parse({ name: 'gpu', kind: 'ssh', host: 'ada@gpu', submit: 'true' })
const run = { launcher, handle: '4711', born: null, startedAt: '2026-01-01T00:00:00.000Z' }

test('a run is read as it was written down, until it is over', () => {
  expect(readLaunched(folder)).toBeNull()
  writeLaunched(folder, run)
  expect(readLaunched(folder)).toEqual(run)
  writeLaunched(folder, null)
  expect(readLaunched(folder)).toBeNull()
  expect(readdirSync(join(folder, 'run'))).toEqual([])
})

test.each(['1', '0', '-1', '9; touch x', '', '12345678901'])(
  'a number of a process that would be a command, or the group of everybody, is not taken: %j',
  (handle) => {
    writeFileSync(join(folder, 'run/launched.json'), JSON.stringify({ ...run, handle }))
    expect(readLaunched(folder)).toBeNull()
  },
)

test('what is no run is none', () => {
  for (const text of ['', '{', '{}', '[]', 'null']) {
    writeFileSync(join(folder, 'run/launched.json'), text)
    expect(readLaunched(folder)).toBeNull()
  }
})
