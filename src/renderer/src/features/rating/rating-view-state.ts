import { computed, ref, shallowRef } from 'vue'
import { keep, recall } from '../../bridge/persist.ts'
import { FIT, panBy, scaleOf, toggleFull, zoomBy, type Lens, type Size } from '../../ui/lens.ts'

/** How pictures are looked at: zoom and place, the same for both of a comparison. */
export function createView() {
  const lens = shallowRef<Lens>(FIT)
  /** Of the pictures of the study, which all have one. */
  const picture = shallowRef<Size>({ width: 1, height: 1 })
  /** Of what a picture lies on; in a comparison both are equal. */
  const mat = shallowRef<Size>({ width: 1, height: 1 })
  /** Another picture is shown as this one was. */
  const keepsZoom = ref(recall(null, 'rating-keeps-zoom', false))
  const anchors = ref(recall(null, 'rating-anchors', false))

  return {
    lens,
    picture,
    mat,
    keepsZoom,
    anchors,
    scale: computed(() => scaleOf(lens.value, mat.value, picture.value)),
    moved(): void {
      if (!keepsZoom.value) lens.value = FIT
    },
    toggleFull(): void {
      lens.value = toggleFull(lens.value, mat.value, picture.value)
    },
    zoom(steps: number, place?: { x: number; y: number }): void {
      lens.value = zoomBy(lens.value, steps, mat.value, picture.value, place)
    },
    pan(dx: number, dy: number): void {
      lens.value = panBy(lens.value, dx, dy, mat.value, picture.value)
    },
    setKeepsZoom(on: boolean): void {
      keepsZoom.value = on
      keep(null, 'rating-keeps-zoom', on)
    },
    setAnchors(on: boolean): void {
      anchors.value = on
      keep(null, 'rating-anchors', on)
    },
  }
}

export type RatingLook = ReturnType<typeof createView>
