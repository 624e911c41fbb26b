import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import type { Launcher } from '#shared/settings.ts'
import { launchRequest } from '../../../src/main/cluster/index.ts'

const here: Launcher = {
  name: 'here',
  kind: 'local',
  submit: 'python3 {script}',
  host: null,
  folder: null,
  status: null,
  cancel: null,
}
let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'request-'))
  writeFileSync(join(folder, 'train.py'), 'a')
})

test('says each command as the shell gets it', () => {
  expect(launchRequest(folder, here).commands).toEqual([`python3 '${folder}/train.py'`])
  const queue: Launcher = {
    ...here,
    kind: 'batch',
    submit: 'sbatch {script}',
    status: 'squeue {run}',
    cancel: 'scancel {run}',
  }
  expect(launchRequest(folder, queue).commands).toEqual([
    `sbatch '${folder}/job.sh'`,
    'squeue {run}',
    'scancel {run}',
  ])
  const away = launchRequest(folder, { ...here, kind: 'ssh', host: 'me@there' })
  expect(away).toMatchObject({ host: 'me@there', commands: ["python3 'train.py'"] })
})

test('another command, host, folder, script or module beside it is another request; a name is not', () => {
  const { begin, follow } = launchRequest(folder, here)
  const same = (): boolean => launchRequest(folder, here).begin === begin
  expect(launchRequest(folder, { ...here, name: 'renamed' }).begin).toBe(begin)
  for (const other of [
    { submit: 'x' },
    { host: 'x' },
    { cancel: 'x' },
    { kind: 'ssh' },
  ] as Partial<Launcher>[]) {
    expect(launchRequest(folder, { ...here, ...other }).begin).not.toBe(begin)
    expect(launchRequest(folder, { ...here, ...other }).follow).not.toBe(follow)
  }
  writeFileSync(join(folder, 'train.py'), 'b')
  expect(same()).toBe(false)
  writeFileSync(join(folder, 'train.py'), 'a')
  expect(same()).toBe(true)
  mkdirSync(join(folder, 'torch'))
  expect(same()).toBe(false)
  rmSync(join(folder, 'torch'), { recursive: true })
  symlinkSync('/etc/passwd', join(folder, 'numpy.py'))
  expect(same()).toBe(false)
  rmSync(join(folder, 'numpy.py'))
  // What a run leaves does not ask again, and what it logs beside does not end the following.
  mkdirSync(join(folder, 'run'))
  mkdirSync(join(folder, '__pycache__'))
  expect(same()).toBe(true)
  writeFileSync(join(folder, 'slurm-1.out'), 'x')
  expect(same()).toBe(false)
  expect(launchRequest(folder, here).follow).toBe(follow)
})

test('a package that is not there cannot be asked about', () => {
  expect(() => launchRequest(join(folder, 'none'), here)).toThrow(/cannot be looked at/)
})
