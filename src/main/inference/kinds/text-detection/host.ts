import { defineHostKind, type HostTools } from '../host-kind.ts'
import type { TextPixels } from '../../pictures/text-pixels.ts'
import { normaliseRows } from '../vectors.ts'
import { coveredShare } from './covered-share.ts'
import { cutLine } from './cut-line.ts'
import { textBoxes } from './db-boxes.ts'
import type { TextDetectionManifest } from './manifest.ts'
import { inReadingOrder } from './reading-order.ts'
import { corners, type Point, type Rectangle } from './rectangle.ts'
import { openTextSession, type TextSession } from './session.ts'
import type { FoundLine, PictureText, TextCalls } from './types.ts'

/** Pictures that are prepared at once, the one at work included. */
const AHEAD = 3

export const textDetectionHost = defineHostKind<TextDetectionManifest, TextSession, TextCalls>({
  kind: 'text-detection',
  load: openTextSession,
  calls: {
    async texts(session, { pictures }, tools) {
      const { picture: recipe } = session.manifest.detector
      const prepared: ReturnType<HostTools['prepareText']>[] = []
      const results: (PictureText | { reason: string })[] = []
      for (let i = 0; i < pictures.length; i++) {
        while (prepared.length < Math.min(pictures.length, i + AHEAD)) {
          const source = pictures[prepared.length] as (typeof pictures)[number]
          prepared.push(tools.prepareText(source, recipe, session.read !== null))
        }
        const picture = await (prepared[i] as (typeof prepared)[number])
        // A prepared picture takes tens of megabytes.
        prepared[i] = Promise.resolve({ reason: '' })
        results.push(
          'reason' in picture ? picture : await tools.alone(() => findText(session, picture)),
        )
      }
      return { value: { results } }
    },
  },
  async probe(session) {
    const plan = { width: 128, height: 96, inner: { left: 0, top: 0, width: 128, height: 96 } }
    const { size } = session.manifest.detector.picture
    if (size.mode === 'pad') Object.assign(plan, { width: size.width, height: size.height })
    const area = plan.width * plan.height
    const pixels = Float32Array.from({ length: 3 * area }, (_, i) =>
      Math.sin((i % plan.width) * 0.31 + Math.floor(i / plan.width) * 0.07),
    )
    await session.map({ plan, pixels })
    const start = performance.now()
    const map = await session.map({ plan, pixels })
    const seconds = (performance.now() - start) / 1000
    // A plain picture gives zeros, which have no direction.
    const vectors = map.map((value) => value + 0.01)
    normaliseRows(vectors, area)
    return { vectors, dim: area, seconds }
  },
})

/** Finds the lines of a prepared picture, and reads them where the model does. */
async function findText(session: TextSession, picture: TextPixels): Promise<PictureText> {
  const { plan, width, height } = picture
  const map = await session.map(picture)
  const { boxes, passedOver } = textBoxes(map, plan.width, plan.height, session.manifest.boxes)
  const lines: FoundLine[] = []
  const polygons: Point[][] = []
  for (const { rectangle, score } of inReadingOrder(boxes)) {
    const corner = corners(rectangle).map((point) => inPicture(point, picture))
    polygons.push(corner)
    const read = await readWithin(session, picture, rectangle)
    lines.push({
      corners: corner.flatMap(([x, y]) => [clip(x, width), clip(y, height)]),
      score: round(score, 4),
      text: read?.text ?? null,
      confidence: read ? round(read.confidence, 4) : null,
    })
  }
  return { width, height, share: coveredShare(polygons, width, height), lines, passedOver }
}

async function readWithin(
  session: TextSession,
  picture: TextPixels,
  rectangle: Rectangle,
): Promise<{ text: string; confidence: number } | null> {
  if (!session.read || !picture.copy) return null
  const { copy, plan } = picture
  return session.read(cutLine(copy, scaled(rectangle, plan.inner, copy)))
}

/** A point of the map as one of the picture. Pixel i of the map covers i to i + 1. */
function inPicture([x, y]: Point, { plan: { inner }, width, height }: TextPixels): Point {
  return [
    ((x + 0.5 - inner.left) * width) / inner.width,
    ((y + 0.5 - inner.top) * height) / inner.height,
  ]
}

/** A rectangle of the map in pixels of a copy; its sides are rounded differently by a pixel or two. */
function scaled(
  { x, y, width, height, u }: Rectangle,
  inner: TextPixels['plan']['inner'],
  copy: { width: number; height: number },
): Rectangle {
  const [sx, sy] = [copy.width / inner.width, copy.height / inner.height]
  const along: Point = [u[0] * sx, u[1] * sy]
  const length = Math.hypot(...along)
  return {
    x: (x + 0.5 - inner.left) * sx,
    y: (y + 0.5 - inner.top) * sy,
    width: width * length,
    height: height * Math.hypot(u[1] * sx, u[0] * sy),
    u: [along[0] / length, along[1] / length],
  }
}

const clip = (value: number, most: number): number => round(Math.min(most, Math.max(0, value)), 1)
const round = (value: number, digits: number): number => Number(value.toFixed(digits))
