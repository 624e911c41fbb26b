import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { fillCommand } from '../../../src/main/cluster/shell.ts'

test('fills a command with quoted places', () => {
  expect(fillCommand('python3 {script} --x {nothing}', { script: "/a b/it's.py" })).toBe(
    "python3 '/a b/it'\\''s.py' --x {nothing}",
  )
})

test.skipIf(process.platform === 'win32')(
  'a place is one word of the shell, whatever it holds',
  () => {
    const odd = 'a \'b\' "c" $HOME `id` \\ ; * \n{script}'
    const command = fillCommand('printf "%s|" {place} end', { place: odd })
    expect(execFileSync('sh', ['-c', command], { encoding: 'utf8' })).toBe(`${odd}|end|`)
  },
)
