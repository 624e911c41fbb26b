/**
 * Every kind of job killed with SIGKILL, and what comes out compared with an undisturbed one: rows,
 * files, attempts, sets of spans, and no process that lives on. `npm run kill-check` does it 200 times.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { JOBS } from '#shared/contract/jobs/index.ts'
import { seededRandom } from '#shared/random.ts'
import { openKillCheck, type KillCheck } from '../support/kill/kill.ts'
import { KILL_KINDS } from '../support/kill/kinds.ts'

let check: KillCheck
beforeAll(async () => void (check = await openKillCheck()))
afterAll(() => check.close())

test('every kind of job is killed', () => {
  const kinds = new Set([...KILL_KINDS.values()].map(({ kind }) => kind))
  expect([...kinds].sort()).toEqual(JOBS.map(({ kind }) => kind).sort())
})

/** One format stands for all here. */
const names = [...KILL_KINDS.keys()].filter(
  (name) => !name.startsWith('export') || name === 'export, webdataset',
)
test.skipIf(process.platform === 'win32').concurrent.each(names)(
  '%s, killed at its end and while it goes on, ends with what an undisturbed one ends with',
  async (name, { expect }) => {
    const { at, found, orphans } = await check.kill(name, seededRandom(names.indexOf(name)), [
      'end',
      'resume',
    ])
    expect({ at, found, orphans }).toEqual({ at, found: [], orphans: [] })
  },
  300_000,
)
