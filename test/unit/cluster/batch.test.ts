import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { Launcher } from '#shared/settings.ts'
import { launching } from '../../../src/main/cluster/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'batch-'))
mkdirSync(join(folder, 'run'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const queue = (more: object): Launcher =>
  Launcher.parse({
    name: 'queue',
    kind: 'batch',
    submit: 'true',
    status: 'echo {run}',
    cancel: 'echo {run} > canceled',
    ...more,
  })
const run = { launcher: queue({}), handle: '4711', born: null, startedAt: '' }

test('a queue that has forgotten its job has ended it, and is told when one cancels', async () => {
  const forgetful = queue({
    status: 'echo "slurm_load_jobs error: Invalid job id specified" >&2; exit 1',
  })
  const ways = launching(forgetful)
  expect(await ways.look(folder, run)).toEqual({ running: false, exit: null })
  // Another complaint says nothing of the job.
  const away = launching(queue({ status: 'echo "connection refused" >&2; exit 1' }))
  await expect(away.look(folder, run)).rejects.toThrow('connection refused')
  expect(await launching(queue({})).look(folder, run)).toMatchObject({ running: true })
  writeFileSync(join(folder, 'run/exit'), '3\n')
  expect(await away.look(folder, run)).toEqual({ running: false, exit: 3 })
  await ways.cancel(folder, run)
  expect(readFileSync(join(folder, 'canceled'), 'utf8')).toBe('4711\n')
})

test('the number of a job is what the queue said last, without the name of its cluster', async () => {
  const said = launching(queue({ submit: 'echo "a warning"; echo "4711;cluster"' }))
  expect(await said.start(folder)).toEqual({ handle: '4711', born: null })
  await expect(launching(queue({})).start(folder)).rejects.toThrow('printed no number of a job')
})

test('a queue without a command for its state is refused', () => {
  expect(() => launching(queue({ status: null }))).toThrow(/no command that tells/)
})
