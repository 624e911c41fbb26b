import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createCorpus, openCorpus } from '../../../../src/main/store/open.ts'
import type { Corpus } from '../../../../src/main/store/open.ts'
import { createReads } from '../../../../src/main/store/reads/reads.ts'
import { compileQuery } from '../../../../src/main/store/reads/compile-query.ts'
import { meaningIn } from '../../../../src/main/store/reads/score-ref.ts'
import { addArchive } from '../../../../src/main/store/repositories/archives.ts'
import { imageIds } from '../../../../src/main/store/repositories/images.ts'
import { insertPage } from '../../../../src/main/store/repositories/pages.ts'
import {
  createSpanSet,
  finishSpanSet,
  putSpans,
  useSpanSet,
  wholeSpanSet,
} from '../../../../src/main/store/repositories/span-sets.ts'
import { createTextIndexing } from '../../../../src/main/store/texts/index-texts.ts'
import { textIndexOf } from '../../../../src/main/store/texts/text-index.ts'
import type { TextIndex } from '../../../../src/main/store/texts/text-index.ts'
import { openTextsForWriting, textsFile } from '../../../../src/main/store/texts/texts-db.ts'
import { parseQuery } from '../../../../src/shared/query/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'gleaner-texts-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

type Texts = Partial<Record<'alt' | 'caption' | 'title' | 'before' | 'after' | 'page', string>>

function add(corpus: Corpus, rows: readonly Texts[]): void {
  const db = corpus.writer
  const archive = addArchive(db, {
    path: '/a.warc',
    bytes: 1,
    fingerprint: `${Math.random()}`,
    software: 'test',
  })
  const ids = imageIds(db)
  for (const [i, row] of rows.entries()) {
    insertPage(db, ids, {
      archiveId: archive.id,
      offset: i,
      recordId: null,
      recordType: 'response',
      url: 'https://a.example/',
      date: null,
      title: row.page ?? null,
      language: null,
      ogImage: null,
      charset: null,
      charsetSource: null,
      robots: null,
      keptHtml: null,
      pairs: [
        {
          position: 0,
          imageUrl: `https://a.example/${i}.png`,
          alternates: [],
          imageRule: 'src',
          alt: row.alt ?? null,
          title: row.title ?? null,
          caption: row.caption ?? null,
          captionRule: null,
          before: row.before ?? null,
          beforeDistance: null,
          after: row.after ?? null,
          afterDistance: null,
          declaredWidth: null,
          declaredHeight: null,
          tagStart: 0,
          tagEnd: 1,
        },
      ],
    })
  }
}

function made(name: string, rows: readonly Texts[]): Corpus {
  const path = join(folder, `${name}.gleaner`)
  createCorpus(path)
  const corpus = openCorpus(path)
  add(corpus, rows)
  return corpus
}

/** Puts in all, or so many batches. */
function index(corpus: Corpus, batches = Infinity): void {
  const texts = openTextsForWriting(corpus.path)
  try {
    const step = createTextIndexing(texts, corpus.reader, wholeSpanSet)
    for (let i = 0; i < batches && step().more; i++);
  } finally {
    texts.close()
  }
}

const NO_INDEX: TextIndex = {
  state: () => null,
  mayContain: () => null,
  withWords: () => null,
  withSpanWords: () => null,
  ranked: () => [],
}

function idsBy(corpus: Corpus, where: string, texts: TextIndex): number[] {
  const meaning = { ...meaningIn(corpus.reader, null), texts }
  const { from, where: sql, params } = compileQuery(parseQuery(where), meaning)
  return corpus.reader
    .prepare<unknown[], number>(`SELECT p.id FROM ${from} WHERE ${sql} ORDER BY p.id`)
    .pluck()
    .all(...params)
}
const found = (corpus: Corpus, where: string): number[] =>
  idsBy(corpus, where, textIndexOf(corpus.reader))
const slowly = (corpus: Corpus, where: string): number[] => idsBy(corpus, where, NO_INDEX)

const ROWS: Texts[] = [
  { alt: 'A red car', caption: 'Cars in the street' },
  { alt: 'the car is red', before: 'A small red, fast car.' },
  { caption: 'Café an der Straße', page: 'Harbour guide' },
  { alt: 'Cafe\u0301 noir', title: 'ΟΔΥΣΣΕΎΣ' },
  { alt: '猫の写真', caption: '東京タワーの夜' },
  { alt: 'แมวน่ารัก', after: 'ที่บ้าน' },
  { alt: '고양이가 잔다' },
  { alt: 'x\u00ady K \u212a İstanbul' },
  { alt: '葛\u{e0100}城 猫\u3099' },
  // Composed in the text, the mark of another script between the two when it is decomposed.
  { alt: 'ob\u00e9\u0e48' },
]

let corpus: Corpus
beforeAll(() => {
  corpus = made('rows', ROWS)
  index(corpus)
})
afterAll(() => corpus.close())

test.for([
  ['words:car', [1, 2]],
  ['words:"red car"', [1]],
  ['words:"red car"~1', [1, 2]],
  ['words:"fast red"~0', [2]],
  ['words.caption:car', []],
  ['words.caption:car*', [1]],
  ['words:CAFE', [3, 4]],
  ['words:café', [3, 4]],
  ['words:οδυσσευς', [4]],
  ['words:猫', [5, 9]],
  ['words:タワー', [5]],
  ['words:แมว', [6]],
  ['words:고양이*', [7]],
  ['words.page-title:harbour', [3]],
  ['-words:car', [3, 4, 5, 6, 7, 8, 9, 10]],
  ['words:car -words.caption:street', [2]],
  ['猫', [5, 9]],
  ['東京', [5]],
  ['แมว', [6]],
  ['caf', [3, 4]],
  ['words:葛城', [9]],
  ['obé', [10]],
] as const)('%s finds the pairs that hold it, by the index and without', ([where, ids]) => {
  expect(found(corpus, where)).toEqual(ids)
  expect(slowly(corpus, where)).toEqual(ids)
})

test('the index is asked where it can tell', () => {
  const texts = textIndexOf(corpus.reader)
  expect(texts.state()?.pairs).toBe(ROWS.length)
  expect(texts.mayContain('street', ['near'])).toEqual({ ids: [1], upTo: 10 })
  expect(texts.mayContain('猫', ['near'])).toEqual({ ids: [5, 9], upTo: 10 })
  expect(texts.withWords({ phrase: 'red car', prefix: false, near: null }, ['alt'])?.ids).toEqual([
    1,
  ])
})

// Letters that case, composition, marks and soft hyphens make alike, and scripts without spaces.
const LETTERS =
  'aAbBcCeEkKsSoO 0 9-_%\\*"\u00ad\u0301\u0308\u0323éÉẹ\u212aÅ\u212bİıßẞςσΣЙйが猫東京カ\u3099ｶﾞー葛\u{e0100}ก้นำที고ᄀ\u1161가הָ\0ﬁ½한'
const letter = fc.constantFrom(...[...LETTERS])
const word = fc.array(letter, { maxLength: 7 }).map((letters) => letters.join(''))
const text = fc.array(word, { maxLength: 5 }).map((words) => words.join(' '))

test('what filters find by the index is what they find without', () => {
  let n = 0
  const row = fc.record(
    { alt: text, caption: text, title: text, before: text, after: text, page: text },
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(
      fc.array(row, { minLength: 30, maxLength: 60 }),
      fc.array(word, { minLength: 15, maxLength: 15 }),
      fc.nat(60),
      (rows, words, rest) => {
        const some = made(
          `any-${n++}`,
          rows.slice(0, rows.length - Math.min(rest, rows.length - 1)),
        )
        try {
          index(some)
          add(some, rows.slice(rows.length - Math.min(rest, rows.length - 1)))
          const asked = words.concat(
            // Parts of what is there.
            rows
              .slice(0, 12)
              .flatMap(({ alt, before }) => [alt?.slice(1, 4) ?? '', (before ?? '').slice(0, 5)]),
          )
          for (const one of asked) {
            if (one.trim() === '') continue
            const value = `"${one.replace(/[\\"]/g, '\\$&')}"`
            for (const head of ['', 'text:', 'alt:', 'after:', 'words:', 'words.caption:']) {
              for (const tail of head.startsWith('words') ? ['', '~2'] : ['']) {
                const where = head + value + tail
                try {
                  parseQuery(where)
                } catch {
                  continue
                }
                expect([where, found(some, where)]).toEqual([where, slowly(some, where)])
                expect(found(some, `-${where}`)).toEqual(slowly(some, `-${where}`))
              }
            }
          }
        } finally {
          some.close()
        }
      },
    ),
    { numRuns: 5 },
  )
})

test('prefixes and words near each other are found as FTS5 and as the reader of words find them', () => {
  const some = made('near', [
    { alt: 'one two three four five' },
    { alt: 'three x x one' },
    { alt: 'three x x x one' },
    { alt: 'onerous threefold' },
    { alt: 'one one' },
    { caption: '東京 の 駅 前' },
  ])
  try {
    index(some)
    for (const where of [
      'words:"one three"~2',
      'words:"one one"~0',
      'words:one*',
      'words:"one thr*"',
      'words:"駅前 東京"~1',
      'words:"駅前 東京"~0',
    ])
      expect([where, found(some, where)]).toEqual([where, slowly(some, where)])
    expect(found(some, 'words:"one three"~2')).toEqual([1, 2])
    expect(found(some, 'words:"駅前 東京"~1')).toEqual([6])
    expect(found(some, 'words:"駅前 東京"~0')).toEqual([])
  } finally {
    some.close()
  }
})

test('the best match comes first, and what is not in the index comes last', () => {
  const some = made('ranked', [
    { after: 'a car stood there for a very long time, and nobody knew whose it was' },
    { alt: 'car' },
    { alt: 'a boat' },
  ])
  try {
    index(some)
    add(some, [{ alt: 'car car car' }])
    const reads = createReads(some.reader)
    const { selection, total } = reads.select({
      where: 'words:car',
      sort: 'match',
      score: null,
      seed: 0,
    })
    expect(total).toBe(3)
    expect(reads.page({ selection, offset: 0, limit: 9 }).map(({ id }) => id)).toEqual([2, 1, 4])
    index(some)
    const again = reads.select({ where: 'words:car', sort: 'match', score: null, seed: 0 })
    expect(reads.page({ selection: again.selection, offset: 0, limit: 1 })[0]?.id).toBe(4)
  } finally {
    some.close()
  }
})

test('spans are found by the set in use, also after another is used', () => {
  const some = made('spans', [{ before: 'A red car stands here.' }, { before: 'A red boat.' }])
  const put = (quotes: [number, string][]): number => {
    const set = createSpanSet(some.writer, {
      kind: 'alt',
      title: 'x',
      model: null,
      config: {},
      software: 'test',
    })
    putSpans(some.writer, {
      set: set.id,
      pairs: quotes.map(([pairId, quote]) => ({
        pairId,
        spans: [
          {
            place: { source: 'before', start: 2, end: 2 + quote.length, quote },
            kind: null,
            score: null,
          },
        ],
      })),
      nextPair: 2,
    })
    finishSpanSet(some.writer, { set: set.id })
    useSpanSet(some.writer, set.id)
    return set.id
  }
  try {
    put([
      [1, 'red car'],
      [2, 'red'],
    ])
    index(some)
    expect(found(some, 'words.span:red')).toEqual([1, 2])
    expect(found(some, 'words.span:car')).toEqual([1])
    expect(found(some, 'span:"red car"')).toEqual([1])
    put([[2, 'red boat']])
    expect(found(some, 'words.span:red')).toEqual([2])
    index(some)
    expect(found(some, 'words.span:red')).toEqual([2])
    expect(found(some, 'words.span:car')).toEqual([])
  } finally {
    some.close()
  }
})

test('a damaged index, one of another corpus and one that is ahead of its corpus change no answer', () => {
  const some = made('broken', [{ alt: 'a red car' }])
  const other = made('other', [{ alt: 'nothing' }, { alt: 'a boat' }])
  try {
    writeFileSync(
      textsFile(some.path),
      'no database at all, but as long as the head of one is wide',
    )
    expect(found(some, 'words:car')).toEqual([1])
    rmSync(textsFile(some.path))
    index(other)
    other.close()
    // The index of the other, put here.
    writeFileSync(textsFile(some.path), readFileSync(textsFile(other.path)))
    expect(textIndexOf(some.reader).state()).toBeNull()
    expect(found(some, 'words:car')).toEqual([1])
    index(some)
    expect(textIndexOf(some.reader).state()?.pairs).toBe(1)
    expect(found(some, 'words:boat')).toEqual([])
    expect(found(some, 'words:car')).toEqual([1])
  } finally {
    some.close()
  }
})
