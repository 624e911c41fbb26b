import {
  FADE,
  OUTLINE,
  OUTLINED,
  OUTSIDE,
  pointSize,
  RIM,
  SELECTED,
  type Look,
  type MapDrawing,
} from './draw.ts'
import type { Points } from './points.ts'

type Colour = readonly [number, number, number]

/** A colour as the four bytes of a pixel in one number. */
const pixelOf = ([r, g, b]: Colour): number =>
  ((255 << 24) | (Math.round(b * 255) << 16) | (Math.round(g * 255) << 8) | Math.round(r * 255)) >>>
  0

const lineOf = (own: number, text: Colour): number =>
  pixelOf(
    text.map(
      (c, i) => c * OUTLINE + (((own >>> (8 * i)) & 255) / 255) * (1 - OUTLINE),
    ) as unknown as Colour,
  )

/** Half the width of a disc in each of its rows. */
function discOf(size: number): { rows: Int32Array; radius: number } {
  const radius = Math.max(0, Math.round(size / 2 - 0.25))
  const rows = Int32Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.floor(Math.sqrt(Math.max(0, (radius + 0.3) ** 2 - (i - radius) ** 2))),
  )
  return { rows, radius }
}

/**
 * The same picture without WebGL, as on machines without a graphics card that works: pixels of points
 * are written into an image, the shading is stretched below it.
 */
export function createPlainDrawing(canvas: HTMLCanvasElement): MapDrawing | null {
  const context = canvas.getContext('2d', { alpha: false })
  const layer = document.createElement('canvas')
  const over = layer.getContext('2d')
  const shadeCanvas = document.createElement('canvas')
  const shade = shadeCanvas.getContext('2d')
  if (!context || !over || !shade) return null
  let points: Points | null = null
  let states = new Uint8Array()
  let look: Look | null = null
  let colours = new Uint32Array(256)
  /** The line around a point of each colour. */
  let lines = new Uint32Array(256)
  let image: ImageData | null = null
  /** For each thickness: a colour as it shows through the shading. */
  let mixes: ((colour: number) => number)[] = []

  function shadeAgain(): void {
    if (!points || !look || points.view.cells === 0 || !shade) return
    const { cells } = points.view
    shadeCanvas.width = cells
    shadeCanvas.height = cells
    const pixels = shade.createImageData(cells, cells)
    const [r, g, b] = look.shade
    for (let i = 0; i < points.shading.length; i++) {
      pixels.data.set([r * 255, g * 255, b * 255, (points.shading[i] as number) * 0.85], 4 * i)
    }
    shade.putImageData(pixels, 0, 0)
  }

  function mixAgain({ shade: over, ground }: Look): void {
    mixes = Array.from({ length: 256 }, (_, code) => {
      const thick = code / 255
      const t = Math.min(1, Math.max(0, (thick - 0.2) / 0.5))
      const fade = FADE * t * t * (3 - 2 * t)
      const back = [0, 1, 2].map(
        (c) =>
          255 *
          ((ground[c] as number) + ((over[c] as number) - (ground[c] as number)) * thick * 0.85),
      )
      const mix = (colour: number, c: 0 | 1 | 2): number =>
        Math.round(((colour >>> (8 * c)) & 255) * (1 - fade) + (back[c] as number) * fade)
      return (colour) =>
        ((255 << 24) | (mix(colour, 2) << 16) | (mix(colour, 1) << 8) | mix(colour, 0)) >>> 0
    })
  }

  return {
    setPoints(next, nextStates) {
      points = next
      states = new Uint8Array(nextStates)
      shadeAgain()
    },
    setStates(next) {
      states = new Uint8Array(next)
    },
    setLook(next) {
      look = next
      colours = Uint32Array.from({ length: 256 }, (_, i) =>
        pixelOf(
          [0, 1, 2].map((c) => (next.palette[4 * i + c] as number) / 255) as unknown as Colour,
        ),
      )
      lines = colours.map((own) => lineOf(own, next.text))
      mixAgain(next)
      shadeAgain()
    },

    draw(camera, pane, ratio) {
      if (!look) return
      const { width, height } = canvas
      context.fillStyle = `rgb(${look.ground.map((c) => Math.round(c * 255)).join(' ')})`
      context.fillRect(0, 0, width, height)
      if (!points || width === 0 || height === 0) return
      const scale = camera.scale * ratio
      const [left, top, right, bottom] = points.box
      const x0 = (left - camera.x) * scale + width / 2
      const y0 = (top - camera.y) * scale + height / 2
      if (points.view.cells > 0) {
        context.imageSmoothingEnabled = true
        context.drawImage(shadeCanvas, x0, y0, (right - left) * scale, (bottom - top) * scale)
      }
      if (image?.width !== width || image.height !== height) {
        layer.width = width
        layer.height = height
        image = over.createImageData(width, height)
      }
      const pixels = new Uint32Array(image.data.buffer)
      pixels.fill(0)
      const zoom = camera.scale / Math.max(1, Math.min(pane.width, pane.height))
      const size = pointSize(points.n, zoom) * ratio
      const disc = discOf(size)
      const inner = size >= OUTLINED * ratio ? discOf(size - 2 * ratio) : null
      const ring = discOf(size + RIM * ratio)
      const [accent, ground] = [pixelOf(look.accent), look.ground]
      const outside = pixelOf(
        look.outside.map((c, i) => c * 0.5 + (ground[i] as number) * 0.5) as unknown as Colour,
      )
      const dx = ((right - left) * scale) / 65_535
      const dy = ((bottom - top) * scale) / 65_535
      const put = ({ rows, radius }: typeof disc, x: number, y: number, colour: number): void => {
        if (x < radius || y < radius || x >= width - radius || y >= height - radius) return
        for (let row = 0; row < rows.length; row++) {
          const half = rows[row] as number
          const at = (y + row - radius) * width + x
          for (let i = at - half; i <= at + half; i++) pixels[i] = colour
        }
      }
      const held = points
      const faded = (own: number, i: number): number => {
        if (held.view.cells === 0) return own
        const row = Math.min(held.view.cells - 1, ((held.y[i] as number) * held.view.cells) >>> 16)
        const column = ((held.x[i] as number) * held.view.cells) >>> 16
        return mixes[held.shading[row * held.view.cells + column] as number]?.(own) ?? own
      }
      for (let i = 0; i < points.n; i++) {
        const x = Math.round(x0 + (points.x[i] as number) * dx)
        const y = Math.round(y0 + (points.y[i] as number) * dy)
        const state = states[i]
        const own = colours[points.colours[i] as number] as number
        if (state === SELECTED) {
          put(ring, x, y, accent)
          if (size > 3 * ratio) put(disc, x, y, own)
        } else if (state === OUTSIDE) put(disc, x, y, outside)
        else {
          put(disc, x, y, inner ? (lines[points.colours[i] as number] as number) : faded(own, i))
          if (inner) put(inner, x, y, faded(own, i))
        }
      }
      over.putImageData(image, 0, 0)
      context.drawImage(layer, 0, 0)
    },

    free() {
      points = null
      image = null
    },
  }
}
