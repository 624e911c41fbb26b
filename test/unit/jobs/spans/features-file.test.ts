import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createFeaturesFile, openFeatures } from '../../../../src/main/jobs/spans/features-file.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'features-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

it('windows are read back as they were written, in any order', () => {
  const file = createFeaturesFile(folder)
  const windows = [3, 1, 5].map((rows) => {
    const features = Float32Array.from({ length: rows * 4 }, (_, i) => Math.sin(rows * 10 + i))
    return { at: file.append(features), rows, features }
  })
  expect(file.bytes).toBe((3 + 1 + 5) * 4 * 4)
  const reader = openFeatures(file.path, 4)
  for (const window of windows.toReversed()) expect(reader.read(window)).toEqual(window.features)
  expect(() => reader.read({ at: 0, rows: 100 })).toThrow(/ends too early/)
  reader.close()
  file.remove()
  expect(readdirSync(folder)).toEqual([])
})

it('what a killed run left is deleted, other files are not', () => {
  writeFileSync(join(folder, 'training-12345.features'), 'left')
  writeFileSync(join(folder, 'corpus.db'), 'kept')
  const file = createFeaturesFile(folder)
  expect(existsSync(join(folder, 'training-12345.features'))).toBe(false)
  expect(existsSync(join(folder, 'corpus.db'))).toBe(true)
  file.remove()
  file.remove()
})

it('more than the disk holds is refused before it is written', () => {
  const file = createFeaturesFile(folder)
  file.checkRoom(1000)
  expect(() => file.checkRoom(1e18)).toThrow(/has no room for the encoded texts/)
  file.remove()
})
