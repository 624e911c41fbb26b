import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { contract } from '#shared/contract/index.ts'
import type { Pair } from '#shared/domain.ts'
import { parseQuery } from '#shared/query/index.ts'
import { argsort, floatKeys } from '../../../../src/main/store/reads/arrays.ts'
import { createCorpus, openCorpus } from '../../../../src/main/store/open.ts'
import type { Corpus } from '../../../../src/main/store/open.ts'
import { createReadService } from '../../../../src/main/store/reads/read-service.ts'
import type { ReadService } from '../../../../src/main/store/reads/read-service.ts'
import { createReads } from '../../../../src/main/store/reads/reads.ts'
import type { Reads } from '../../../../src/main/store/reads/reads.ts'
import { countPairs, listPairs, pairSource } from '../../../../src/main/store/repositories/pairs.ts'
import { corpusInfo } from '../../../../src/main/store/repositories/stats.ts'
import { compileWhere } from '../../../../src/main/store/reads/score-ref.ts'
import { linearPattern } from '../../../../src/main/store/reads/linear-pattern.ts'
import { fillCorpus } from '../../../support/synthetic.ts'
import { growth } from '../../../support/growth.ts'

const PAIRS = 3000
let folder: string
let corpus: Corpus
let reads: Reads
let all: Pair[]
const scope = { model: 'test/clip', text: 'alt' as const, where: '' }

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gleaner-reads-'))
  const path = join(folder, 'a.gleaner')
  createCorpus(path)
  corpus = openCorpus(path)
  fillCorpus(corpus, { pairs: PAIRS, scores: ['alt', 'caption'] })
  corpus.writer.exec(`UPDATE pairs SET alt = 'ÉTÉ à la plage 🏖️ 100%' WHERE id = 7`)
  corpus.writer.exec(`UPDATE pairs SET alt = 'under_score back\\slash' WHERE id = 8`)
  corpus.writer.exec(`UPDATE pairs SET alt = char(160) WHERE id = 9`)
  reads = createReads(corpus.reader)
  all = listPairs(corpus.reader, { where: '', afterId: 0, limit: 5000 })
})
afterAll(() => {
  corpus.close()
  rmSync(folder, { recursive: true, force: true })
})

const alt = (pair: Pair): number | null =>
  pair.scores.find((score) => score.text === 'alt')?.cosine ?? null
const idsWhere = (where: string): number[] =>
  listPairs(corpus.reader, { where, afterId: 0, limit: 5000 }).map((pair) => pair.id)
/** All ids of a selection, in its order. */
const idsOf = (selection: string): number[] =>
  reads.page({ selection, offset: 0, limit: 5000 }).map(({ id }) => id)
const idsIf = (test: (pair: Pair) => boolean): number[] => all.filter(test).map((pair) => pair.id)
const has = (text: string | null, word: string): boolean =>
  text !== null && text.toLowerCase().includes(word)

describe('a filter', () => {
  test.each<[string, (pair: Pair) => boolean]>([
    ['', () => true],
    [
      'harbour',
      ({ text: { alt, caption, title } }) => [alt, caption, title].some((t) => has(t, 'harbour')),
    ],
    ['alt:HARBOUR -alt:boat', ({ text }) => has(text.alt, 'harbour') && !has(text.alt, 'boat')],
    ['-alt:boat', ({ text }) => !has(text.alt, 'boat')],
    ['text:"red boat"', ({ text }) => Object.values(text).some((t) => has(t, 'red boat'))],
    ['alt:*', ({ text }) => (text.alt ?? '').trim() !== ''],
    ['alt:""', ({ text }) => text.alt === ''],
    ['-alt:* -alt:""', ({ text }) => text.alt === null || text.alt === '\u00a0'],
    ['alt:été', ({ id }) => id === 7],
    ['alt:100%', ({ id }) => id === 7],
    ['alt:"under_score back\\\\slash"', ({ id }) => id === 8],
    ['alt:/^red .* (boat|lake)$/', ({ text }) => /^red .* (boat|lake)$/.test(text.alt ?? '')],
    ['alt:/^RED\\s/i', ({ text }) => /^red\s/i.test(text.alt ?? '')],
    [
      'width>=1000 height<500',
      ({ image: { width, height } }) =>
        width !== null && height !== null && width >= 1000 && height < 500,
    ],
    ['width:100..200', ({ image: { width } }) => width !== null && width >= 100 && width <= 200],
    [
      '-width:100..200',
      ({ image: { width } }) => !(width !== null && width >= 100 && width <= 200),
    ],
    [
      'ratio>2',
      ({ image: { width, height } }) => width !== null && height !== null && width / height > 2,
    ],
    [
      'status:missing OR status:pending',
      ({ image }) => ['missing', 'pending'].includes(image.status),
    ],
    ['mime:png', ({ image }) => has(image.mime, 'png')],
    ['host:site3.example', ({ page }) => new URL(page.url).host === 'site3.example'],
    ['host:example date:2016-02', ({ page }) => (page.date ?? '').startsWith('2016-02')],
    ['lang:en', ({ page }) => page.language === 'en' || page.language === 'en-GB'],
    ['lang=en', ({ page }) => page.language === 'en'],
    ['date<=2016', ({ page }) => (page.date ?? '') < '2017'],
    ['date>2016', ({ page }) => (page.date ?? '') >= '2017'],
    [
      'date:2016..2017-03',
      ({ page }) => (page.date ?? '') >= '2016' && (page.date ?? '') < '2017-04',
    ],
    ['archive:crawl', () => true],
    ['-archive:crawl', () => false],
    ['url:"/12.jpg"', ({ image }) => image.url.includes('/12.jpg')],
    ['page:"/page/7"', ({ page }) => page.url.includes('/page/7')],
    ['id:5..9 OR id=20', ({ id }) => (id >= 5 && id <= 9) || id === 20],
    ['score[test/clip].alt>=0.28', (pair) => (alt(pair) ?? -1) >= 0.28],
    ['-score.alt>=0.28', (pair) => !((alt(pair) ?? -1) >= 0.28)],
    [
      'score.alt:0.2..0.25 lake',
      (pair) => {
        const s = alt(pair)
        const { alt: a, caption, title } = pair.text
        return (
          s !== null && s >= 0.2 && s <= 0.25 && [a, caption, title].some((t) => has(t, 'lake'))
        )
      },
    ],
    ['score.caption:*', (pair) => pair.scores.some(({ text }) => text === 'caption')],
  ])('%s keeps what it says', (where, keeps) => {
    const expected = idsIf(keeps)
    expect(idsWhere(where)).toEqual(expected)
    expect(countPairs(corpus.reader, { where })).toBe(expected.length)
    // The same through the arrays in memory.
    const { selection, total } = reads.select({ where, sort: 'id', score: null, seed: 0 })
    expect(total).toBe(expected.length)
    expect(idsOf(selection)).toEqual(expected)
  })

  test('text of the user never becomes SQL', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ minLength: 1 }),
          fc.constantFrom(`'; DROP TABLE pairs; --`, `" OR 1=1`, `%`, `_`, `\\`, '?', '@a', 'x\0y'),
        ),
        fc.constantFrom('alt', 'host', 'lang', 'archive', 'url', 'text', 'page' as const),
        (words, field) => {
          for (const query of [
            { kind: 'contains', field, words } as const,
            { kind: 'equals', field, value: words } as const,
            { kind: 'words', words } as const,
          ]) {
            const { where, params } = compileWhere(corpus.reader, query)
            // Whatever the words are, the statement is the same; they travel as values.
            const safe = /^[\x20-\x7e]*$/.test(words) ? 'abc' : 'äbc'
            const same =
              query.kind === 'equals' ? { ...query, value: safe } : { ...query, words: safe }
            if (query.kind === 'words' || (field !== 'url' && field !== 'page')) {
              expect(where).toBe(compileWhere(corpus.reader, same).where)
            } else {
              // Once for each spelling of an address.
              const term =
                /ifnull\(\w\.url (?:LIKE \? ESCAPE '\\'|= \?), 0\)|folded_contains\(\w\.url, \?\)/g
              expect(where.replaceAll(term, '').replaceAll(/ OR |[()]/g, '')).toBe('')
            }
            expect(params.length).toBeGreaterThan(0)
          }
        },
      ),
      { numRuns: 300 },
    )
    expect(idsWhere(`alt:"'; DROP TABLE pairs; --"`)).toEqual([])
    expect(all.length).toBe(PAIRS)
  })

  test('every query that can be read can be run', () => {
    const terms = [
      'alt:x',
      '-caption:*',
      'width>3',
      'score.alt<0.3',
      'date:2016..',
      'host:a',
      'text:/b+/i',
      'lang:de',
      'archive=x',
      'before:"y z"',
      'ratio:..2',
      'status:ok',
    ]
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...terms, 'OR x', 'NOT y', '(a OR b)'), {
          minLength: 1,
          maxLength: 8,
        }),
        (list) => {
          const where = 'z ' + list.join(' ')
          parseQuery(where)
          countPairs(corpus.reader, { where })
        },
      ),
      { numRuns: 100 },
    )
  })

  test('thousands of alternatives are not too deep for SQLite', () => {
    const where = Array.from({ length: 1500 }, (_, i) => `id=${2 * i + 1}`).join(' OR ')
    expect(countPairs(corpus.reader, { where })).toBe(1500)
  })

  test('a pattern that would backtrack for ever ends', async () => {
    const pattern = linearPattern('((a|aa)+)+$', true)
    const work = (n: number): void => {
      expect(pattern.test('a'.repeat(n) + 'b')).toBe(false)
    }
    expect(await growth(work, { from: 5000, times: 4, atMost: 10 })).toBeLessThan(10)
    expect(() => linearPattern('((a{1,100}){1,100}){1,100}', false)).toThrow(/too complex/)
  })

  test('says what is wrong with it and where', () => {
    expect(() => idsWhere('alt:x colour:red')).toThrow(/position 7.*no field/)
    expect(() => idsWhere('score>0.2')).toThrow(/which score/)
    expect(() => idsWhere('score[nobody].alt>0.2')).toThrow(/nobody/)
  })
})

describe('a selection', () => {
  const chosen = { model: 'test/clip', text: 'alt' as const }

  test('by score puts the best first and what has none last', () => {
    const { selection, total, corpusTotal } = reads.select({
      where: 'status:ok',
      sort: 'score-desc',
      score: chosen,
      seed: 0,
    })
    const ok = all.filter((pair) => pair.image.status === 'ok')
    expect(total).toBe(ok.length)
    expect(corpusTotal).toBe(PAIRS)
    const rows = reads.page({ selection, offset: 0, limit: 1000 })
    const scored = ok
      .map(alt)
      .filter((score): score is number => score !== null)
      .sort((a, b) => b - a)
    expect(rows.map((row) => row.cosine)).toEqual(scored.slice(0, 1000))
    const last = reads.page({ selection, offset: total - 5, limit: 100 })
    expect(last.map((row) => row.cosine)).toEqual([null, null, null, null, null])
    contract['pairs.page'].output.parse(rows)
  })

  test('by size orders by the area of the picture, unknown ones last', () => {
    const { selection, total } = reads.select({ where: '', sort: 'size-asc', score: null, seed: 0 })
    const areas = reads
      .page({ selection, offset: 0, limit: 1000 })
      .map((row) => (row.width ?? 0) * (row.height ?? 0))
    expect(areas).toEqual([...areas].sort((a, b) => a - b))
    expect(areas[0]).toBeGreaterThan(0)
    expect(reads.page({ selection, offset: total - 1, limit: 1 })[0]?.width).toBeNull()
  })

  test('at random is the same for the same seed and another for another', () => {
    const order = (seed: number): number[] => {
      const { selection } = reads.select({ where: '', sort: 'random', score: null, seed })
      return idsOf(selection)
    }
    expect(order(1)).toEqual(order(1))
    expect(order(1)).not.toEqual(order(2))
    expect([...order(3)].sort((a, b) => a - b)).toEqual(all.map((pair) => pair.id))
  })

  test('knows where a pair stands', () => {
    const { selection } = reads.select({ where: 'alt:lake', sort: 'random', score: null, seed: 4 })
    const ids = idsOf(selection)
    expect(reads.indexOf({ selection, id: ids[17] as number })).toEqual({ index: 17 })
    const other = all.find((pair) => !has(pair.text.alt, 'lake'))
    expect(reads.indexOf({ selection, id: other?.id ?? 0 })).toEqual({ index: null })
  })

  test('survives being dropped from memory', () => {
    const { selection } = reads.select({ where: 'id<=3', sort: 'id', score: null, seed: 0 })
    for (let seed = 0; seed < 20; seed++)
      reads.select({ where: '', sort: 'random', score: null, seed })
    expect(reads.page({ selection, offset: 0, limit: 10 }).map((row) => row.id)).toEqual([1, 2, 3])
    expect(() => reads.page({ selection: 'nonsense', offset: 0, limit: 1 })).toThrow(
      /no such selection/,
    )
  })

  test('shows the text that was asked for, else the first there is', () => {
    const { selection } = reads.select({
      where: '',
      sort: 'id',
      score: { model: 'test/clip', text: 'caption' },
      seed: 0,
    })
    for (const row of reads.page({ selection, offset: 0, limit: 300 })) {
      const { text } = all[row.id - 1] as Pair
      const filled = (value: string | null): boolean => (value ?? '').trim() !== ''
      const source = (['caption', 'alt', 'title', 'before', 'after'] as const).find((name) =>
        filled(text[name]),
      )
      expect(row.textSource).toBe(source)
      expect(row.text).toBe(source ? text[source] : null)
    }
  })
})

describe('scores', () => {
  const values = (where = ''): number[] => {
    const kept = new Set(idsWhere(where))
    return all
      .filter((pair) => kept.has(pair.id))
      .map(alt)
      .filter((score): score is number => score !== null)
      .sort((a, b) => a - b)
  }

  test('a histogram counts every score once, also within a filter', () => {
    for (const where of ['', 'alt:lake width>300']) {
      const sorted = values(where)
      const { counts, lo, hi, n, unscored, mean, median } = reads.histogram({
        ...scope,
        where,
        bins: 37,
      })
      expect(n).toBe(sorted.length)
      expect(counts.reduce((a, b) => a + b, 0)).toBe(n)
      expect([lo, hi]).toEqual([sorted[0], sorted.at(-1)])
      expect(unscored).toBe(idsWhere(where).length - n)
      expect(mean).toBeCloseTo(sorted.reduce((a, b) => a + b, 0) / n, 9)
      expect(median).toBeGreaterThan(lo)
      const width = (hi - lo) / 37
      expect(counts[5]).toBe(sorted.filter((v) => v >= lo + 5 * width && v < lo + 6 * width).length)
    }
  })

  test('what is at or above a line is counted exactly', () => {
    const sorted = values()
    for (const line of [-1, 0.2, sorted[100] as number, sorted.at(-1) as number, 1]) {
      expect(reads.countAbove({ ...scope, minCosine: line })).toEqual({
        kept: sorted.filter((value) => value >= line).length,
        total: sorted.length,
      })
    }
  })

  test('the line for a share keeps that share', () => {
    const total = values().length
    for (const share of [0, 0.01, 0.3, 1]) {
      const { cosine, kept } = reads.cutoffForShare({ ...scope, share })
      expect(kept).toBe(reads.countAbove({ ...scope, minCosine: cosine }).kept)
      expect(kept).toBe(Math.round(share * total))
    }
  })

  test('the pairs around a line are the nearest ones', () => {
    const sorted = values()
    const { above, below } = reads.around({ ...scope, cosine: 0.25, n: 5 })
    expect(above.map((row) => row.cosine)).toEqual(sorted.filter((v) => v >= 0.25).slice(0, 5))
    expect(below.map((row) => row.cosine)).toEqual(
      sorted
        .filter((v) => v < 0.25)
        .slice(-5)
        .reverse(),
    )
  })

  test('the pairs around a line show each picture once and count those on the way', () => {
    const rows = reads.around({ ...scope, cosine: 0.25, n: 100 })
    for (const [side, order] of [
      [rows.above, (a: Pair, b: Pair): number => alt(a)! - alt(b)! || a.id - b.id],
      [rows.below, (a: Pair, b: Pair): number => alt(b)! - alt(a)! || b.id - a.id],
    ] as const) {
      const walked = all
        .filter((pair) => alt(pair) !== null && alt(pair)! >= 0.25 === (side === rows.above))
        .sort(order)
      const wanted = new Map<string, { id: number; same: number }>()
      for (const { id, image } of walked) {
        const key = image.sha256 ?? image.url
        const known = wanted.get(key)
        if (known) known.same++
        else if (wanted.size === 100) break
        else wanted.set(key, { id, same: 1 })
      }
      expect(side.map(({ id, same }) => ({ id, same }))).toEqual([...wanted.values()])
      expect(side.some(({ same }) => same > 1)).toBe(true)
    }
  })

  test('a bin gives pairs of its own, spread over it', () => {
    const rows = reads.inBin({ ...scope, lo: 0.2, hi: 0.25, n: 7 })
    expect(rows).toHaveLength(7)
    for (const { cosine } of rows) {
      expect(cosine).toBeGreaterThanOrEqual(0.2)
      expect(cosine).toBeLessThan(0.25)
    }
  })

  test('a sample of what would be dropped lies below the line and is the same for a seed', () => {
    for (const method of ['random', 'stratified'] as const) {
      const ask = { ...scope, cosine: 0.25, n: 40, method, seed: 3 }
      const { sample, dropped } = reads.sampleDropped(ask)
      expect(dropped).toBe(values().filter((value) => value < 0.25).length)
      expect(new Set(sample.map((row) => row.id)).size).toBe(40)
      expect(sample.every((row) => (row.cosine ?? 1) < 0.25)).toBe(true)
      expect(reads.sampleDropped(ask).sample).toEqual(sample)
      expect(reads.sampleDropped({ ...ask, seed: 4 }).sample).not.toEqual(sample)
    }
    const { sample } = reads.sampleDropped({
      ...scope,
      cosine: 0.25,
      n: 40,
      method: 'stratified',
      seed: 1,
    })
    const low = Math.min(...values())
    const span = Math.max(...values().filter((value) => value < 0.25)) - low
    const tenths = new Set(
      sample.map((row) => Math.min(9, Math.floor((((row.cosine ?? 0) - low) / span) * 10))),
    )
    expect(tenths.size).toBe(10)
  })

  test('an order of floats is the order of numbers', () => {
    fc.assert(
      fc.property(fc.array(fc.float({ noNaN: true })), (numbers) => {
        const floats = Float32Array.from(numbers)
        const order = [...argsort(floatKeys(floats))].map((place) => floats[place] as number)
        const expected = [...floats].sort(
          (a, b) => a - b || (Object.is(a, -0) ? -1 : 0) - (Object.is(b, -0) ? -1 : 0),
        )
        expect(order).toEqual(expected)
      }),
    )
  })
})

describe('other reads', () => {
  test('a pair has everything that the contract promises', () => {
    const detail = reads.get({ id: 12 })
    expect(contract['pairs.get'].output.parse(detail)).toEqual(detail)
    expect(detail.page.archive).toBe('crawl.warc.gz')
    expect(() => reads.get({ id: 999_999 })).toThrow(/no pair 999999/)
    expect(pairSource(corpus.reader, 12)).toMatchObject({
      archivePath: '/synthetic/crawl.warc.gz',
      tagStart: 100,
    })
  })

  test('the statistics add up', () => {
    const stats = contract['corpora.stats'].output.parse(reads.stats())
    expect(stats.pairs).toBe(PAIRS)
    expect(stats.withAlt).toBe(idsIf(({ text }) => (text.alt ?? '').trim() !== '').length)
    expect(Object.values(stats.images).reduce((a, b) => a + b, 0)).toBe(
      new Set(all.map((pair) => pair.image.url)).size,
    )
    expect(stats.archives[0]).toMatchObject({ pages: 300, pairs: PAIRS, records: 600 })
    expect(stats.scores.map(({ text }) => text)).toEqual(['alt', 'caption'])
    expect(corpusInfo(corpus.reader, corpus.path, 'now')).toMatchObject({
      name: 'a',
      pairs: PAIRS,
      archives: 1,
    })
  })

  test('values of a field are suggested, most frequent first', () => {
    const hosts = reads.suggest({ field: 'host', prefix: 'SITE4' })
    expect(hosts.length).toBe(11)
    expect(hosts.every(({ value }) => value.startsWith('site4'))).toBe(true)
    const counts = reads.suggest({ field: 'status', prefix: '' }).map(({ n }) => n)
    expect(counts).toEqual([...counts].sort((a, b) => b - a))
    expect(reads.suggest({ field: 'alt', prefix: '' })).toEqual([])
  })
})

describe('the reading thread', () => {
  const worker = new URL('../../../../src/main/store/reads/query-worker.ts', import.meta.url)
  let service: ReadService
  beforeAll(() => {
    service = createReadService(corpus.path, worker)
  })
  afterAll(() => service.close())

  test('answers as the functions themselves do', async () => {
    const asked = {
      where: 'alt:lake',
      sort: 'score-desc',
      score: { model: 'test/clip', text: 'alt' },
      seed: 0,
    } as const
    const { selection, total } = await service.select(asked)
    const here = reads.select(asked)
    expect(total).toBe(here.total)
    expect(await service.page({ selection, offset: 0, limit: 20 })).toEqual(
      reads.page({ selection: here.selection, offset: 0, limit: 20 }),
    )
    expect(await service.histogram({ ...scope, bins: 20 })).toEqual(
      reads.histogram({ ...scope, bins: 20 }),
    )
    expect(await service.stats()).toEqual(reads.stats())
  })

  test('gives errors back as they were', async () => {
    await expect(
      service.select({ where: 'a OR', sort: 'id', score: null, seed: 0 }),
    ).rejects.toMatchObject({
      kind: 'invalid-input',
      hint: expect.stringContaining('query language') as string,
    })
  })

  test('sees new rows once it is told, and old selections keep theirs', async () => {
    const ask = { where: '', sort: 'id', score: null, seed: 0 } as const
    const before = await service.select(ask)
    const { n } = corpus.writer.prepare('SELECT max(id) AS n FROM pairs').get() as { n: number }
    corpus.writer.exec(
      `INSERT INTO pairs (page_id, position, image_id, image_rule, tag_start, tag_end) VALUES (1, 500, 1, 'src', 0, 0)`,
    )
    expect((await service.select(ask)).total).toBe(before.total)
    const counted = await service.stats()
    service.invalidate(['pairs'])
    expect((await service.select(ask)).total).toBe(before.total + 1)
    const [archive] = (await service.stats()).archives
    expect(archive?.pairs).toBe((counted.archives[0]?.pairs ?? 0) + 1)
    expect(await service.indexOf({ selection: before.selection, id: n + 1 })).toEqual({
      index: null,
    })
    corpus.writer.exec('DELETE FROM pairs WHERE position = 500')
    service.invalidate(['pairs'])
  })

  test('has every read, and says so when there is none of a name', async () => {
    const asked = service as unknown as Record<string, (args: object) => Promise<unknown>>
    for (const name of Object.keys(reads).filter((name) => name !== 'invalidate')) {
      const said = await asked[name]?.({}).catch((error: unknown) => error)
      expect(String(said), name).not.toContain('There is no read')
    }
    await expect(asked['nothing']?.({})).rejects.toThrow('There is no read nothing')
    expect(await Promise.resolve(service)).toBe(service)
  })

  test('a corpus that is gone is an error, not a hang', async () => {
    const lost = createReadService(join(folder, 'nothing.gleaner'), worker)
    await expect(lost.stats()).rejects.toMatchObject({ kind: 'not-found' })
    await lost.close()
    await expect(lost.stats()).rejects.toMatchObject({ kind: 'conflict' })
  })
})
