import { expect, test } from 'vitest'
import { isWithin } from '../../../src/main/shell/origin.ts'

test('only addresses of the interface are within it', () => {
  const home = 'gleaner://app/index.html'
  expect(isWithin(home, 'gleaner://app/other.html')).toBe(true)
  for (const other of [
    'gleaner://picture/0',
    'https://app/',
    'about:blank',
    'file:///app',
    '',
    'x',
  ]) {
    expect(isWithin(home, other)).toBe(false)
  }
  expect(isWithin('http://localhost:5173/', 'http://localhost:5174/')).toBe(false)
})
