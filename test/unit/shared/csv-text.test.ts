import { expect, test } from 'vitest'
import { csvText } from '#shared/csv-text.ts'

test('a table as CSV quotes what it must and leaves out what is not there', () => {
  const text = csvText({
    head: ['epoch', 'loss, training', 'said "best"'],
    rows: [
      [1, 0.25, null],
      [2, 1e-7, 'two\nlines'],
    ],
  })
  expect(text).toBe('epoch,"loss, training","said ""best"""\n1,0.25,\n2,1e-7,"two\nlines"\n')
})
