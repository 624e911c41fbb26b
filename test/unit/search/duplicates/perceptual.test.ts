import { expect, test } from 'vitest'
import { COLOUR_DIFFERS } from '#shared/duplicates.ts'
import { seededRandom } from '#shared/random.ts'
import {
  COLOUR_BYTES,
  colourDistance,
  colourOf,
} from '../../../../src/main/search/duplicates/colour.ts'
import {
  COARSE,
  differing,
  FINE,
  fingerprint,
  VIEWS,
} from '../../../../src/main/search/duplicates/fingerprint.ts'
import type { Fingerprint } from '../../../../src/main/search/duplicates/fingerprint.ts'
import type { Rgb } from '../../../../src/main/search/duplicates/grey.ts'
import {
  createMatcher,
  perceptualGroups,
} from '../../../../src/main/search/duplicates/perceptual.ts'
import { growth } from '../../../support/growth.ts'

/** A picture of waves of its own, `at` says what of the plane it shows. */
function waves(seed: number, size = 96, at = { left: 0, top: 0, right: 1, bottom: 1 }): Rgb {
  const { next } = seededRandom(seed)
  const all = Array.from({ length: 8 }, () => ({
    u: Math.floor(next() * 7),
    v: Math.floor(next() * 7),
    phase: next() * 6,
    height: next() * 30,
  }))
  const data = new Uint8Array(size * size * 3)
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const px = at.left + ((x + 0.5) / size) * (at.right - at.left)
      const py = at.top + ((y + 0.5) / size) * (at.bottom - at.top)
      let grey = 128
      for (const { u, v, phase, height } of all) {
        grey += height * Math.cos(Math.PI * (u * px + v * py) + phase)
      }
      data.fill(
        Math.max(0, Math.min(255, Math.round(grey))),
        (y * size + x) * 3,
        (y * size + x) * 3 + 3,
      )
    }
  }
  return { data, width: size, height: size }
}

const BIG = { width: 800, height: 800 }
const printOf = (picture: Rgb): Fingerprint => {
  const found = fingerprint(picture, BIG)
  if (typeof found === 'string') throw new Error(found)
  return found
}

function tableOf(prints: Fingerprint[]) {
  const coarse = new Uint32Array(prints.length * VIEWS * COARSE)
  prints.forEach((one, i) => coarse.set(one.coarse, i * VIEWS * COARSE))
  return { coarse, sureOf: (i: number) => prints[i] as Fingerprint }
}

test('copies join the best picture, with how they come from it; others stay alone', () => {
  const mirrored = (picture: Rgb): Rgb => {
    const { width, height } = picture
    const data = Uint8Array.from(picture.data)
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const from = (y * width + (width - 1 - x)) * 3
        data.set(picture.data.subarray(from, from + 3), (y * width + x) * 3)
      }
    }
    return { data, width, height }
  }
  const crop = { left: 0.05, top: 0, right: 1, bottom: 0.95 }
  const prints = [
    waves(1),
    waves(2),
    waves(3),
    waves(1, 64),
    mirrored(waves(2)),
    waves(3, 90, crop),
    mirrored(waves(3, 90, crop)),
  ].map(printOf)
  const { coarse, sureOf } = tableOf(prints)
  const { joined, leaders } = perceptualGroups(coarse, sureOf, { threshold: 6 })
  expect(leaders).toBe(3)
  expect(joined.map(({ member, leader, view }) => [member, leader, view])).toEqual([
    [3, 0, 'whole'],
    [4, 1, 'mirrored'],
    [5, 2, 'cropped'],
    [6, 2, 'cropped-mirrored'],
  ])
})

test('a picture of one colour and a tiny one have no fingerprint, and say why', () => {
  const white = { data: new Uint8Array(64 * 64 * 3).fill(255), width: 64, height: 64 }
  expect(fingerprint(white, BIG)).toBe('uniform')
  expect(fingerprint(waves(1, 15), { width: 15, height: 400 })).toBe('tiny')
})

/** What says no. */
const ZERO = { fine: new Uint32Array(VIEWS * FINE), colour: new Uint8Array(COLOUR_BYTES) }

/** Hashes alone: every view of a picture by chance, some a few bits from an earlier one. */
function randomTable(n: number, seed: number) {
  const { next } = seededRandom(seed)
  const word = (): number => Math.floor(next() * 2 ** 32) >>> 0
  const coarse = Uint32Array.from({ length: n * VIEWS * COARSE }, word)
  const width = VIEWS * COARSE
  for (let i = 3; i < n; i += 3) {
    const from = Math.floor(next() * i)
    coarse.copyWithin(i * width, from * width, (from + 1) * width)
    for (let flip = Math.floor(next() * 9); flip > 0; flip--) {
      coarse[i * width + (flip & 1)]! ^= 1 << Math.floor(next() * 32)
    }
  }
  return { coarse, sureOf: () => ZERO }
}

test.each([0, 3, 6, 9])(
  'whole pictures within %i bits are found as by comparing all',
  (threshold) => {
    const n = 1500
    const { coarse, sureOf } = randomTable(n, threshold + 1)
    const matcher = createMatcher({ coarse, sureOf, threshold })
    matcher.lead(Array.from({ length: n }, (_, i) => i))
    let found = 0
    for (let i = 0; i < n; i++) {
      const near = new Set(
        matcher.findAll(i).flatMap(({ leader, view }) => (view === 'whole' ? leader : [])),
      )
      for (let j = 0; j < n; j++) {
        const at = [i, j].map((one) => one * VIEWS * COARSE) as [number, number]
        const isNear = differing(coarse, at[0], coarse, at[1], COARSE) <= threshold
        if (isNear) found++
        if (isNear !== near.has(j)) throw new Error(`${i} and ${j} at ${threshold} bits`)
      }
    }
    expect(found).toBeGreaterThan(n)
  },
)

test('groups are those of one look-up after the other, however many are looked up together', () => {
  const { coarse, sureOf } = randomTable(900, 5)
  // Mirrored copies and crops beside whole ones.
  const width = VIEWS * COARSE
  for (let i = 7; i < 900; i += 7) {
    const of = (i * 5) % i
    const [to, from] = i % 2 === 0 ? [0, 3] : [1, 0]
    const at = of * width + from * COARSE
    coarse.copyWithin(i * width + to * COARSE, at, at + COARSE)
  }
  const inOne = perceptualGroups(coarse, sureOf, { threshold: 6, batch: 900 })
  const views = new Set(inOne.joined.map(({ view }) => view))
  expect([...views].sort()).toEqual(['cropped', 'mirrored', 'whole'])
  for (const batch of [60, 257]) {
    expect(perceptualGroups(coarse, sureOf, { threshold: 6, batch })).toEqual(inOne)
  }
})

test('every member is within the threshold of its leader, so that no chain joins what is unlike', () => {
  // Each differs from the one before by 4 bits, all at places of their own.
  const n = 16
  const width = VIEWS * COARSE
  const coarse = Uint32Array.from(
    { length: n * width },
    (_, i) => Math.imul(i + 1, 2654435761) >>> 0,
  )
  for (let i = 0; i < n; i++) {
    coarse[i * width] = 0
    coarse[i * width + 1] = 0
    for (let bit = 0; bit < 4 * i; bit++)
      coarse[i * width + (bit >>> 5)]! |= (1 << (bit & 31)) >>> 0
  }
  const { joined } = perceptualGroups(coarse, () => ZERO, { threshold: 6 })
  const whole = joined.filter(({ view }) => view === 'whole')
  expect(whole.map(({ member, leader }) => [member, leader])).toEqual(
    [1, 3, 5, 7, 9, 11, 13, 15].map((member) => [member, member - 1]),
  )
})

test('pictures whose short hash is the same by chance are told apart by the long one', () => {
  const { coarse } = tableOf([printOf(waves(1)), printOf(waves(1))])
  const far = [ZERO, { ...ZERO, fine: new Uint32Array(VIEWS * FINE).fill(0xffffffff) }]
  const { joined } = perceptualGroups(coarse, (i) => far[i] as typeof ZERO, { threshold: 6 })
  expect(joined).toEqual([])
})

test('work grows with the pictures, also where many are copies of one', async () => {
  const same = (n: number) => {
    const one = Uint32Array.from({ length: VIEWS * COARSE }, (_, i) => Math.imul(i + 1, 40503))
    const coarse = new Uint32Array(n * VIEWS * COARSE)
    for (let i = 0; i < n; i++) coarse.set(one, i * VIEWS * COARSE)
    return perceptualGroups(coarse, () => ZERO, { threshold: 6 })
  }
  expect(same(1000).joined.length).toBe(999)
  expect(await growth(same, { from: 4000, times: 4, atMost: 8 })).toBeLessThan(8)
})

/** The picture in a colour: grey becomes its brightness. */
function tinted({ data, width, height }: Rgb, [r, g, b]: readonly [number, number, number]): Rgb {
  const out = Uint8Array.from(data)
  const luma = 0.299 * r + 0.587 * g + 0.114 * b
  for (let i = 0; i < out.length; i++) {
    const channel = [r, g, b][i % 3] as number
    out[i] = Math.max(0, Math.min(255, Math.round((data[i] as number) * 0.5 + channel - luma + 64)))
  }
  return { data: out, width, height }
}

test('copies in another colour are said to be so, or are none, as was asked', () => {
  const [red, blue] = [
    [150, 60, 60],
    [60, 90, 170],
  ] as const
  const prints = [
    tinted(waves(1), red),
    tinted(waves(1), blue),
    tinted(waves(1, 64), blue),
    tinted(waves(1, 64), red),
  ].map(printOf)
  const { coarse, sureOf } = tableOf(prints)
  const any = perceptualGroups(coarse, sureOf, { threshold: 6 }).joined
  expect(
    any.map(({ member, leader, colour }) => [member, leader, colour > COLOUR_DIFFERS]),
  ).toEqual([
    [1, 0, true],
    [2, 0, true],
    [3, 0, false],
  ])
  const same = perceptualGroups(coarse, sureOf, { threshold: 6, colours: 'same' }).joined
  expect(same.map(({ member, leader }) => [member, leader])).toEqual([
    [2, 1],
    [3, 0],
  ])
})

test('how far colours are is how far they move on average', () => {
  const grey = { data: new Uint8Array(300).fill(90), width: 10, height: 10 }
  const half = { ...grey, data: grey.data.slice() }
  // Pure red has Cb 84.97 and Cr 255.5 of 128; half of the pixels move by 42.97 and 127 levels.
  for (let i = 0; i < 150; i += 3) half.data.set([255, 0, 0], i)
  const distance = colourDistance(colourOf(grey), colourOf(half))
  expect(distance).toBeGreaterThan(0.5 * 126)
  expect(distance).toBeLessThan(0.5 * Math.hypot(43, 128))
  expect(
    colourDistance(colourOf(grey), colourOf({ ...grey, data: grey.data.map(() => 200) })),
  ).toBe(0)
})
