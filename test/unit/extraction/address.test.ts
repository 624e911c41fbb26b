import { expect, test } from 'vitest'
import { makeResolver } from '../../../src/main/extraction/address.ts'

/** By the URL standard; `encodings.test.ts` holds every character to what a browser does. */
test.each([
  ['shift_jis', 'view.cgi?name=海辺', 'http://a.example/view.cgi?name=%8AC%95%D3'],
  ['windows-1252', '/bild.php?f=Käse&g=☃', 'http://a.example/bild.php?f=K%E4se&g=%26%239731%3B'],
  [
    'windows-1251',
    '/фото/кот.jpg',
    'http://a.example/%D1%84%D0%BE%D1%82%D0%BE/%D0%BA%D0%BE%D1%82.jpg',
  ],
  ['windows-1251', ' /к?к#к\n', 'http://a.example/%D0%BA?%EA'],
  ['iso-2022-jp', '/?漢 字A', 'http://a.example/?%1B$B4A%1B(B%20%1B$B;z%1B(BA'],
  ['utf-8', '/?Käse', 'http://a.example/?K%C3%A4se'],
  ['utf-16le', '/?Käse', 'http://a.example/?K%C3%A4se'],
  ['gbk', '//b.example/?a="<\'>', 'http://b.example/?a=%22%3C%27%3E'],
])('in %s, %s is %s', (charset, address, resolved) => {
  expect(makeResolver('http://a.example/', null, charset).resolve(address)).toBe(resolved)
})
