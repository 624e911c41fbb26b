import { expect, test } from 'vitest'
import { contextSources, fromSource, joinContext, toSource } from '#shared/text/context.ts'

const page = { before: 'A walk.', caption: null, after: 'The end.' }

test('the words of a page are read, and those of the tag are left to the attribute', () => {
  const context = joinContext({ ...page, alt: 'A cat', title: 'Cat' })
  expect(context.text).toBe('A walk.\nThe end.')
  expect(context.picture).toBe(7)
})

test('where a pair has no page text its alt and title are read', () => {
  const row = { before: null, caption: ' ', after: null, alt: 'A cat 😺 asleep', title: 'Cat' }
  const context = joinContext(row)
  expect(context.text).toBe('A cat 😺 asleep\nCat')
  expect(contextSources(row)).toEqual(['alt', 'title'])
  // Offsets in code points: the cat's face is one.
  const place = { source: 'alt', start: 8, end: 14 } as const
  expect(fromSource(context, place)).toEqual({ start: 8, end: 14 })
  expect(toSource(context, { start: 15, end: 18 })).toEqual({ source: 'title', start: 0, end: 3 })
  expect(context.picture).toBe(0)
})

test('without any words there is nothing to read', () => {
  expect(joinContext({ before: null, caption: null, after: null, alt: null }).text).toBe('')
})
