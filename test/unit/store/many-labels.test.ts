/** What is read in parts is read to its end, also while it is written from. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createCorpus, openCorpus } from '../../../src/main/store/open.ts'
import type { Corpus } from '../../../src/main/store/open.ts'
import { freezeLabels, goldLabels } from '../../../src/main/store/repositories/gold-labels.ts'
import {
  mergeLabelEvents,
  saveLabelEvents,
} from '../../../src/main/store/repositories/label-files.ts'
import { putLabelEvent } from '../../../src/main/store/repositories/labels.ts'
import { eachInSet } from '../../../src/main/store/repositories/span-sets.ts'
import { transaction } from '../../../src/main/store/statements.ts'
import { fillCorpus } from '../../support/synthetic.ts'
import { labeled, placeOf } from './label-support.ts'

/** More than two parts of any of them. */
const PAIRS = 2100
const ids = Array.from({ length: PAIRS }, (_, i) => i + 1)
let folder: string
let corpus: Corpus
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gleaner-many-labels-'))
  corpus = made('a.gleaner')
  transaction(corpus.writer, () => {
    for (const pairId of ids) {
      putLabelEvent(corpus.writer, {
        annotator: 'anna',
        review: false,
        pairId,
        state: labeled(pairId % 3 === 0 ? [] : [placeOf(corpus.writer, pairId, 'before', 0, 3)]),
        seconds: 1,
        software: 'test',
      })
    }
  })
})
afterAll(() => {
  corpus.close()
  rmSync(folder, { recursive: true, force: true })
})

function made(name: string): Corpus {
  createCorpus(join(folder, name))
  const made = openCorpus(join(folder, name))
  fillCorpus(made, { pairs: PAIRS })
  return made
}

test('what holds of thousands of pairs is told of each of them, and frozen', () => {
  expect([...goldLabels(corpus.reader)].map(({ pairId }) => pairId)).toEqual(ids)
  const set = freezeLabels(corpus.writer, { title: 'Labels', software: 'test' })
  expect(set).toMatchObject({ pairs: PAIRS, described: PAIRS - PAIRS / 3 })
  expect([...eachInSet(corpus.reader, set.id)].map(({ pairId }) => pairId)).toEqual(ids)
})

test('thousands of events go out and come in, each of them', async () => {
  const file = join(folder, 'labels.jsonl')
  expect(await saveLabelEvents(corpus.reader, file)).toEqual({ events: PAIRS })
  const other = made('b.gleaner')
  expect(await mergeLabelEvents(other.writer, [file])).toEqual({
    added: PAIRS,
    known: 0,
    refused: [],
  })
  expect([...goldLabels(other.reader)]).toEqual([...goldLabels(corpus.reader)])
  other.close()
})
