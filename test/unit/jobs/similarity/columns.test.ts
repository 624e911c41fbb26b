import { expect, it } from 'vitest'
import type { RecognisedTable } from '#shared/contract/index.ts'
import { addedNames, columnsOf } from '../../../../src/main/jobs/similarity/columns.ts'

type Column = RecognisedTable['columns'][number]
const column = (name: string, role: Column['role'], type: Column['type'] = 'text'): Column => ({
  ...{ name, type, role, why: '', range: null, model: null },
})
const table = (columns: Column[]): RecognisedTable => ({
  ...{ path: '/t.csv', format: 'csv', layout: null, rows: null, bytes: 1, problems: [] },
  ...{ preview: [], embeddings: null, columns },
})

it('takes image and text by name before what an import would take', () => {
  const found = columnsOf(
    table([
      column('URL', 'url'),
      column('caption', 'alt'),
      column('Text', 'ignore'),
      column('image', 'path'),
      column('boxes', 'ignore', 'nested'),
    ]),
    {},
  )
  expect([found.read[found.image]?.name, found.read[found.text]?.name]).toEqual(['image', 'Text'])
  expect(found.dropped).toEqual(['boxes'])
})

it('falls back to what an import recognises, and takes what a person names', () => {
  const columns = [column('URL', 'url'), column('TEXT_EN', 'alt'), column('other', 'ignore')]
  const found = columnsOf(table(columns), {})
  expect([found.image, found.text]).toEqual([0, 1])
  expect(columnsOf(table(columns), { textColumn: 'other' }).text).toBe(2)
})

it('names the columns there are where none fits', () => {
  const columns = [column('a', 'ignore'), column('b', 'ignore')]
  expect(() => columnsOf(table(columns), {})).toThrow(/known to hold addresses or files/)
  expect(() => columnsOf(table(columns), { imageColumn: 'c' })).toThrow(/has no column c/)
  expect(() => columnsOf(table(columns), { imageColumn: 'a', textColumn: 'a' })).toThrow(/both/)
})

it('never names a new column like one that is there', () => {
  expect(addedNames(['image', 'text'], ['demo'])).toEqual({
    tokens: ['tokens'],
    scores: ['similarity'],
    problem: 'similarity_problem',
  })
  expect(addedNames(['Similarity', 'similarity_problem'], ['a/clip/'])).toEqual({
    tokens: ['tokens'],
    scores: ['similarity_clip'],
    problem: 'similarity_problem_2',
  })
  expect(addedNames([], ['x/clip', 'y/clip']).scores).toEqual([
    'similarity_clip',
    'similarity_clip_2',
  ])
})
