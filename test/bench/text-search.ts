/**
 * The index of texts over 1,000,000 made-up pairs: how long it takes to build and how large it is, and
 * what filters take by it and without it, in one run. Words are drawn by Zipf's law from 50,000 made-up
 * ones, as in a language; a tenth of the pairs is Japanese. Every answer of the two is compared.
 *
 *     node test/bench/text-search.ts [PAIRS] [FOLDER TO KEEP THE CORPUS IN]
 */
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { seededRandom } from '../../src/shared/random.ts'
import { parseQuery } from '../../src/shared/query/index.ts'
import { createCorpus, openCorpus, openReader } from '../../src/main/store/open.ts'
import type { Corpus } from '../../src/main/store/open.ts'
import { compileQuery } from '../../src/main/store/reads/compile-query.ts'
import { meaningIn } from '../../src/main/store/reads/score-ref.ts'
import { addArchive } from '../../src/main/store/repositories/archives.ts'
import { imageIds } from '../../src/main/store/repositories/images.ts'
import { insertPage } from '../../src/main/store/repositories/pages.ts'
import { transaction } from '../../src/main/store/statements.ts'
import { createTextIndexing } from '../../src/main/store/texts/index-texts.ts'
import { textIndexOf } from '../../src/main/store/texts/text-index.ts'
import type { TextIndex } from '../../src/main/store/texts/text-index.ts'
import { openTextsForWriting, textsFile } from '../../src/main/store/texts/texts-db.ts'

const pairs = Number(process.argv[2] ?? 1_000_000)
const kept = process.argv[3]
const folder = kept ?? mkdtempSync(join(tmpdir(), 'gleaner-texts-'))
const path = join(folder, `texts-${pairs}.gleaner`)

const { next } = seededRandom(7)
const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)] as T

/** Made-up words of two to five syllables, the frequent ones short. */
const WORDS = Array.from({ length: 50_000 }, (_, rank) => {
  const syllable = (): string => pick([...'bcdfghjklmnprstvz']) + pick([...'aeiou'])
  const length = 2 + Math.floor(next() * (rank < 200 ? 1 : 4))
  return Array.from({ length }, syllable).join('') + (next() < 0.3 ? pick([...'nrst']) : '')
})
const KANJI = Array.from({ length: 800 }, (_, i) => String.fromCodePoint(0x4e00 + 7 * i))
/** Zipf with exponent 1: the rank is exponential in a uniform number. */
const zipf = <T>(list: readonly T[]): T => list[Math.floor(list.length ** next()) - 1] as T

const phrase = (n: number): string => Array.from({ length: n }, () => zipf(WORDS)).join(' ')
const japanese = (n: number): string => Array.from({ length: n }, () => zipf(KANJI)).join('')

function fill(corpus: Corpus): void {
  const db = corpus.writer
  const archive = addArchive(db, {
    path: '/a.warc',
    bytes: 1,
    fingerprint: 'texts',
    software: 'bench',
  })
  const ids = imageIds(db)
  for (let made = 0; made < pairs;) {
    transaction(db, () => {
      const until = Math.min(pairs, made + 20_000)
      for (; made < until; made += 10) {
        const text = next() < 0.1 ? japanese : phrase
        insertPage(db, ids, {
          archiveId: archive.id,
          offset: made,
          recordId: null,
          recordType: 'response',
          url: `https://site${made % 5000}.example/${made}`,
          date: null,
          title: text(4),
          language: null,
          ogImage: null,
          charset: null,
          charsetSource: null,
          robots: null,
          keptHtml: null,
          pairs: Array.from({ length: Math.min(10, until - made) }, (_, position) => ({
            position,
            imageUrl: `https://img.example/${made + position}.jpg`,
            alternates: [],
            imageRule: 'src',
            alt: next() < 0.1 ? null : text(2 + Math.floor(next() * 8)),
            title: next() < 0.2 ? text(3) : null,
            caption: next() < 0.3 ? text(6 + Math.floor(next() * 10)) : null,
            captionRule: null,
            before: text(20),
            beforeDistance: 1,
            after: next() < 0.5 ? text(20) : null,
            afterDistance: 1,
            declaredWidth: null,
            declaredHeight: null,
            tagStart: 0,
            tagEnd: 1,
          })),
        })
      }
    })
  }
}

const seconds = (from: number): string => `${((performance.now() - from) / 1000).toFixed(1)} s`
const show = (ms: number): string => (ms < 10 ? ms.toFixed(2) : ms.toFixed(0))
function percentile(times: number[], share: number): number {
  const sorted = [...times].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] as number
}

const NO_INDEX: TextIndex = {
  state: () => null,
  mayContain: () => null,
  withWords: () => null,
  withSpanWords: () => null,
  ranked: () => [],
}

/** Words of every frequency: what people ask for is neither the most frequent nor always rare. */
const ranks = (n: number): string[] =>
  Array.from(
    { length: n },
    (_, i) => WORDS[Math.floor(20 * (WORDS.length / 20) ** (i / n))] as string,
  )
const KINDS: Record<string, (n: number) => string[]> = {
  'a word, anywhere in alt, caption, title': ranks,
  'a part of a word there': (n) => ranks(n).map((word) => word.slice(1, 5)),
  'a Japanese word of 2 characters there': (n) =>
    Array.from({ length: n }, (_, i) => (KANJI[i + 5] as string) + (KANJI[2 * i] as string)),
  'a word in any of the texts (text:)': (n) => ranks(n).map((word) => `text:${word}`),
  'a whole word in any text (words:)': (n) => ranks(n).map((word) => `words:${word}`),
  'a phrase of two (words:)': (n) =>
    Array.from(
      { length: n },
      (_, i) => `words:"${WORDS[i] as string} ${WORDS[2 * i + 1] as string}"`,
    ),
  'the beginning of a word (words:)': (n) => ranks(n).map((word) => `words:${word.slice(0, 4)}*`),
}

try {
  if (!existsSync(path)) {
    const started = performance.now()
    createCorpus(path)
    const corpus = openCorpus(path)
    fill(corpus)
    corpus.close()
    console.log(`made ${pairs.toLocaleString('en')} pairs in ${seconds(started)}`)
  }
  console.log(`corpus.db ${(statSync(join(path, 'corpus.db')).size / 1e6).toFixed(0)} MB`)

  const reader = openReader(path, { cacheMB: 128 })
  rmSync(textsFile(path), { force: true })
  const texts = openTextsForWriting(path)
  const started = performance.now()
  const step = createTextIndexing(texts, reader, () => null)
  while (step().more);
  texts.pragma('wal_checkpoint(TRUNCATE)')
  texts.close()
  const size = statSync(textsFile(path)).size
  console.log(`texts.db built in ${seconds(started)}, ${(size / 1e6).toFixed(0)} MB`)
  console.log(
    `memory of the program ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB at most`,
  )

  const idsBy = (where: string, index: TextIndex): Int32Array => {
    const {
      from,
      where: sql,
      params,
    } = compileQuery(parseQuery(where), {
      ...meaningIn(reader, null),
      texts: index,
    })
    const found = reader
      .prepare<unknown[], number>(`SELECT p.id FROM ${from} WHERE ${sql}`)
      .pluck()
      .all(...params)
    return Int32Array.from(found).sort()
  }
  const index = textIndexOf(reader)
  const table: Record<string, unknown>[] = []
  for (const [kind, queries] of Object.entries(KINDS)) {
    const fast: number[] = []
    const slow: number[] = []
    let most = 0
    for (const [i, where] of queries(24).entries()) {
      const time = (texts: TextIndex): [Int32Array, number] => {
        const from = performance.now()
        const ids = idsBy(where, texts)
        return [ids, performance.now() - from]
      }
      const [ids, ms] = time(index)
      fast.push(ms)
      most = Math.max(most, ids.length)
      // Every fourth also without: these take long.
      if (i % 4 !== 0) continue
      const [expected, slowMs] = time(NO_INDEX)
      slow.push(slowMs)
      if (Buffer.compare(Buffer.from(ids.buffer), Buffer.from(expected.buffer)) !== 0) {
        throw new Error(`${where}: ${ids.length} pairs by the index, ${expected.length} without`)
      }
    }
    table.push({
      filter: kind,
      'most hits': most,
      'by the index p50': show(percentile(fast, 0.5)),
      p95: show(percentile(fast, 0.95)),
      'without p50': show(percentile(slow, 0.5)),
      'p95 ': show(percentile(slow, 0.95)),
    })
  }
  const from = performance.now()
  const ranked = index.ranked([
    {
      search: { phrase: WORDS[50] as string, prefix: false, near: null },
      columns: ['alt', 'caption'],
    },
  ])
  table.push({
    filter: 'best match first (BM25)',
    'most hits': ranked.length,
    'by the index p50': show(performance.now() - from),
  })
  console.log('milliseconds; the answers of both are compared and equal')
  console.table(table)
} finally {
  if (!kept) rmSync(folder, { recursive: true, force: true })
}
