import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { crashLine } from '../../../src/main/processes/crash.ts'

/** What Node itself says when a program throws. */
function lastWordsOf(program: string): string {
  return spawnSync(process.execPath, ['--input-type=module', '-e', program]).stderr.toString()
}

describe('why a process ended', () => {
  test.each([
    ['an error', "throw new Error('the disk is full')", 'Error: the disk is full'],
    [
      'an error with fields and a cause',
      "throw Object.assign(new Error('database or disk is full', { cause: 7 }), { code: 'SQLITE_FULL' })",
      'Error: database or disk is full',
    ],
    [
      'an error of a kind of its own',
      "class DiskError extends Error { name = 'DiskError' }\nthrow new DiskError('no room')",
      'DiskError: no room',
    ],
    [
      'a rejection',
      "await Promise.reject(new TypeError('no such thing'))",
      'TypeError: no such thing',
    ],
    [
      'a system error',
      "import { readFileSync } from 'node:fs'; readFileSync('/nowhere/at/all')",
      "Error: ENOENT: no such file or directory, open '/nowhere/at/all'",
    ],
  ])('is the error that was thrown, not the version of Node: %s', (_, program, said) => {
    const words = lastWordsOf(program)
    expect(words).toMatch(/Node\.js v\d/)
    expect(crashLine(words)).toBe(said)
  })

  test('is the last line that says something where nothing was thrown', () => {
    expect(crashLine('warming up\nFATAL: no heap left\n')).toBe('FATAL: no heap left')
    expect(crashLine('')).toBe('')
  })
})
