import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import {
  readRegistered,
  writeRegistered,
} from '../../../../src/main/inference/models/registered-folders.ts'

const dir = mkdtempSync(join(tmpdir(), 'registered-'))

test('a list that is not there yet is empty, and what is written is read back', () => {
  const path = join(dir, 'new', 'registered.json')
  expect(readRegistered(path)).toEqual([])
  writeRegistered(path, ['/a', '/b c'])
  expect(readRegistered(path)).toEqual(['/a', '/b c'])
  expect(readdirSync(join(dir, 'new'))).toEqual(['registered.json'])
})

test.each(['{', '{"folders": [1]}', '[]'])(
  'a list that holds %s is damaged, by name',
  (content) => {
    const path = join(dir, 'damaged.json')
    writeFileSync(path, content)
    expect(() => readRegistered(path)).toThrow(
      expect.objectContaining({
        kind: 'damaged',
        message: expect.stringContaining(path) as string,
      }),
    )
  },
)
