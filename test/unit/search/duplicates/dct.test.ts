import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import {
  GRID,
  KEPT,
  lowFrequencies,
  medianBits,
  mirrorFrequencies,
} from '../../../../src/main/search/duplicates/dct.ts'

/** By scipy and the lines of imagehash: tools/reference/duplicates/phash.py. */
interface Reference {
  pictures: {
    grey: string
    frequencies: number[]
    coarse: number[]
    fine: number[]
    mirrored: number[]
    mirroredFine: number[]
  }[]
}
const FILE = join(import.meta.dirname, '../../../fixtures/duplicates/phash.json')
const { pictures } = JSON.parse(readFileSync(FILE, 'utf8')) as Reference

const frequenciesOf = (grey: string): Float64Array => {
  const out = new Float64Array(KEPT * KEPT)
  lowFrequencies(Float32Array.from(Buffer.from(grey, 'base64')), out)
  return out
}
const bitsOf = (frequencies: Float64Array, side: number): number[] => {
  const out = new Uint32Array((side * side) / 32)
  medianBits(frequencies, side, out)
  return [...out]
}

test('the frequencies of a picture are those of scipy', () => {
  expect(pictures.length).toBe(12)
  for (const { grey, frequencies } of pictures) {
    expect(Buffer.from(grey, 'base64').length).toBe(GRID * GRID)
    const found = frequenciesOf(grey)
    const corner = [0, 1, 2].flatMap((v) => [0, 1, 2].map((u) => found[v * KEPT + u] as number))
    for (const [i, value] of corner.entries())
      expect(value).toBeCloseTo(frequencies[i] as number, 4)
  }
})

test('hashes of 64 and 256 bits are those of imagehash, also of the mirrored picture', () => {
  for (const picture of pictures) {
    const frequencies = frequenciesOf(picture.grey)
    const mirrored = new Float64Array(KEPT * KEPT)
    mirrorFrequencies(frequencies, mirrored)
    expect(bitsOf(frequencies, 8)).toEqual(picture.coarse)
    expect(bitsOf(frequencies, 16)).toEqual(picture.fine)
    expect(bitsOf(mirrored, 8)).toEqual(picture.mirrored)
    expect(bitsOf(mirrored, 16)).toEqual(picture.mirroredFine)
  }
})
