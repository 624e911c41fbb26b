import { describe, expect, it, test } from 'vitest'
import { addressSpellings, hostOf, normalAddress, normalHost } from '../../../src/shared/address.ts'

describe('an address in its normal form', () => {
  test.each([
    // URL standard.
    ['HTTP://A.Example:80/x', 'http://a.example/x'],
    ['https://a.example:443', 'https://a.example/'],
    ['http://a.example:8080/', 'http://a.example:8080/'],
    ['http://a.example/b/../c/./d', 'http://a.example/c/d'],
    ['http://a.example/b/%2e%2E/c', 'http://a.example/c'],
    ['http://bücher.example/', 'http://xn--bcher-kva.example/'],
    ['http://B%C3%BCcher.example/', 'http://xn--bcher-kva.example/'],
    ['http://a.example/my photo.jpg', 'http://a.example/my%20photo.jpg'],
    ['http://a.example/žuvis.jpg?q=ü', 'http://a.example/%C5%BEuvis.jpg?q=%C3%BC'],
    ['http://a.example\\b\\c.png', 'http://a.example/b/c.png'],
    [' http://a.example/\n ', 'http://a.example/'],
    ['http://a.example/x#part', 'http://a.example/x'],
    // RFC 3986, 6.2.2.1 and 6.2.2.2.
    ['http://a.example/%c5%beuvis', 'http://a.example/%C5%BEuvis'],
    ['http://a.example/%7Euser/%41.png', 'http://a.example/~user/A.png'],
    ['http://a.example/a%2Fb?c%26d', 'http://a.example/a%2Fb?c%26d'],
    ['http://a.example/?x=%7e%2d', 'http://a.example/?x=~-'],
    // What may not stand unescaped.
    ['http://a.example/a|b?c={d}', 'http://a.example/a%7Cb?c=%7Bd%7D'],
    ['http://a.example/a%7cb?c=%7bd%7d', 'http://a.example/a%7Cb?c=%7Bd%7D'],
    ["http://a.example/?it's", 'http://a.example/?it%27s'],
    ['http://a.example/[1].png', 'http://a.example/%5B1%5D.png'],
    // No URL, or nothing to be done.
    ['http://a.example/100%.png', 'http://a.example/100%.png'],
    ['no address', 'no address'],
    ['http://[::1]/x', 'http://[::1]/x'],
    ['dns:a.example', 'dns:a.example'],
  ])('%s is %s', (address, normal) => {
    expect(normalAddress(address)).toBe(normal)
    expect(normalAddress(normal)).toBe(normal)
  })

  it('is told apart where it means another thing', () => {
    const different = [
      'http://a.example/x',
      'http://a.example/X',
      'http://a.example/x?',
      'http://a.example/x/',
      'https://a.example/x',
      'http://a.example./x',
      'http://a.example/%2Fx',
    ]
    expect(new Set(different.map(normalAddress)).size).toBe(different.length)
  })
})

test.each([
  ['Bücher.example', 'xn--bcher-kva.example'],
  ['xn--bcher-kva.example', 'xn--bcher-kva.example'],
  ['A.EXAMPLE', 'a.example'],
  ['127.1', '127.0.0.1'],
  ['not a host', 'not a host'],
])('the host %s is %s', (host, normal) => {
  expect(normalHost(host)).toBe(normal)
  if (host !== 'not a host') expect(hostOf(`http://user@${host}:81/x`)).toBe(normal)
})

test('an address that is looked for is tried in every spelling of it', () => {
  expect(addressSpellings('žuvis')).toEqual(['žuvis', '%C5%BEuvis'])
  expect(addressSpellings('%C5%BEuvis')).toEqual(['%C5%BEuvis', 'žuvis'])
  expect(addressSpellings('HTTP://A.example/my photo')).toEqual([
    'HTTP://A.example/my photo',
    'http://a.example/my%20photo',
    'HTTP://A.example/my%20photo',
  ])
  expect(addressSpellings('100%')).toEqual(['100%'])
})
