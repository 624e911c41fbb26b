import { execFileSync } from 'node:child_process'
import { mkdtempSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { MOST_BYTES, readSmall } from '../../../src/main/files/read-small.ts'

const folder = mkdtempSync(join(tmpdir(), 'small-'))

test('a file is read whole, in UTF-8', () => {
  const path = join(folder, 'a.json')
  writeFileSync(path, '{"name": "Bäume 🌳"}')
  expect(readSmall(path, 'manifest')).toBe('{"name": "Bäume 🌳"}')
  writeFileSync(path, '')
  expect(readSmall(path, 'manifest')).toBe('')
})

test('one of the largest size is read, one byte more is not', () => {
  const path = join(folder, 'big.json')
  writeFileSync(path, '')
  truncateSync(path, MOST_BYTES.manifest)
  expect(readSmall(path, 'manifest')).toHaveLength(MOST_BYTES.manifest)
  truncateSync(path, MOST_BYTES.manifest + 1)
  expect(() => readSmall(path, 'manifest')).toThrow(
    expect.objectContaining({
      kind: 'unsupported',
      message: `${path} is too large: 2 MB, at most 1 MB are read.`,
    }),
  )
  expect(readSmall(path, 'list')).toHaveLength(MOST_BYTES.manifest + 1)
})

test('what is not there and what is a folder are said to be so', () => {
  const gone = join(folder, 'gone.json')
  expect(() => readSmall(gone, 'list')).toThrow(expect.objectContaining({ kind: 'not-found' }))
  expect(() => readSmall(folder, 'list')).toThrow(
    expect.objectContaining({ kind: 'invalid-input', message: `${folder} is a folder.` }),
  )
})

test.skipIf(process.platform === 'win32')('a pipe to which nobody writes holds up nobody', () => {
  const path = join(folder, 'pipe')
  execFileSync('mkfifo', [path])
  expect(() => readSmall(path, 'manifest')).toThrow(
    expect.objectContaining({ kind: 'invalid-input', message: `${path} is no file.` }),
  )
})
