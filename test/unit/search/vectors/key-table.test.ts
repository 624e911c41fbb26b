import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { createKeyTable } from '../../../../src/main/search/vectors/key-table.ts'

const keyOf = (text: string): Uint8Array => createHash('sha256').update(text).digest()

test('numbers keys as they come, and finds each again', () => {
  const table = createKeyTable()
  for (let i = 0; i < 20_000; i++) expect(table.add(keyOf(`${i}`))).toBe(i)
  expect(table.add(keyOf('77'))).toBe(77)
  expect(table.size).toBe(20_000)
  for (let i = 0; i < 20_000; i += 7) {
    expect(table.find(keyOf(`${i}`))).toBe(i)
    expect(Buffer.from(table.key(i))).toEqual(keyOf(`${i}`))
  }
  expect(table.find(keyOf('not there'))).toBe(-1)
})

test('tells keys apart that begin alike', () => {
  const table = createKeyTable()
  const keys = Array.from({ length: 300 }, (_, i) => {
    const key = new Uint8Array(32)
    key[31] = i & 255
    key[20] = i >> 8
    return key
  })
  keys.forEach((key, i) => expect(table.add(key)).toBe(i))
  keys.forEach((key, i) => expect(table.find(key)).toBe(i))
})
