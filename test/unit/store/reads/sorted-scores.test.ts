import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { createReads } from '../../../../src/main/store/reads/reads.ts'
import { scoreArrays } from '../../../../src/main/store/reads/sorted-scores.ts'
import type { SortedScores } from '../../../../src/main/store/reads/sorted-scores.ts'
import { createCorpus, openCorpus } from '../../../../src/main/store/open.ts'
import type { Corpus, ReaderDb } from '../../../../src/main/store/open.ts'
import type { ScoreKind } from '../../../../src/main/store/repositories/models.ts'
import { transaction } from '../../../../src/main/store/statements.ts'
import { fillCorpus } from '../../../support/synthetic.ts'

/** Four blocks of pairs and a bit. */
const PAIRS = 17_000
const KIND: ScoreKind = { modelId: 1, text: 'alt', key: 'alt' }
let folder: string
let corpus: Corpus

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gleaner-sorted-'))
  const path = join(folder, 'a.gleaner')
  createCorpus(path)
  corpus = openCorpus(path)
  // Scores of captions only, so that the model is there and other scores lie around.
  fillCorpus(corpus, { pairs: PAIRS, scores: ['caption'] })
})
afterEach(() => {
  corpus.writer.exec(`DELETE FROM scores WHERE text_source <> 'caption'`)
})
afterAll(() => {
  corpus.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Writes or overwrites. */
function write(scores: readonly (readonly [pair: number, cosine: number])[], key = 'alt'): void {
  const put = corpus.writer.prepare(
    'INSERT OR REPLACE INTO scores (model_id, text_source, pair_id, cosine) VALUES (1, ?, ?, ?)',
  )
  transaction(corpus.writer, () => {
    for (const [pair, cosine] of scores) put.run(key, pair, cosine)
  })
}

/** What there is, read and sorted by SQLite. */
function fresh(key = 'alt'): SortedScores {
  const rows = corpus.reader
    .prepare<[string], { id: number; cosine: number }>(
      'SELECT pair_id AS id, cosine FROM scores WHERE model_id = 1 AND text_source = ? ORDER BY cosine, pair_id',
    )
    .all(key)
  const values = Float32Array.from(rows, ({ cosine }) => cosine)
  return {
    values,
    ids: Int32Array.from(rows, ({ id }) => id),
    sum: values.reduce((sum, value) => sum + value, 0),
  }
}

/** A connection that counts the rows of scores that are fetched. */
function counting(db: ReaderDb): { db: ReaderDb; rows(): number } {
  let rows = 0
  const prepare = (sql: string): unknown => {
    const made = db.prepare(sql)
    if (!sql.startsWith('SELECT pair_id, cosine')) return made
    const all = made.all.bind(made)
    made.all = (...args: unknown[]) => {
      const found = all(...args)
      rows += found.length
      return found
    }
    return made
  }
  return { db: { prepare } as unknown as ReaderDb, rows: () => rows }
}

const cosine = fc.oneof(
  fc.double({ min: -1, max: 1, noNaN: true }).map(Math.fround),
  // Equal ones, both zeros.
  fc.constantFrom(0.25, 0, -0, -0.5),
)
const pair = fc.integer({ min: 1, max: PAIRS })
const step = fc.oneof(
  fc.record({
    kind: fc.constant('write' as const),
    scores: fc.array(fc.tuple(pair, cosine), { minLength: 1, maxLength: 40 }),
  }),
  fc.record({ kind: fc.constant('remove' as const), from: pair, to: pair }),
  fc.record({ kind: fc.constant('swap' as const), a: pair, b: pair }),
  fc.record({ kind: fc.constant('nothing' as const) }),
)

test('merging what is new gives what a fresh read gives, whatever was added, overwritten or removed', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      corpus.writer.exec(`DELETE FROM scores WHERE text_source = 'alt'`)
      const arrays = scoreArrays(corpus.reader, 2)
      let version = 0
      for (const one of steps) {
        if (one.kind === 'write') write(one.scores)
        if (one.kind === 'remove') {
          corpus.writer
            .prepare(`DELETE FROM scores WHERE text_source = 'alt' AND pair_id BETWEEN ? AND ?`)
            .run(one.from, one.to)
        }
        if (one.kind === 'swap') {
          const read = corpus.writer
            .prepare<[number], number>(
              `SELECT cosine FROM scores WHERE text_source = 'alt' AND pair_id = ?`,
            )
            .pluck()
          const [a, b] = [read.get(one.a), read.get(one.b)]
          if (a !== undefined && b !== undefined) {
            write([
              [one.a, b],
              [one.b, a],
            ])
          }
        }
        expect(arrays.get(KIND, ++version)).toEqual(fresh())
      }
    }),
    { numRuns: 60 },
  )
})

test('scores that change places within a block are seen, though count and sum stay', () => {
  write([
    [5, 0.25],
    [6, 0.75],
  ])
  const arrays = scoreArrays(corpus.reader, 2)
  expect([...arrays.get(KIND, 1).ids]).toEqual([5, 6])
  write([
    [5, 0.75],
    [6, 0.25],
  ])
  expect([...arrays.get(KIND, 2).ids]).toEqual([6, 5])
})

test('a look reads the rows of blocks that changed only, and none without a new version', () => {
  write(Array.from({ length: 16_000 }, (_, i) => [i + 1, Math.fround(Math.sin(i))] as const))
  const { db, rows } = counting(corpus.reader)
  const arrays = scoreArrays(db, 2)
  arrays.get(KIND, 1)
  expect(rows()).toBe(16_000)

  write([[16_001, 0.5]])
  expect(arrays.get(KIND, 1).ids).toHaveLength(16_000)
  expect(rows()).toBe(16_000)
  expect(arrays.get(KIND, 2)).toEqual(fresh())
  // The last block begins at 12,288.
  expect(rows() - 16_000).toBeGreaterThan(0)
  expect(rows() - 16_000).toBeLessThanOrEqual(4096)

  const before = rows()
  const same = arrays.get(KIND, 2)
  expect(arrays.get(KIND, 3)).toBe(same)
  expect(rows()).toBe(before)
})

test('kinds are kept apart, the ones asked for last', () => {
  const set = (n: number): ScoreKind => ({ modelId: 1, text: 'span', key: `span@${n}` })
  write([[1, 0.5]], 'span@1')
  write([[2, 0.25]], 'span@2')
  const arrays = scoreArrays(corpus.reader, 2)
  expect([...arrays.get(set(1), 1).ids]).toEqual([1])
  expect([...arrays.get(set(2), 1).ids]).toEqual([2])
  arrays.get(set(1), 1)
  arrays.get(KIND, 1)
  expect([set(1), set(2), KIND].map(arrays.holds)).toEqual([true, false, true])
})

test('while scores are added, histograms, filters and sources are those of a fresh look', () => {
  const reads = createReads(corpus.reader)
  const scope = { model: 'test/clip', text: 'alt' as const }
  const ask = (asked: ReturnType<typeof createReads>): unknown => [
    asked.histogram({ ...scope, where: '', bins: 20 }),
    asked.histogram({ ...scope, where: 'host:site7.example', bins: 20 }),
    asked.histogram({ ...scope, where: 'score.alt>=0.5', bins: 20 }),
    asked.countAbove({ ...scope, where: '', minCosine: 0.25 }),
    asked.select({ where: 'score.alt>=0', sort: 'score-desc', score: scope, seed: 0 }).total,
    asked.sources(),
  ]
  for (let round = 0; round < 5; round++) {
    // From the last pairs to the first: pictures may come in any order.
    const first = PAIRS - 3000 * (round + 1)
    write(
      Array.from(
        { length: 3000 },
        (_, i) => [first + i, Math.round(1024 * Math.sin(first + i)) / 1024] as const,
      ),
    )
    reads.invalidate(['scores'])
    expect(ask(reads)).toEqual(ask(createReads(corpus.reader)))
  }
})
