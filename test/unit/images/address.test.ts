import { expect, test } from 'vitest'
import { checkLiteral, checkUrl, isPublicAddress } from '../../../src/main/images/address.ts'

test('only addresses of the public internet are public', () => {
  for (const address of ['8.8.8.8', '93.184.216.34', '1.1.1.1', '2606:4700:4700::1111'])
    expect([address, isPublicAddress(address)]).toEqual([address, true])
  for (const address of [
    '127.0.0.1',
    '127.8.8.8',
    '0.0.0.0',
    '0.1.2.3',
    '10.0.0.1',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '100.127.255.255',
    '224.0.0.1',
    '239.255.255.250',
    '240.0.0.1',
    '255.255.255.255',
    '192.0.2.1',
    '198.51.100.1',
    '203.0.113.1',
    '192.0.0.1',
    '198.18.0.1',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:8.8.8.8',
    '::ffff:7f00:1',
    '::127.0.0.1',
    '::8.8.8.8',
    'fc00::1',
    'fd12:3456::1',
    'fe80::1',
    'fe80::1%eth0',
    'fec0::1',
    'ff02::1',
    '64:ff9b::7f00:1',
    '64:ff9b::808:808',
    '64:ff9b:1::a00:1',
    '2002:7f00:1::',
    '2001:0:4136:e378:8000:63bf:3fff:fdd2',
    '2001:db8::1',
    '100::1',
    '4000::1',
    'localhost',
    '',
    '1.2.3',
    '0x7f000001',
  ])
    expect([address, isPublicAddress(address)]).toEqual([address, false])
})

test('an address in any spelling of a private host is refused before anything is sent', () => {
  for (const address of [
    'http://127.0.0.1/a',
    'http://2130706433/a',
    'http://0x7f.1/a',
    'http://0177.0.0.1/',
    'http://127.1/',
    'http://[::1]/',
    'http://[::ffff:10.0.0.1]/',
    'http://[fe80::1]/',
    'http://１２７.0.0.1/',
  ])
    expect(() => checkLiteral(checkUrl(address), isPublicAddress), address).toThrow()
  expect(() => checkLiteral(checkUrl('http://8.8.8.8/'), isPublicAddress)).not.toThrow()
})

test('only http and https, without a user name, at ports that serve pictures', () => {
  expect(checkUrl('https://a.example:8443/x.jpg#top').href).toBe('https://a.example:8443/x.jpg')
  for (const address of [
    'ftp://a.example/x.jpg',
    'file:///etc/passwd',
    'data:image/png;base64,AA',
    'x.jpg',
    'http://user:secret@a.example/x.jpg',
    'http://a.example:22/',
    'http://a.example:25/',
    'http://a.example:6667/',
    'http://a.example:2049/',
  ])
    expect(() => checkUrl(address), address).toThrow()
})
