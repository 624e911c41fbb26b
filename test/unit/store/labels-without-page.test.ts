import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  mergeLabelEvents,
  saveLabelEvents,
} from '../../../src/main/store/repositories/label-files.ts'
import { freezeLabels } from '../../../src/main/store/repositories/gold-labels.ts'
import { labelState, putLabelEvent } from '../../../src/main/store/repositories/labels.ts'
import { spansOf } from '../../../src/main/store/repositories/span-sets.ts'
import { findAltSpans } from '../../../src/main/labeling/find-alt-spans.ts'
import { contextOf } from '../../../src/main/store/repositories/span-sets.ts'
import type { Corpus } from '../../../src/main/store/open.ts'
import { corpusOf, labeled, placeOf } from './label-support.ts'

/** As tables of pairs are: an address and a text, which is read as an alt. */
const ROWS = [{ pairs: [{ alt: 'Photo: a grey cat asleep' }, { alt: 'A dog', before: 'A walk.' }] }]
const anna = { annotator: 'anna', review: false }

let folder: string
const open: Corpus[] = []
const corpus = (name: string): Corpus => {
  const made = corpusOf(join(folder, `${name}.gleaner`), ROWS)
  open.push(made)
  return made
}
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'gleaner-rows-'))))
afterEach(() => {
  for (const one of open.splice(0)) one.close()
  rmSync(folder, { recursive: true, force: true })
})

function label(db: Corpus['writer'], pairId: number, state: ReturnType<typeof labeled>): void {
  putLabelEvent(db, { ...anna, pairId, state, seconds: null, software: 'test' })
}

test('a pair without page text is labeled in its alt, the label is frozen, and goes to another machine', async () => {
  const here = corpus('here')
  const there = corpus('there')
  const place = placeOf(here.reader, 1, 'alt', 7, 24)
  expect(place.quote).toBe('a grey cat asleep')
  label(here.writer, 1, labeled([place]))
  expect(labelState(here.reader, { ...anna, pairId: 1 }).spans).toEqual([place])

  const { id } = freezeLabels(here.writer, { title: 'Labels', software: 'test' })
  expect(spansOf(here.reader, id, [1]).get(1)?.[0]?.place).toEqual({
    source: 'alt',
    start: 7,
    end: 24,
    quote: 'a grey cat asleep',
  })

  const file = join(folder, 'labels.jsonl')
  await saveLabelEvents(here.reader, file)
  expect(await mergeLabelEvents(there.writer, [file])).toMatchObject({ added: 1, refused: [] })
  expect(labelState(there.reader, { ...anna, pairId: 1 }).spans).toEqual([place])
})

test('where there is page text the alt is not what is marked', () => {
  const here = corpus('here')
  const place = placeOf(here.reader, 2, 'alt', 0, 5)
  expect(() => label(here.writer, 2, labeled([place]))).toThrow('has no text "alt"')
})

test('an alt is not found in itself', () => {
  const texts = contextOf(corpus('here').reader, 1)!
  expect(findAltSpans({ ...texts, alt: texts.alt ?? null })).toEqual([])
})
