import fc from 'fast-check'
import { expect, test } from 'vitest'
import { pictureFileName } from '../../../src/shared/picture-file-name.ts'

const SHA = '0123456789ab'.padEnd(64, 'f')

test.each([
  ['https://a.example/img/cat%20on%20grass.JPG?w=200#x', 'image/png', 'cat on grass.png'],
  ['https://a.example/été.jpeg', 'image/jpeg', 'été.jpg'],
  ['https://a.example/', 'image/gif', 'picture-0123456789ab.gif'],
  ['https://a.example/run.exe', 'image/png', 'run.png'],
  ['https://a.example/%2e%2e%2f%2e%2e%2fetc%2fpasswd', 'image/png', 'etc-passwd.png'],
  ['https://a.example/con.png', 'image/png', 'picture-0123456789ab.png'],
  ['https://a.example/%E0%A4%A.png', 'image/webp', 'E0-A4-A.webp'],
  ['file.svg', 'image/x-unheard-of', 'file.picture'],
])('%s becomes %s: %s', (url, mime, name) => {
  expect(pictureFileName(url, mime, SHA)).toBe(name)
})

test('a name never leaves its folder, hides itself, or ends as its address likes', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.webUrl()), (url) => {
      const name = pictureFileName(url, 'image/png', SHA)
      expect(name).toMatch(/^[\p{L}\p{N}_][\p{L}\p{N}._ -]*\.png$/u)
      expect(name.length).toBeLessThanOrEqual(84)
      expect(name.isWellFormed()).toBe(true)
    }),
  )
})
