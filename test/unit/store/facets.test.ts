import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseQuery, printQuery } from '#shared/query/index.ts'
import { clickedFacet, facetChoice, withColumnBounds } from '#shared/query/facets.ts'
import type { Facet } from '#shared/query/facets.ts'
import { createCorpus, openCorpus } from '../../../src/main/store/open.ts'
import type { Corpus } from '../../../src/main/store/open.ts'
import { createReads } from '../../../src/main/store/reads/reads.ts'
import type { Reads } from '../../../src/main/store/reads/reads.ts'
import { beginAltKinds, putAltKinds } from '../../../src/main/store/repositories/alt-kinds.ts'
import {
  ensureColumn,
  putColumnValues,
  setBlur,
} from '../../../src/main/store/repositories/columns.ts'
import { setTextFinder } from '../../../src/main/store/repositories/picture-texts.ts'
import { putMarks } from '../../../src/main/store/repositories/marks.ts'
import { countPairs, listPairs } from '../../../src/main/store/repositories/pairs.ts'
import { fillCorpus } from '../../support/synthetic.ts'

const PAIRS = 2000
let folder: string
let corpus: Corpus
let reads: Reads

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gleaner-facets-'))
  const path = join(folder, 'facets.gleaner')
  createCorpus(path)
  corpus = openCorpus(path)
  fillCorpus(corpus, { pairs: PAIRS, scores: ['alt'] })
  const db = corpus.writer
  // Pictures of many sizes and states; every seventh is not there.
  db.exec(`UPDATE images SET width = (id * 37) % 1500 + 1, height = (id * 53) % 1400 + 1,
    status = CASE id % 7 WHEN 0 THEN 'missing' ELSE 'ok' END;
    UPDATE images SET width = NULL, height = NULL WHERE id % 7 = 0;
    UPDATE pages SET language = NULL WHERE id % 5 = 0`)
  const ids = Array.from({ length: PAIRS }, (_, i) => i + 1)
  const say = (person: string, fits: (id: number) => boolean, change: object) =>
    putMarks(db, { person, ids: Int32Array.from(ids.filter(fits)), change, software: 'test' })
  say('anna', (id) => id % 3 === 0, { mark: 'keep', addTags: ['logo'] })
  say('ben', (id) => id % 6 === 0, { mark: 'reject', addTags: ['street'] })
  beginAltKinds(db, {
    rules: [{ kind: 'machine', name: 'stock', explanation: 'Stock.' }],
    templates: [],
  })
  // Text was looked for in some pictures, and found in some of them.
  setTextFinder(db, 1)
  db.exec(`INSERT INTO picture_texts (model_id, sha256, share, n, words, lines)
    SELECT DISTINCT 1, sha256, 0.1, id % 2, '', '{}' FROM images
    WHERE status = 'ok' AND sha256 IS NOT NULL AND id % 3 = 0`)
  // The last hundred came later.
  const sorted = ids.slice(0, PAIRS - 100)
  putAltKinds(db, {
    ids: sorted,
    kinds: sorted.map((id) => (id % 4 === 0 ? 1 : 0)),
    rules: sorted.map((id) => (id % 4 === 0 ? 0 : -1)),
  })
  putColumnValues(db, {
    column: ensureColumn(db, 'punsafe'),
    values: ids.filter((id) => id % 10 !== 0).map((id) => ({ pairId: id, value: (id % 97) / 97 })),
  })
  putColumnValues(db, {
    column: ensureColumn(db, 'big number'),
    values: ids.map((id) => ({ pairId: id, value: 9_007_199_254_000_000 + (id % 11) })),
  })
  reads = createReads(corpus.reader)
})
afterAll(() => {
  corpus.close()
  rmSync(folder, { recursive: true, force: true })
})

const rows = (sql: string): Record<string, number> =>
  Object.fromEntries(
    corpus.reader
      .prepare<[], { value: string; n: number }>(sql)
      .all()
      .map(({ value, n }) => [value, n]),
  )
const count = (where: string, facet: Facet, limit = 1000): Record<string, number> =>
  Object.fromEntries(
    reads
      .countFacets({ where, score: null, limit, find: null })
      .facets.find((one) => one.facet === facet)
      ?.values.map(({ value, n }) => [value, n]) ?? [],
  )

const JOINED = `pairs p JOIN pages g ON g.id = p.page_id JOIN images i ON i.id = p.image_id
  JOIN archives a ON a.id = g.archive_id LEFT JOIN alt_kinds k ON k.pair_id = p.id`
const BY_SQL: Partial<Record<Facet, string>> = {
  host: 'g.host',
  lang: "ifnull(g.language, '')",
  status: 'i.status',
  archive: 'a.name',
  'alt-kind': "ifnull(k.kind, '')",
  side: `CASE WHEN i.width IS NULL THEN '' WHEN min(i.width, i.height) < 64 THEN '<64'
    WHEN min(i.width, i.height) < 128 THEN '64..127' WHEN min(i.width, i.height) < 256 THEN '128..255'
    WHEN min(i.width, i.height) < 512 THEN '256..511' WHEN min(i.width, i.height) < 1024 THEN '512..1023'
    ELSE '>=1024' END`,
  mark: `CASE WHEN p.id % 6 = 0 THEN 'disputed' WHEN p.id % 3 = 0 THEN 'keep' ELSE 'none' END`,
}

test.each(Object.entries(BY_SQL) as [Facet, string][])(
  'counts by %s are those of plain SQL, with and without a filter',
  (facet, value) => {
    const all = rows(`SELECT ${value} AS value, count(*) AS n FROM ${JOINED} GROUP BY 1`)
    expect(Object.keys(all).length).toBeGreaterThan(0)
    expect(count('', facet)).toEqual(all)
    const some = rows(
      `SELECT ${value} AS value, count(*) AS n FROM ${JOINED} WHERE p.position < 4 GROUP BY 1`,
    )
    expect(count('position<4', facet)).toEqual(some)
  },
)

test('a tag counts every pair that has it, and those without one', () => {
  expect(count('', 'tag')).toEqual({
    logo: Math.floor(PAIRS / 3),
    street: Math.floor(PAIRS / 6),
    '': PAIRS - Math.floor(PAIRS / 3),
  })
})

test('what a click writes keeps exactly the pairs that the count promised', () => {
  const facets = reads.countFacets({
    where: 'position<7',
    score: null,
    limit: 5,
    find: null,
  }).facets
  expect(facets.map(({ facet }) => facet)).toEqual([
    ...['mark', 'tag', 'status', 'side', 'text-in-image', 'alt-kind', 'alt-rule', 'lang'],
    ...['archive', 'host'],
  ])
  const query = parseQuery('position<7')
  const all = countPairs(corpus.reader, { where: 'position<7' })
  for (const { facet, values } of facets) {
    for (const { value, n } of values) {
      const included = printQuery(clickedFacet(query, facet, value, 'include'))
      expect(countPairs(corpus.reader, { where: included }), included).toBe(n)
      expect(reads.select({ where: included, sort: 'id', score: null, seed: 0 }).total).toBe(n)
      const excluded = printQuery(clickedFacet(query, facet, value, 'exclude'))
      expect(countPairs(corpus.reader, { where: excluded }), excluded).toBe(all - n)
    }
  }
})

test('a facet is counted without its own choice, the others within it', () => {
  const where = 'status:missing'
  expect(count(where, 'status')).toEqual(count('', 'status'))
  const sides = count(where, 'side')
  expect(Object.keys(sides)).toEqual([''])
})

test('clicks add alternatives of one facet, exclude, and take back', () => {
  const click = (where: string, facet: Facet, value: string, how: 'include' | 'exclude') =>
    printQuery(clickedFacet(parseQuery(where), facet, value, how))
  let where = click('boat', 'host', 'a.example', 'include')
  expect(where).toBe('boat host=a.example')
  where = click(where, 'host', 'b.example', 'include')
  expect(where).toBe('boat (host=a.example OR host=b.example)')
  where = click(where, 'mark', 'reject', 'exclude')
  expect(where).toBe('boat (host=a.example OR host=b.example) -mark:reject')
  expect(facetChoice(parseQuery(where), 'host').included).toEqual(['a.example', 'b.example'])
  // From one to the other in a single click.
  where = click(where, 'host', 'a.example', 'exclude')
  expect(where).toBe('boat -mark:reject host=b.example -host=a.example')
  where = click(where, 'host', 'b.example', 'include')
  where = click(where, 'host', 'a.example', 'exclude')
  expect(where).toBe('boat -mark:reject')
  expect(click('', 'lang', '', 'include')).toBe('-lang:*')
  expect(click('', 'lang', '', 'exclude')).toBe('lang:*')
  expect(click('-lang:*', 'lang', '', 'include')).toBe('')
  expect(click('', 'side', '256..511', 'include')).toBe('side:256..511')
  expect(click('side:256..511', 'side', '>=1024', 'include')).toBe('side:256..511 OR side>=1024')
})

test('long lists are cut, and found in', () => {
  const { facets } = reads.countFacets({ where: '', score: null, limit: 3, find: null })
  const hosts = facets.find(({ facet }) => facet === 'host')
  expect(hosts).toMatchObject({ more: 47 })
  expect(hosts?.values).toHaveLength(3)
  const found = reads.countFacets({
    where: '',
    score: null,
    limit: 100,
    find: { facet: 'host', text: 'SITE4' },
  }).facets
  expect(
    found
      .find(({ facet }) => facet === 'host')
      ?.values.map(({ value }) => value)
      .sort(),
  ).toEqual(
    ['4', '40', '41', '42', '43', '44', '45', '46', '47', '48', '49'].map(
      (n) => `site${n}.example`,
    ),
  )
})

test('counts follow marks and kinds that change', () => {
  const before = count('', 'mark')
  const event = putMarks(corpus.writer, {
    person: 'carla',
    ids: Int32Array.of(1, 2),
    change: { mark: 'unsure' },
    software: 'test',
  })
  expect(event.pairs).toBe(2)
  reads.invalidate(['marks'])
  expect(count('', 'mark')).toEqual({ ...before, none: (before.none ?? 0) - 2, unsure: 2 })
  expect(count('mark:unsure', 'alt-kind')).toEqual({ words: 2 })
})

test('numbers of a column are compared, ranged and sorted as JavaScript does it', () => {
  const values = new Map(
    Array.from({ length: PAIRS }, (_, i) => i + 1)
      .filter((id) => id % 10 !== 0)
      .map((id) => [id, (id % 97) / 97]),
  )
  const expected = (fits: (value: number) => boolean): number[] =>
    [...values].flatMap(([id, value]) => (fits(value) ? id : []))
  const cases: [string, (value: number) => boolean][] = [
    ['punsafe<0.1', (value) => value < 0.1],
    ['PUNSAFE>=0.5', (value) => value >= 0.5],
    ['punsafe:0.25..0.75', (value) => value >= 0.25 && value <= 0.75],
    ['punsafe=0', (value) => value === 0],
    ['punsafe!=0', (value) => value !== 0],
    ['punsafe:*', () => true],
  ]
  for (const [where, fits] of cases) {
    const ids = expected(fits)
    expect(
      listPairs(corpus.reader, { where, afterId: 0, limit: 5000 }).map(({ id }) => id),
    ).toEqual(ids)
    expect([...reads.markTargets({ target: { where, score: null } })], where).toEqual(ids)
  }
  // Beyond single precision: 11 values that differ by one.
  expect(
    reads.select({
      where: 'column["big number"]<9007199254000003',
      sort: 'id',
      score: null,
      seed: 0,
    }).total,
  ).toBe(Array.from({ length: PAIRS }, (_, i) => (i + 1) % 11).filter((rest) => rest < 3).length)
  expect(() => reads.select({ where: 'punsave<1', sort: 'id', score: null, seed: 0 })).toThrow(
    'there is no field and no imported column "punsave", did you mean punsafe?',
  )
})

test('pairs are sorted by a column in both directions, those without a number last', () => {
  const order = (sort: 'column-asc' | 'column-desc') => {
    const { selection } = reads.select({
      where: 'id<=40',
      sort,
      score: null,
      by: { column: 'punsafe' },
      seed: 0,
    })
    return reads.page({ selection, offset: 0, limit: 40 }).map(({ id }) => id)
  }
  const ids = Array.from({ length: 40 }, (_, i) => i + 1)
  const without = ids.filter((id) => id % 10 === 0)
  const ascending = ids.filter((id) => id % 10 !== 0)
  expect(order('column-asc')).toEqual([...ascending, ...without])
  expect(order('column-desc')).toEqual([...ascending.toReversed(), ...without])
})

test('a column is binned within the filter, without its own bounds', () => {
  const where = printQuery(
    withColumnBounds(parseQuery('mark:keep'), 'punsafe', { from: 0.5, to: null }),
  )
  expect(where).toBe('mark:keep punsafe:0.5..')
  const { columns } = reads.countFacets({ where, score: null, limit: 5, find: null })
  const punsafe = columns.find(({ name }) => name === 'punsafe')
  const kept = Array.from({ length: PAIRS }, (_, i) => i + 1).filter(
    (id) => id % 3 === 0 && id % 6 !== 0 && id % 10 !== 0,
  )
  expect(punsafe).toMatchObject({ min: 0, max: 96 / 97, n: kept.length })
  const bins = new Array<number>(32).fill(0)
  for (const id of kept) bins[Math.min(31, Math.floor(((id % 97) / 96) * 32))]!++
  expect(punsafe?.bins).toEqual(bins)
})

test('pictures above the chosen number of a column are blurred, those without one are not', () => {
  expect(() => setBlur(corpus.writer, { column: 'nothing', above: 1 })).toThrow(
    'no imported column',
  )
  setBlur(corpus.writer, { column: 'punsafe', above: 0.9 })
  const { selection } = reads.select({ where: 'id<=200', sort: 'id', score: null, seed: 0 })
  const blurred = reads
    .page({ selection, offset: 0, limit: 200 })
    .filter((row) => row.blurred)
    .map(({ id }) => id)
  expect(blurred).toEqual(
    Array.from({ length: 200 }, (_, i) => i + 1).filter(
      (id) => id % 10 !== 0 && (id % 97) / 97 > 0.9,
    ),
  )
  expect(reads.get({ id: blurred[0] as number }).blurred).toBe(true)
  setBlur(corpus.writer, null)
  expect(reads.get({ id: blurred[0] as number }).blurred).toBe(false)
})
