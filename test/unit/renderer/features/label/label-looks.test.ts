import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { DEFAULT_TYPES } from '#shared/contract/index.ts'
import { LOOKS, typeLook } from '../../../../../src/renderer/src/features/label/label-looks.ts'

const CSS = readFileSync(
  join(import.meta.dirname, '../../../../../src/renderer/src/features/label/label-looks.css'),
  'utf8',
)

test('each description type has a look of its own, as far as looks go', () => {
  expect(DEFAULT_TYPES.map(({ name }) => typeLook(DEFAULT_TYPES, name))).toEqual([0, 1, 2, 3, 4])
  expect(typeLook(DEFAULT_TYPES, 'gone since')).toBeNull()
  const many = Array.from({ length: LOOKS + 1 }, (_, i) => ({ name: `${i}`, help: '', key: null }))
  expect(typeLook(many, String(LOOKS - 1))).toBe(LOOKS - 1)
  expect(typeLook(many, String(LOOKS))).toBeNull()
})

test('no two looks have one line or one colour', () => {
  const lines = Array.from(
    CSS.matchAll(/::highlight\(label-type-\d\) \{[^}]*text-decoration: underline ([^;]+);/g),
    (match) => match[1],
  )
  expect(lines).toHaveLength(LOOKS)
  expect(new Set(lines).size).toBe(LOOKS)
  for (const theme of [
    CSS.split("[data-theme='light']")[0],
    CSS.split("[data-theme='light']")[1],
  ]) {
    const colours = Array.from(theme?.matchAll(/--type-\d: ([^;]+);/g) ?? [], (match) => match[1])
    expect(colours).toHaveLength(LOOKS)
    expect(new Set(colours).size).toBe(LOOKS)
  }
})
