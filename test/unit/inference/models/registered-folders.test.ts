import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import {
  readRegistered,
  type RegisteredFolder,
  writeRegistered,
} from '../../../../src/main/inference/models/registered-folders.ts'

const dir = mkdtempSync(join(tmpdir(), 'registered-'))

test('a list that is not there yet is empty, and what is written is read back', () => {
  const user = join(dir, 'new')
  const folders: RegisteredFolder[] = [
    { folder: '/a', kind: 'span' },
    { folder: '/b c', kind: null },
  ]
  expect(readRegistered(user)).toEqual([])
  writeRegistered(user, folders)
  expect(readRegistered(user)).toEqual(folders)
  expect(readdirSync(user)).toEqual(['registered.json'])
})

test('the two lists of an earlier version become one, and nothing of them is lost', () => {
  const user = mkdtempSync(join(tmpdir(), 'registered-'))
  writeFileSync(join(user, 'registered.json'), '{"folders": ["/clip"]}')
  writeFileSync(join(user, 'registered-text.json'), '{"folders": ["/bert"]}')
  const both = readRegistered(user)
  expect(both.map(({ folder }) => folder)).toEqual(['/clip', '/bert'])
  writeRegistered(user, both)
  expect(readdirSync(user)).toEqual(['registered.json'])
  expect(readRegistered(user)).toEqual(both)
})

test.each(['{', '{"folders": [1]}', '[]'])(
  'a list that holds %s is damaged, by name',
  (content) => {
    const path = join(dir, 'registered.json')
    writeFileSync(path, content)
    expect(() => readRegistered(dir)).toThrow(
      expect.objectContaining({
        kind: 'damaged',
        message: expect.stringContaining(path) as string,
      }),
    )
  },
)
