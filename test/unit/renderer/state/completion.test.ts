import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, expect, test } from 'vitest'
import { useCompletion } from '../../../../src/renderer/src/state/completion.ts'

beforeEach(() => setActivePinia(createPinia()))

test('a field and the text of a score are offered with what they mean, a value as it is', async () => {
  const { items, update } = useCompletion()
  const offered = async (text: string): Promise<[string, string][]> => {
    await update(text, text.length)
    return items.value.map(({ label, hint }) => [label, hint])
  }
  expect(await offered('alt:x -wi')).toEqual([['width', 'width of the picture in pixels']])
  expect(await offered('score.ca')).toEqual([['caption', 'cosine of the caption']])
  expect(await offered('status:p')).toEqual([['pending', '']])
})
