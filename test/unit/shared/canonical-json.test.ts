import { expect, test } from 'vitest'
import { canonicalJson } from '#shared/canonical-json.ts'

test('equal values give equal texts, whatever the order of their keys', () => {
  const text = '{"a":null,"b":[{"a":2,"z":1}]}'
  expect(canonicalJson({ b: [{ z: 1, a: 2 }], a: null })).toBe(text)
  expect(canonicalJson({ a: null, b: [{ a: 2, z: 1 }] })).toBe(text)
})

/** The example of RFC 8785, 3.2.3. */
test('keys are in the order of their UTF-16 code units, numbers among them', () => {
  const keys = ['\u20ac', '\r', '\ufb33', '1', '\u{1f600}', '\u0080', '\u00f6']
  const value = Object.fromEntries(keys.map((key) => [key, 0]))
  const sorted = ['\r', '1', '\u0080', '\u00f6', '\u20ac', '\u{1f600}', '\ufb33']
  expect(canonicalJson(value)).toBe(
    `{${sorted.map((key) => `${JSON.stringify(key)}:0`).join(',')}}`,
  )
  expect(canonicalJson({ 2: 0, 10: 0, x: 0 })).toBe('{"10":0,"2":0,"x":0}')
})

test('what is undefined is left out of an object, and null elsewhere, as in JSON', () => {
  expect(canonicalJson({ a: undefined, b: [undefined, 1] })).toBe('{"b":[null,1]}')
  expect(canonicalJson(undefined)).toBe('null')
})

test('it is read as what was written', () => {
  const value = { text: '"é\n\u2028\u{1f600}', list: [1e21, -0.5, true, []], deep: { '': {} } }
  expect(JSON.parse(canonicalJson(value))).toEqual(value)
})
