/**
 * Every kind of job killed with SIGKILL, and what comes out compared with an undisturbed one: rows,
 * files, attempts, sets of spans, and no process that lives on. `npm run kill-check` does it 200 times.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
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
describe.skipIf(process.platform === 'win32').concurrent('killed', () => {
  test.for(names)(
    '%s at its end, it ends with what an undisturbed one ends with',
    { timeout: 300_000 },
    async (name, { expect }) => {
      const { at, found, orphans } = await check.kill(name, seededRandom(names.indexOf(name)), [
        'end',
      ])
      expect({ at, found, orphans }).toEqual({ at, found: [], orphans: [] })
    },
  )
})
