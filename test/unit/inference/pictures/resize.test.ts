import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import {
  resize,
  type Filter,
  type RgbPixels,
} from '../../../../src/main/inference/pictures/resize.ts'
import { numbers } from '../../../support/numbers.ts'

interface Case {
  from: [number, number]
  to: [number, number]
  seed: number
  filter: Filter
  sha256: string
}
const fixture = JSON.parse(
  readFileSync(new URL('../../../fixtures/inference/resize.json', import.meta.url), 'utf8'),
) as { cases: Case[] }

/** As in tools/reference/make_resize_reference.py. */
function pixels(width: number, height: number, seed: number): RgbPixels {
  const { next } = numbers(seed)
  const data = new Uint8Array(width * height * 3)
  for (let i = 0; i < data.length; i++) {
    const r = next()
    data[i] = r & 0x40 ? (r & 1 ? 255 : 0) : (r >> 8) & 0xff
  }
  return { data, width, height }
}

test.each(fixture.cases)(
  'resizing $from to $to with $filter gives the bytes that Pillow gives',
  ({ from, to, seed, filter, sha256 }) => {
    const out = resize(pixels(from[0], from[1], seed), to[0], to[1], filter)
    expect(out.data.length).toBe(to[0] * to[1] * 3)
    expect(createHash('sha256').update(out.data).digest('hex')).toBe(sha256)
  },
)

test('a window is the same part that is cut out of the whole afterwards', () => {
  const source = pixels(120, 75, 9)
  const window = { left: 13, top: 5, width: 30, height: 24 }
  const whole = resize(source, 64, 40, 'bicubic')
  const part = resize(source, 64, 40, 'bicubic', window)
  const cut = resize(whole, 64, 40, 'bicubic', window)
  expect(part.data).toEqual(cut.data)
})

test('a window outside the picture is refused', () => {
  const window = { left: 1, top: 0, width: 4, height: 4 }
  expect(() => resize(pixels(8, 8, 1), 4, 4, 'bicubic', window)).toThrow(RangeError)
})

test('a picture so long that it is worked on in parts gives what its parts give', () => {
  // 20,000 rows of 600 pixels are 36 MB between the passes.
  const source = pixels(2, 20_000, 4)
  const whole = resize(source, 600, 40, 'bicubic').data
  for (const top of [0, 17, 36]) {
    const window = { left: 0, top, width: 600, height: 4 }
    const part = resize(source, 600, 40, 'bicubic', window).data
    expect(part).toEqual(whole.subarray(top * 1800, (top + 4) * 1800))
  }
})
