import { expect, test } from 'vitest'
import { isPage } from '../../../src/main/shell/origin.ts'

test('only the one page of the interface is the interface', () => {
  const home = 'gleaner://app/index.html'
  expect(isPage(home, 'gleaner://app/index.html')).toBe(true)
  expect(isPage(home, 'gleaner://app/index.html?x#y')).toBe(true)
  for (const other of [
    'gleaner://app/other.html',
    'gleaner://app/',
    'gleaner://app/index.html/x',
    'gleaner://app.evil/index.html',
    'gleaner://picture/0',
    'https://app/index.html',
    'about:blank',
    'about:srcdoc',
    'file:///app',
    '',
    'x',
  ]) {
    expect(isPage(home, other)).toBe(false)
  }
  expect(isPage('http://localhost:5173/', 'http://localhost:5174/')).toBe(false)
})
