import { computed, shallowRef, watch } from 'vue'
import {
  FIT,
  panBy,
  scaleOf,
  toggleFull,
  zoomBy,
  zoomTo,
  type Lens,
  type Mat,
  type Size,
} from './lens.ts'

/** A small picture fills its mat up to this. */
const ENLARGES = 2

/**
 * How one picture is looked at. @param picture names it; another one is seen whole again
 */
export function usePictureLens(picture: () => string | null) {
  const lens = shallowRef<Lens>(FIT)
  const mat = shallowRef<Mat>({ width: 1, height: 1, enlarges: ENLARGES })
  /** In its own pixels; null until it is there. */
  const size = shallowRef<Size | null>(null)
  watch(picture, () => {
    lens.value = FIT
    size.value = null
  })
  const change = (next: (size: Size) => Lens): void => {
    if (size.value) lens.value = next(size.value)
  }

  return {
    lens,
    mat,
    size,
    /** Pixels of the screen a pixel of the picture; null until it is there. */
    scale: computed(() => (size.value ? scaleOf(lens.value, mat.value, size.value) : null)),
    isWhole: computed(() => lens.value.scale === null),
    setMat: ({ width, height }: Size) => (mat.value = { width, height, enlarges: ENLARGES }),
    setSize: (picture: Size) => (size.value = picture),
    zoom: (steps: number, at?: { x: number; y: number }) =>
      change((picture) => zoomBy(lens.value, steps, mat.value, picture, at)),
    pan: (dx: number, dy: number) =>
      change((picture) => panBy(lens.value, dx, dy, mat.value, picture)),
    toggle: () => change((picture) => toggleFull(lens.value, mat.value, picture)),
    fit: () => (lens.value = FIT),
    full: () => change((picture) => zoomTo(lens.value, 1, mat.value, picture)),
  }
}

export type PictureLens = ReturnType<typeof usePictureLens>
