import { createPinia, setActivePinia } from 'pinia'
import { nextTick, ref } from 'vue'
import { beforeEach, expect, test } from 'vitest'
import { usePictureLens } from '../../../../src/renderer/src/ui/use-picture-lens.ts'

beforeEach(() => setActivePinia(createPinia()))

function lensOn(mat: [number, number], picture: [number, number]) {
  const shown = ref<string | null>('a')
  const lens = usePictureLens(() => shown.value)
  lens.setMat({ width: mat[0], height: mat[1] })
  lens.size.value = { width: picture[0], height: picture[1] }
  return { shown, lens }
}

test('a large picture is whole at first and seen pixel for pixel by one key', () => {
  const { lens } = lensOn([1000, 500], [4000, 1000])
  expect([lens.scale.value, lens.isWhole.value]).toEqual([0.25, true])
  lens.toggle()
  expect([lens.scale.value, lens.isWhole.value]).toEqual([1, false])
  lens.toggle()
  expect(lens.scale.value).toBe(0.25)
})

test('a small picture is enlarged twice at most, and can be seen in its own size, too', () => {
  const { lens } = lensOn([1000, 500], [50, 40])
  expect(lens.scale.value).toBe(2)
  lens.full()
  expect([lens.scale.value, lens.isWhole.value]).toEqual([1, false])
  // Not smaller than that, and whole again on the way back.
  lens.zoom(-3)
  expect(lens.scale.value).toBe(1)
  lens.fit()
  expect(lens.isWhole.value).toBe(true)
})

test('it moves only as far as there is picture, and not at all while it is whole', () => {
  const { lens } = lensOn([400, 400], [800, 800])
  lens.pan(50, 50)
  expect(lens.isWhole.value).toBe(true)
  lens.full()
  lens.pan(-1000, 0)
  // The right edge of the picture lies at the right edge of the mat: 600 of 800 is in the middle.
  expect(lens.lens.value).toEqual({ scale: 1, x: 0.75, y: 0.5 })
})

test('another picture is seen whole', async () => {
  const { lens, shown } = lensOn([400, 400], [800, 800])
  lens.full()
  shown.value = 'b'
  await nextTick()
  expect([lens.isWhole.value, lens.scale.value]).toEqual([true, null])
})
