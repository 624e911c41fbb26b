import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { DuplicateDecision, DuplicateKind } from '#shared/duplicates.ts'
import { parseQuery } from '#shared/query/index.ts'
import type { Corpus } from '../../../src/main/store/open.ts'
import { writeDuplicates } from '../../../src/main/store/open-duplicates.ts'
import { staleDuplicates } from '../../../src/main/store/reads/duplicate-terms.ts'
import { createReads } from '../../../src/main/store/reads/reads.ts'
import {
  putDecision,
  stepDecision,
} from '../../../src/main/store/repositories/duplicate-decisions.ts'
import { replaceGrouping } from '../../../src/main/store/repositories/duplicate-files.ts'
import { listPairs } from '../../../src/main/store/repositories/pairs.ts'
import { corpusOf } from './label-support.ts'

let folder: string
let corpus: Corpus
let reads: ReturnType<typeof createReads>

/** SHA-256 of picture n. */
const sha = (n: number): string => n.toString(16).padStart(64, '0')

/**
 * Pairs 1 to 8. Pictures 1 and 2 are the same bytes at two addresses, 3 and 4 look like them, 5 and 6
 * are the same, 7 is alone, 8 has none. 3 is the largest.
 */
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gleaner-duplicates-'))
  const pairs = [1, 2, 3, 4, 5, 6, 7, 8].map((n) => ({
    picture: `https://img.example/${n}.jpg`,
    alt: n === 5 ? '' : `picture ${n}`,
  }))
  corpus = corpusOf(join(folder, 'c.gleaner'), [{ url: 'https://one.example/', pairs }])
  const set = corpus.writer.prepare(
    `UPDATE images SET status = 'ok', sha256 = ?, mime = 'image/jpeg', width = ?, height = ?,
       bytes = ? WHERE url = ?`,
  )
  const pictures = [
    [1, 100, 5000],
    [1, 100, 5000],
    [3, 200, 9000],
    [4, 50, 900],
    [5, 80, 800],
    [5, 80, 800],
    [7, 90, 700],
  ] as const
  pictures.forEach(([name, side, bytes], i) =>
    set.run(sha(name), side, side, bytes, `https://img.example/${i + 1}.jpg`),
  )
  reads = createReads(corpus.reader)
})
afterEach(() => {
  corpus.close()
  rmSync(folder, { recursive: true, force: true })
})

function groupPerceptually(things = 5): void {
  const { db } = writeDuplicates(corpus.path)
  const member = (n: number, distance: number, view: 'cropped' | null) => ({
    ...{ sha256: sha(n), leader: sha(3), distance, view, colour: 2 * distance },
  })
  replaceGrouping(
    db,
    'perceptual',
    {
      ...{ uid: `u${things}`, madeAt: '2026-01-01T00:00:00Z', threshold: 6, by: null },
      colours: 'any',
      ...{ things, upTo: 8, leftOut: [{ reason: 'uniform', n: 1 }] },
    },
    { pictures: [member(3, 0, null), member(1, 2, null), member(4, 4, 'cropped')] },
  )
  db.close()
  reads.invalidate(['duplicates'])
}

const decide = (
  kind: DuplicateKind,
  decision: DuplicateDecision | null,
  ...ids: number[]
): { event: string; pairs: number } => {
  const of = { person: 'anna', software: 'test' }
  const done = putDecision(corpus.writer, {
    ...of,
    ...{ duplicates: kind, decision, ids: Int32Array.from(ids) },
  })
  reads.invalidate(['duplicates'])
  return done
}

/** By the arrays of the reading thread, and by SQL alone: both must say the same. */
function idsOf(where: string): number[] {
  const score = null
  const { selection } = reads.select({ where, sort: 'id', score, seed: 0 })
  const ids = reads.page({ selection, offset: 0, limit: 100 }).map(({ id }) => id)
  const bySql = listPairs(corpus.reader, { where, afterId: 0, limit: 100 }).map(({ id }) => id)
  expect(bySql).toEqual(ids)
  return ids
}

test('of exact duplicates one is given, and all that has none; without looking for them first', () => {
  expect(idsOf('duplicate:exact')).toEqual([1, 2, 5, 6])
  // 6 and not 5: it has an alt text.
  expect(idsOf('one:exact')).toEqual([1, 3, 4, 6, 7, 8])
  expect(idsOf('-one:exact')).toEqual([2, 5])
})

test('the one is chosen among what the rest of the filter keeps', () => {
  expect(idsOf('one:exact id>=2')).toEqual([2, 3, 4, 6, 7, 8])
  expect(idsOf('id>=2 -one:exact')).toEqual([5])
  // Within OR it is that of the whole corpus.
  expect(idsOf('one:exact OR id=2')).toEqual([1, 2, 3, 4, 6, 7, 8])
  groupPerceptually()
  expect(idsOf('one:perceptual width<200')).toEqual([1, 6, 7])
  expect(idsOf('one:exact one:perceptual')).toEqual([3, 6, 7, 8])
})

test('a kind that nobody looked for is an error that says what to do, not an empty answer', () => {
  expect(() => idsOf('one:perceptual')).toThrow('Nobody has looked for perceptual duplicates')
  expect(() => idsOf('one:*')).toThrow('one: picks one of each group')
  expect(reads.duplicateState().map(({ made }) => made === null)).toEqual([false, true, true, true])
})

test('groups are listed with a keeper and what decided, the best first', () => {
  groupPerceptually()
  const found = reads.duplicateGroups({
    ...{ kind: 'perceptual', where: '', score: null, only: 'all' },
    ...{ offset: 0, limit: 10, members: 3 },
  })
  expect({ total: found.total, pairs: found.pairs }).toEqual({ total: 2, pairs: 6 })
  const [first, second] = found.groups
  expect(first).toMatchObject({ id: 1, keeper: 3, size: 4, why: { rule: 'size', second: 1 } })
  expect(first?.members.map(({ pair, distance, view }) => [pair.id, distance, view])).toEqual([
    [3, 0, null],
    [1, 2, null],
    [2, 2, null],
  ])
  expect(second).toMatchObject({ id: 5, keeper: 6, why: { rule: 'alt', second: 5 } })
  const one = reads.duplicateGroup({ kind: 'perceptual', id: 4, score: null, members: 10 })
  expect(one?.members.at(-1)).toMatchObject({ view: 'cropped', distance: 4, bytes: 900 })
  expect(reads.duplicateGroup({ kind: 'perceptual', id: 7, score: null, members: 9 })).toBeNull()
})

test('what people keep, drop and tell apart decides, and can be taken back', () => {
  groupPerceptually()
  decide('perceptual', 'keep', 4)
  expect(idsOf('one:perceptual')).toEqual([4, 6, 7, 8])
  decide('perceptual', 'keep', 2)
  // The last one that was said to keep stands for the group, in every kind.
  expect(idsOf('one:perceptual')).toEqual([2, 6, 7, 8])
  expect(idsOf('one:exact')).toEqual([2, 3, 4, 6, 7, 8])
  decide('exact', 'drop', 5, 6, 7)
  expect(idsOf('one:perceptual')).toEqual([2, 8])
  expect(idsOf('decided:drop')).toEqual([5, 6, 7])
  const apart = decide('perceptual', 'apart', 4)
  expect(idsOf('one:perceptual')).toEqual([2, 4, 8])
  expect(idsOf('duplicate:perceptual')).toEqual([1, 2, 3, 5, 6])
  expect(idsOf('decided:*')).toEqual([2, 4, 5, 6, 7])
  const me = { person: 'anna', software: 'test' }
  expect(stepDecision(corpus.writer, 'undo', { ...me, person: 'ben' })).toBeNull()
  expect(stepDecision(corpus.writer, 'undo', me)).toEqual({ event: apart.event, pairs: 1 })
  expect(stepDecision(corpus.writer, 'undo', me)?.pairs).toBe(3)
  reads.invalidate(['duplicates'])
  expect(idsOf('one:perceptual')).toEqual([2, 6, 7, 8])
  expect(stepDecision(corpus.writer, 'redo', me)?.pairs).toBe(3)
  reads.invalidate(['duplicates'])
  expect(idsOf('one:perceptual')).toEqual([2, 8])
  expect(corpus.reader.prepare('SELECT count(*) AS n FROM duplicate_events').get()).toEqual({
    n: 7,
  })
})

test('two that are told apart are no duplicates any more', () => {
  decide('exact', 'apart', 1)
  expect(idsOf('duplicate:exact')).toEqual([5, 6])
  expect(idsOf('one:exact')).toEqual([1, 2, 3, 4, 6, 7, 8])
  decide('exact', null, 1)
  expect(idsOf('duplicate:exact')).toEqual([1, 2, 5, 6])
})

test('pictures that came after are counted, and new pairs of known pictures join at once', () => {
  groupPerceptually(4)
  const of = (kind: string) => reads.duplicateState().find((one) => one.kind === kind)
  expect(of('perceptual')).toMatchObject({
    ...{ groups: 2, members: 6, copies: 4, things: 5, waiting: 1 },
    leftOut: [{ reason: 'uniform', n: 1 }],
  })
  expect(of('exact')).toMatchObject({ groups: 2, members: 4, copies: 2, waiting: 0 })
  const told = (where: string) => staleDuplicates(corpus.reader, parseQuery(where))
  expect(told('one:perceptual width>1')).toContain('perceptual: 1 pictures came after')
  expect(told('duplicate:*')).toContain('perceptual: 1 pictures')
  expect(told('one:exact decided:drop')).toBeNull()
  corpus.writer
    .prepare(`UPDATE images SET status = 'ok', sha256 = ? WHERE url LIKE '%/8.jpg'`)
    .run(sha(4))
  reads.invalidate(['images'])
  expect(idsOf('one:perceptual')).toEqual([3, 6, 7])
})

test('only groups of which two pairs pass the filter are listed, open and decided ones apart', () => {
  groupPerceptually()
  const list = (where: string, only: 'all' | 'open' | 'decided') =>
    reads
      .duplicateGroups({
        ...{ kind: 'perceptual', where, score: null, only },
        ...{ offset: 0, limit: 10, members: 10 },
      })
      .groups.map(({ members }) => members.map(({ pair }) => pair.id))
  expect(list('id>=2', 'all')).toEqual([
    [3, 2, 4],
    [6, 5],
  ])
  expect(list('width<200 id<5', 'all')).toEqual([[1, 2, 4]])
  expect(list('id=4 OR id=5', 'all')).toEqual([])
  decide('perceptual', 'keep', 5)
  expect(list('', 'open')).toEqual([[3, 1, 2, 4]])
  expect(list('', 'decided')).toEqual([[6, 5]])
})
