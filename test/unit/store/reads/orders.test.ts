import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { contract } from '#shared/contract/index.ts'
import type { PairSort, SortColumn } from '#shared/contract/index.ts'
import { TABLE_TEXT } from '#shared/domain.ts'
import type { Pair } from '#shared/domain.ts'
import { createCorpus, openCorpus } from '../../../../src/main/store/open.ts'
import type { Corpus } from '../../../../src/main/store/open.ts'
import { createReads } from '../../../../src/main/store/reads/reads.ts'
import type { Reads } from '../../../../src/main/store/reads/reads.ts'
import { listPairs } from '../../../../src/main/store/repositories/pairs.ts'
import { ensureColumn, putColumnValues } from '../../../../src/main/store/repositories/columns.ts'
import { fillCorpus } from '../../../support/synthetic.ts'

let folder: string
let corpus: Corpus
let reads: Reads
let all: Map<number, Pair>

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gleaner-orders-'))
  const path = join(folder, 'a.gleaner')
  createCorpus(path)
  corpus = openCorpus(path)
  fillCorpus(corpus, { pairs: 1500, scores: ['alt', 'caption'] })
  corpus.writer.exec(`UPDATE pairs SET alt = 'Äpfel im Garten' WHERE id = 7;
    UPDATE pairs SET alt = '"apple" tree' WHERE id = 8;
    UPDATE pairs SET alt = 'Zebra' WHERE id = 9;
    UPDATE pairs SET alt = ' … ' WHERE id = 10;
    UPDATE pairs SET alt = 'ångström' WHERE id = 11;
    UPDATE pairs SET caption = '${'long 👍 '.repeat(900)}' WHERE id = 12`)
  reads = createReads(corpus.reader)
  all = new Map(
    listPairs(corpus.reader, { where: '', afterId: 0, limit: 5000 }).map((pair) => [pair.id, pair]),
  )
})
afterAll(() => {
  corpus.close()
  rmSync(folder, { recursive: true, force: true })
})

function sorted(sort: PairSort, where = ''): Pair[] {
  const { selection, total } = reads.select({ where, sort, score: null, seed: 0 })
  const rows = reads.page({ selection, offset: 0, limit: 5000 })
  expect(rows).toHaveLength(total)
  return rows.map(({ id }) => all.get(id) as Pair)
}

/** As a person would put them: by the rules of the language, signs and case aside. */
const collator = new Intl.Collator('en', { sensitivity: 'base', ignorePunctuation: true })
const words = (text: string | null): string | null =>
  /[\p{L}\p{N}]/u.test(text ?? '') ? text : null

const VALUES: Partial<Record<SortColumn, (pair: Pair) => string | number | null>> = {
  alt: ({ text }) => words(text.alt),
  caption: ({ text }) => words(text.caption),
  title: ({ text }) => words(text.title),
  before: ({ text }) => words(text.before),
  after: ({ text }) => words(text.after),
  size: ({ image: { width, height } }) => (width && height ? width * height : null),
  width: ({ image }) => image.width,
  height: ({ image }) => image.height,
  // The synthetic pictures weigh a byte a pixel.
  bytes: ({ image: { width, height } }) => (width && height ? width * height : null),
  lang: ({ page }) => page.language,
  archive: ({ page }) => page.archive,
  id: ({ id }) => id,
}
/** Compared sign by sign. */
const CODES: Partial<Record<SortColumn, (pair: Pair) => string | null>> = {
  host: ({ page }) => new URL(page.url).host,
  page: ({ page }) => page.url,
  url: ({ image }) => image.url,
  date: ({ page }) => page.date,
  mime: ({ image }) => image.mime,
  status: ({ image }) => image.status,
}

function compare(a: string | number, b: string | number): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  return collator.compare(String(a), String(b))
}

describe('sorted by a column', () => {
  test.each(Object.entries(VALUES))('%s, both ways, what has none last', (column, valueOf) => {
    for (const [way, sign] of [
      ['asc', 1],
      ['desc', -1],
    ] as const) {
      const values = sorted(`${column as SortColumn}-${way}`).map(valueOf)
      const known = values.filter((value) => value !== null)
      expect(known.length).toBeGreaterThan(0)
      // All that have a value stand before the rest.
      expect(values.slice(known.length).every((value) => value === null)).toBe(true)
      for (let i = 1; i < known.length; i++) {
        expect(
          sign * compare(known[i - 1] as string, known[i] as string),
          `${known[i - 1]} | ${known[i]}`,
        ).toBeLessThanOrEqual(0)
      }
    }
  })

  test.each(Object.entries(CODES))('%s, sign by sign', (column, valueOf) => {
    const values = sorted(`${column as SortColumn}-asc`).map(valueOf)
    const known = values.filter((value) => value !== null)
    expect(values.slice(0, known.length)).toEqual(known)
    expect(known).toEqual([...known].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)))
  })

  test('letters with accents stand beside those without, signs and case aside', () => {
    const alts = sorted('alt-asc', 'id:7..11').map(({ text }) => text.alt)
    expect(alts).toEqual(['ångström', 'Äpfel im Garten', '"apple" tree', 'Zebra', ' … '])
  })

  test('within a filter, every pair of it once', () => {
    const kept = sorted('caption-desc', 'caption:lake OR -caption:*').map(({ id }) => id)
    expect(new Set(kept).size).toBe(kept.length)
    const expected = [...all.values()].filter(
      ({ text }) => (text.caption ?? '').trim() === '' || text.caption?.includes('lake'),
    )
    expect([...kept].sort((a, b) => a - b)).toEqual(expected.map(({ id }) => id))
  })

  test('by another score than the one that a filter means', () => {
    const { selection } = reads.select({
      where: 'score>=0.25',
      sort: 'score-desc',
      score: { model: 'test/clip', text: 'alt' },
      by: { model: 'test/clip', text: 'caption' },
      seed: 0,
    })
    const rows = reads.page({ selection, offset: 0, limit: 5000 })
    const of = (id: number, text: string): number | null =>
      all.get(id)?.scores.find((score) => score.text === text)?.cosine ?? null
    expect(rows.every(({ id }) => (of(id, 'alt') ?? 0) >= 0.25)).toBe(true)
    const captions = rows.map(({ id }) => of(id, 'caption'))
    const known = captions.filter((value) => value !== null)
    expect(captions.slice(0, known.length)).toEqual([...known].sort((a, b) => b - a))
  })

  test('by a number of an imported table, what has none last', () => {
    const given = new Map([
      [4, 0.98],
      [900, -3],
      [17, 0.02],
      [18, 0.02],
    ])
    putColumnValues(corpus.writer, {
      column: ensureColumn(corpus.writer, 'punsafe'),
      values: [...given].map(([pairId, value]) => ({ pairId, value })),
    })
    reads.invalidate(['pairs'])
    const by = { column: 'PUNSAFE' }
    const ids = (sort: 'column-asc' | 'column-desc'): number[] => {
      const { selection } = reads.select({ where: '', sort, score: null, by, seed: 0 })
      return reads.page({ selection, offset: 0, limit: 6 }).map(({ id }) => id)
    }
    expect(ids('column-asc')).toEqual([900, 17, 18, 4, 1, 2])
    expect(ids('column-desc')).toEqual([4, 18, 17, 900, 1, 2])
    expect(reads.tableColumns().numbers).toEqual(['punsafe'])
    const { selection } = reads.select({ where: 'id:17', sort: 'id', score: null, seed: 0 })
    expect(reads.tablePage({ selection, offset: 0, limit: 1 })[0]?.columns).toEqual([
      { name: 'punsafe', value: 0.02 },
    ])
    expect(() =>
      reads.select({ where: '', sort: 'column-asc', score: null, by: { column: 'no' }, seed: 0 }),
    ).toThrow(/no imported column "no"|imported column/)
  })

  test('follows what changes', () => {
    const before = sorted('bytes-desc')[0]?.id as number
    const image = corpus.reader
      .prepare<[number], number>('SELECT image_id FROM pairs WHERE id = ?')
      .pluck()
      .get(before) as number
    corpus.writer.prepare('UPDATE images SET bytes = 0 WHERE id = ?').run(image)
    reads.invalidate(['images'])
    expect(sorted('bytes-asc')[0]?.id).toBe(
      corpus.reader
        .prepare<[number], number>('SELECT min(id) FROM pairs WHERE image_id = ?')
        .pluck()
        .get(image),
    )
  })
})

test('a row of the table has what the pair has, its texts cut where they are very long', () => {
  const { selection, hasPictures } = reads.select({ where: '', sort: 'id', score: null, seed: 0 })
  expect(hasPictures).toBe(true)
  const rows = reads.tablePage({ selection, offset: 0, limit: 200 })
  contract['pairs.tablePage'].output.parse(rows)
  for (const row of rows) {
    const pair = all.get(row.id) as Pair
    const { host, ...page } = row.page
    expect(host).toBe(new URL(pair.page.url).host)
    expect(pair.page).toMatchObject(page)
    expect(row.scores).toMatchObject(pair.scores)
    for (const [source, text] of Object.entries(row.texts)) {
      const whole = pair.text[source as keyof Pair['text']]
      if (whole === null) expect(text).toBeNull()
      else expect(whole.startsWith(text ?? '-')).toBe(true)
    }
  }
  const long = rows.find(({ id }) => id === 12)?.texts.caption ?? ''
  expect(long.length).toBeGreaterThan(TABLE_TEXT - 2)
  expect(long.isWellFormed()).toBe(true)
})

test('a corpus without the bytes of any picture says so', () => {
  const path = join(folder, 'words.gleaner')
  createCorpus(path)
  const words = openCorpus(path)
  fillCorpus(words, { pairs: 20 })
  words.writer.exec("UPDATE images SET status = 'pending', sha256 = NULL")
  const answer = createReads(words.reader).select({ where: '', sort: 'id', score: null, seed: 0 })
  expect(answer).toMatchObject({ total: 20, hasPictures: false })
  words.writer.exec(`UPDATE pairs SET caption = '', title = NULL;
    UPDATE images SET width = NULL, bytes = NULL; UPDATE pages SET language = NULL`)
  const { filled } = createReads(words.reader).tableColumns()
  expect(filled).toEqual(expect.arrayContaining(['id', 'alt', 'before', 'host', 'url', 'status']))
  for (const none of ['caption', 'title', 'span', 'width', 'bytes', 'lang', 'error'] as const) {
    expect(filled).not.toContain(none)
  }
  words.close()
})
