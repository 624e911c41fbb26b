/** Boxes, areas and decoded lines beside OpenCV, shapely and torch: tools/reference/text. */
import { readFileSync } from 'node:fs'
import { inflateSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { coveredShare } from '../../../../src/main/inference/kinds/text-detection/covered-share.ts'
import { decodeCtc, softmaxRows } from '../../../../src/main/inference/kinds/text-detection/ctc.ts'
import { textBoxes } from '../../../../src/main/inference/kinds/text-detection/db-boxes.ts'
import {
  corners,
  type Point,
} from '../../../../src/main/inference/kinds/text-detection/rectangle.ts'

const reference = JSON.parse(
  readFileSync(new URL('../../../fixtures/text/reference.json', import.meta.url), 'utf8'),
) as {
  rules: { threshold: number; boxThreshold: number; unclip: number; minSide: number }
  maps: {
    width: number
    height: number
    map: string
    boxes: { corners: Point[]; score: number }[]
  }[]
  unions: { width: number; height: number; polygons: Point[][]; share: number }[]
  ctc: { logits: string; classes: number; blank: number; path: number[]; confidence: number }[]
}
const rules = { ...reference.rules, most: 1000 }

const centre = (points: readonly Point[]): Point => [
  points.reduce((sum, [x]) => sum + x, 0) / points.length,
  points.reduce((sum, [, y]) => sum + y, 0) / points.length,
]
/** How far the corners of a box lie from the nearest corners of another. */
function apart(a: readonly Point[], b: readonly Point[]): number {
  return Math.max(
    ...a.map(([x, y]) => Math.min(...b.map(([bx, by]) => Math.hypot(x - bx, y - by)))),
  )
}
const mapOf = ({ map }: { map: string }): Float32Array =>
  Float32Array.from(inflateSync(Buffer.from(map, 'base64')), (value) => value / 255)

describe('boxes of a map', () => {
  test.each(reference.maps.map((one, i) => [i, one] as const))(
    'are those of OpenCV and shapely: map %i',
    (_, one) => {
      const { boxes } = textBoxes(mapOf(one), one.width, one.height, rules)
      expect(boxes).toHaveLength(one.boxes.length)
      for (const wanted of one.boxes) {
        const [mx, my] = centre(wanted.corners)
        const found = boxes
          .map((box) => ({ ...box, corners: corners(box.rectangle) }))
          .sort((a, b) => {
            const far = (points: readonly Point[]): number => {
              const [x, y] = centre(points)
              return Math.hypot(x - mx, y - my)
            }
            return far(a.corners) - far(b.corners)
          })[0]
        expect(apart(found?.corners ?? [], wanted.corners)).toBeLessThan(0.05)
        // OpenCV fills a polygon whose corners are cut to whole pixels: up to a pixel to the top left.
        expect(Math.abs((found?.score ?? 0) - wanted.score)).toBeLessThan(0.06)
      }
    },
  )

  test('has enough of them to compare', () => {
    expect(reference.maps.flatMap(({ boxes }) => boxes).length).toBeGreaterThanOrEqual(15)
  })
})

test.each(reference.unions.map((one, i) => [i, one] as const))(
  'the share that boxes cover is that of their union by shapely: %i',
  (_, { polygons, width, height, share }) => {
    expect(Math.abs(coveredShare(polygons, width, height) - share)).toBeLessThan(2e-4)
  },
)

test.each(reference.ctc.map((one, i) => [i, one] as const))(
  'best paths and confidences are those of torch: %i',
  (_, { logits, classes, blank, path, confidence }) => {
    const values = new Float32Array(new Uint8Array(Buffer.from(logits, 'base64')).buffer)
    const characters = Array.from({ length: classes - 1 }, (_, i) => String.fromCodePoint(97 + i))
    const read = decodeCtc(softmaxRows(values, classes), classes, characters, blank)
    const wanted = path.map((c) => characters[c > blank ? c - 1 : c]).join('')
    expect(read.text).toBe(wanted)
    expect(read.confidence).toBeCloseTo(confidence, 5)
  },
)
