/** How a picture is looked at; the two of a comparison share one. Pure. */
export interface Lens {
  /** Screen pixels (CSS) a pixel of the picture; null = as large as it goes, at most 1. */
  scale: number | null
  /** What of the picture stands in the middle of the mat, 0..1. */
  x: number
  y: number
}
export interface Size {
  width: number
  height: number
}

/** What a picture lies on. */
export interface Mat extends Size {
  /** How much a picture is enlarged at most to fill it; 1 = not at all, unless told otherwise. */
  enlarges?: number
}

export const FIT: Lens = { scale: null, x: 0.5, y: 0.5 }
const MOST = 16
const STEP = 1.25

/** Whole on the mat, and enlarged only as far as that allows. */
export function fitScale(mat: Mat, picture: Size): number {
  return Math.min(mat.enlarges ?? 1, mat.width / picture.width, mat.height / picture.height)
}

export function scaleOf(lens: Lens, mat: Mat, picture: Size): number {
  return lens.scale ?? fitScale(mat, picture)
}

/** Left and top of the picture on the mat. */
export function cornerOf(lens: Lens, mat: Mat, picture: Size): { left: number; top: number } {
  const scale = scaleOf(lens, mat, picture)
  return {
    left: mat.width / 2 - lens.x * picture.width * scale,
    top: mat.height / 2 - lens.y * picture.height * scale,
  }
}

/** The middle of what is seen, so that the mat shows no more ground than it must. */
function held(middle: number, seen: number): number {
  return seen >= 1 ? 0.5 : Math.min(1 - seen / 2, Math.max(seen / 2, middle))
}

function settle(lens: Lens, mat: Mat, picture: Size): Lens {
  const fit = fitScale(mat, picture)
  // What is enlarged to fill the mat can be seen pixel for pixel, too.
  const scale = Math.min(MOST, Math.max(Math.min(fit, 1), lens.scale ?? fit))
  if (scale === fit) return FIT
  return {
    scale,
    x: held(lens.x, mat.width / (picture.width * scale)),
    y: held(lens.y, mat.height / (picture.height * scale)),
  }
}

/** Another scale; what lies under `at` (on the mat, from its left top) stays there. */
export function zoomTo(
  lens: Lens,
  scale: number,
  mat: Mat,
  picture: Size,
  at: { x: number; y: number } = { x: mat.width / 2, y: mat.height / 2 },
): Lens {
  const before = scaleOf(lens, mat, picture)
  const after = Math.min(MOST, scale)
  const moved = (middle: number, offset: number, size: number): number =>
    middle + offset / (size * before) - offset / (size * after)
  return settle(
    {
      scale: after,
      x: moved(lens.x, at.x - mat.width / 2, picture.width),
      y: moved(lens.y, at.y - mat.height / 2, picture.height),
    },
    mat,
    picture,
  )
}

/** Steps of a quarter; `steps` < 0 makes smaller. Stops at 100 % on its way. */
export function zoomBy(
  lens: Lens,
  steps: number,
  mat: Mat,
  picture: Size,
  at?: { x: number; y: number },
): Lens {
  const before = scaleOf(lens, mat, picture)
  const after = before * STEP ** steps
  const crosses = (before < 0.999 && after > 1) || (before > 1.001 && after < 1)
  return zoomTo(lens, crosses ? 1 : after, mat, picture, at)
}

/** Whole, or pixel for pixel. */
export function toggleFull(lens: Lens, mat: Mat, picture: Size): Lens {
  return lens.scale === null ? zoomTo(lens, 1, mat, picture) : FIT
}

/** Drags the picture by CSS pixels. */
export function panBy(lens: Lens, dx: number, dy: number, mat: Mat, picture: Size): Lens {
  if (lens.scale === null) return lens
  return settle(
    {
      scale: lens.scale,
      x: lens.x - dx / (picture.width * lens.scale),
      y: lens.y - dy / (picture.height * lens.scale),
    },
    mat,
    picture,
  )
}
