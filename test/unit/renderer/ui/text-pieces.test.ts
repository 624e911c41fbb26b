import { expect, it } from 'vitest'
import { textPieces } from '../../../../src/renderer/src/ui/text-pieces.ts'

it('parts a text at the words that were found and where reading ends', () => {
  const text = '🐕 a brown dog runs'
  // Code points: the dog is one of them.
  const pieces = textPieces(text, { start: 4, end: 13 }, 10)
  expect(pieces).toEqual([
    { text: '🐕 a ', marked: false, unread: false },
    { text: 'brown ', marked: true, unread: false },
    { text: 'dog', marked: true, unread: true },
    { text: ' runs', marked: false, unread: true },
  ])
  expect(pieces.map((one) => one.text).join('')).toBe(text)
})

it('leaves a text whole where nothing is marked and all is read', () => {
  expect(textPieces('a dog', null, null)).toEqual([{ text: 'a dog', marked: false, unread: false }])
  expect(textPieces('', null, 0)).toEqual([])
})
