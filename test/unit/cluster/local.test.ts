import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { Launcher } from '#shared/settings.ts'
import { launching } from '../../../src/main/cluster/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'local-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('another process that has the number of an ended one is neither followed nor ended', async () => {
  const other = spawn('cat', { detached: true, stdio: ['pipe', 'pipe', 'ignore'] })
  const launcher = Launcher.parse({ name: 'here', kind: 'local', submit: 'true' })
  const run = { launcher, handle: String(other.pid), born: 'long ago', startedAt: '' }
  expect(await launching(launcher).look(folder, run)).toEqual({ running: false, exit: null })
  await launching(launcher).cancel(folder, run)
  // A signal would have come before the next word: it still answers.
  other.stdin.write('still there')
  const answer = once(other.stdout, 'data').then(([words]) => String(words))
  const end = once(other, 'exit').then(() => 'ended')
  expect(await Promise.race([answer, end])).toBe('still there')
  other.kill('SIGKILL')
  await end
})
