import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { FEATURE_RESIZES } from '#shared/contract/choices.ts'
import { decode } from '../../../../src/main/inference/pictures/decode-pixels.ts'
import { resizeFloat } from '../../../../src/main/inference/pictures/resize-float.ts'
import { fidFolder } from '../../../support/fid-reference.ts'
import { readNpy } from '../../../support/npy.ts'

interface Known {
  file: string
  decoded_rgb_sha256: string
  grid_file: string
  clean: { channel_means: number[] }
  legacy_pytorch: { channel_means: number[] }
}

/** By the README of the references. */
const TOLERANCE = { clean: 2e-3, legacy_pytorch: 0.01 } as const
const SIDE = 299

describe.skipIf(fidFolder === null)('pictures of clean-fid and pytorch-fid', () => {
  const folder = fidFolder ?? ''
  const pictures =
    fidFolder === null
      ? []
      : (JSON.parse(readFileSync(join(folder, 'resize.json'), 'utf8')) as { pictures: Known[] })
          .pictures

  test.each(pictures)('$file', async (known) => {
    const source = await decode(join(folder, known.file), { orientation: 'ignore', alpha: 'drop' })
    const isSame =
      createHash('sha256').update(source.data).digest('hex') === known.decoded_rgb_sha256
    // Another JPEG decoder may differ by one.
    expect(isSame || known.file.endsWith('.jpg')).toBe(true)
    const slack = isSame ? 0 : 1.5
    const grid = readNpy(join(folder, known.grid_file))
    for (const [m, mode] of FEATURE_RESIZES.entries()) {
      const pixels = resizeFloat(source, SIDE, SIDE, mode)
      let worst = 0
      for (let y = 0; y < 11; y++) {
        for (let x = 0; x < 11; x++) {
          for (let c = 0; c < 3; c++) {
            const wanted = grid.data[((m * 11 + y) * 11 + x) * 3 + c] as number
            const own = pixels[(c * SIDE + 4 + 29 * y) * SIDE + 4 + 29 * x] as number
            worst = Math.max(worst, Math.abs(own - wanted))
          }
        }
      }
      expect(worst, mode).toBeLessThan(TOLERANCE[mode] + slack)
      for (let c = 0; c < 3; c++) {
        const plane = pixels.subarray(c * SIDE * SIDE, (c + 1) * SIDE * SIDE)
        const mean = plane.reduce((sum, value) => sum + value, 0) / plane.length
        const wanted = known[mode].channel_means[c] as number
        expect(Math.abs(mean - wanted), mode).toBeLessThan(TOLERANCE[mode] + slack)
      }
    }
  })
})

test('without antialiasing a reduction looks at two pixels, with it at all', () => {
  // One bright pixel of nine; the middle of three lies on it.
  const line = { width: 9, height: 1, data: new Uint8Array(27) }
  line.data.fill(90, 12, 15)
  const red = (mode: 'clean' | 'legacy_pytorch'): number[] => [
    ...resizeFloat(line, 3, 1, mode).subarray(0, 3),
  ]
  expect(red('legacy_pytorch')).toEqual([0, 90, 0])
  const [left, middle, right] = red('clean') as [number, number, number]
  expect(middle).toBeGreaterThan(25)
  expect(middle).toBeLessThan(45)
  expect(left).toBe(right)
})

test('a picture of the right size is left as it is', () => {
  const source = { width: 2, height: 2, data: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12) }
  for (const mode of FEATURE_RESIZES) {
    expect([...resizeFloat(source, 2, 2, mode)]).toEqual([1, 4, 7, 10, 2, 5, 8, 11, 3, 6, 9, 12])
  }
})
