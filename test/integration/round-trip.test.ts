import { createHash } from 'node:crypto'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EXPORT_FORMATS, ExportInput, ImportInput } from '#shared/contract/jobs.ts'
import type { ExportFormat } from '#shared/contract/jobs.ts'
import { runExport } from '../../src/main/jobs/export.ts'
import { runImport } from '../../src/main/jobs/import/import.ts'
import { createCorpus, openCorpus } from '../../src/main/store/open.ts'
import type { Corpus } from '../../src/main/store/open.ts'
import { jobContext } from '../support/ingest.ts'
import { sharedData } from '../support/shared-data.ts'
import { jsonLines, parquetRows } from '../unit/export/support.ts'
import { tinyPng } from './export-support.ts'

/** An export as a web archive is ingested, not imported. */
const FORMATS = EXPORT_FORMATS.filter((format) => format !== 'warc')

const opened: Corpus[] = []
const dir = mkdtempSync(join(tmpdir(), 'round-trip-'))
afterAll(() => {
  for (const corpus of opened) corpus.close()
  rmSync(dir, { recursive: true, force: true })
})

function newCorpus(name: string): Corpus {
  const path = join(dir, `${name}.gleaner`)
  createCorpus(path)
  const corpus = openCorpus(path)
  opened.push(corpus)
  return corpus
}

async function importInto(corpus: Corpus, inputs: string[]) {
  const ctx = jobContext()
  await runImport(
    corpus,
    ImportInput.parse({ corpus: corpus.path, inputs, images: 'archive' }),
    ctx,
  )
  return ctx
}

async function exportAs(corpus: Corpus, format: ExportFormat): Promise<string> {
  const out = join(dir, `${corpus.path.split('/').at(-1)}-${format}`)
  const input = ExportInput.parse({ corpus: corpus.path, format, out, where: '', text: 'alt' })
  await runExport(corpus, input, jobContext())
  return out
}

/** What a pair is to people: its words, where its picture came from, its bytes, its score. */
function pairsOf(corpus: Corpus): unknown[] {
  return corpus.reader
    .prepare(
      `SELECT p.alt, CASE WHEN i.url LIKE 'table:%' THEN '' ELSE i.url END AS url, i.sha256,
         g.url AS page, c.before,
         (SELECT group_concat(s.cosine) FROM scores s WHERE s.pair_id = p.id) AS cosine
       FROM pairs p JOIN images i ON i.id = p.image_id JOIN pages g ON g.id = p.page_id
       LEFT JOIN contexts c ON c.pair_id = p.id ORDER BY p.alt`,
    )
    .all()
}

describe('an export', () => {
  let one: Corpus
  const composed = 'Gr\u00f6\u00dfe \u304c.png'

  beforeAll(async () => {
    const folder = join(dir, 'table')
    mkdirSync(join(folder, 'photos'), { recursive: true })
    const rows = Array.from({ length: 12 }, (_, n) => {
      const name = n === 3 ? composed : `${n}.png`
      writeFileSync(join(folder, 'photos', n === 3 ? name.normalize('NFD') : name), tinyPng(n))
      return {
        file_name: `photos/${name}`,
        text: `picture ${n}\u2028of "a" \u0085 harbour, 0,3; \ud83d\ude00`,
        // Scores come late, and one whole one is among them.
        ...(n < 7 ? {} : { similarity: n === 9 ? 1 : 0.2 + n / 100 }),
        ...(n % 2 ? { url: `https://e.example/i/${n}.png?a=1,2` } : {}),
        page_url: `https://e.example/${n >> 2}`,
        page_language: n % 3 ? 'en' : null,
      }
    })
    const path = join(folder, 'table.jsonl')
    writeFileSync(path, rows.map((row) => JSON.stringify(row)).join('\n'))
    one = newCorpus('one')
    await importInto(one, [path])
    const ok = one.reader.prepare("SELECT count(*) FROM images WHERE status = 'ok'").pluck().get()
    expect(ok).toBe(12)
  })

  it.each(FORMATS)('as %s is imported again: the same pairs', async (format) => {
    const out = await exportAs(one, format)
    const two = newCorpus(`two-${format}`)
    const ctx = await importInto(two, [out])
    expect(ctx.results).toMatchObject({ Pairs: '12', Scores: '5' })
    expect(ctx.results).not.toHaveProperty('Failures')
    const hasPictures = !['parquet', 'jsonl'].includes(format)
    const expected = pairsOf(one).map((pair) => ({
      ...(pair as object),
      ...(hasPictures ? {} : { sha256: null }),
    }))
    expect(pairsOf(two)).toEqual(expected)
    // And once more, beside the pictures where the format holds none.
    if (hasPictures) return
    copyInto(join(dir, 'table', 'photos'), join(out, 'photos'))
    const three = newCorpus(`three-${format}`)
    await importInto(three, [out])
    // A picture that has an address is known by it alone.
    const found = pairsOf(three) as { url: string; sha256: string | null }[]
    const before = pairsOf(one) as { url: string; sha256: string }[]
    expect(found.map(({ sha256 }) => sha256)).toEqual(
      before.map(({ url, sha256 }) => (url === '' ? sha256 : null)),
    )
  })

  it('holds no address of our own, a score in its first row, and lines that nobody cuts', async () => {
    for (const format of FORMATS) {
      const out = join(dir, `one.gleaner-${format}`)
      const file = {
        webdataset: '00000.parquet',
        imagefolder: 'train/metadata.jsonl',
        parquet: 'part-00000.parquet',
        coco: 'annotations/captions.json',
        kohya: 'pairs.jsonl',
        jsonl: 'pairs.jsonl',
      }[format]
      const bytes = readFileSync(join(out, file))
      for (const scheme of ['table://', 'gleaner://', 'file://'])
        expect(bytes.includes(scheme)).toBe(false)
      if (file.endsWith('.parquet')) {
        const [first] = parquetRows(join(out, file))
        expect(first?.['similarity']).toBeTypeOf('number')
        continue
      }
      // As Python's splitlines ends lines.
      if (file.endsWith('.jsonl')) {
        const lines = bytes
          .toString('utf8')
          .trimEnd()
          .split(/[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/)
        expect(lines).toHaveLength(12)
        expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(jsonLines(join(out, file)))
      }
      if (format === 'jsonl') continue
      expect(/"similarity":(null|-?[\d.]+)/.exec(bytes.toString('utf8'))?.[1]).toMatch(/^0\.27/)
    }
  })
})

describe('pairs as JSON Lines', () => {
  it('keep their texts and the scores of all models, of whichever text, also late ones', async () => {
    const pair = (id: number, scores: object[]): string =>
      JSON.stringify({
        id,
        page: {
          url: 'https://e.example/',
          archive: 'a.warc',
          offset: 0,
          recordId: null,
          date: null,
          language: null,
          title: null,
        },
        image: {
          url: `https://e.example/${id}.jpg`,
          status: 'ok',
          sha256: null,
          width: 3,
          height: 4,
          mime: null,
          error: null,
          file_name: '',
        },
        text: {
          alt: 'trap {"model":"x","text":"alt","cosine":1}',
          title: 't',
          caption: 'c',
          before: 'b',
          after: null,
          span: null,
        },
        scores,
      })
    const lines = Array.from({ length: 1500 }, (_, n) => pair(n + 1, []))
    lines.push(
      pair(1501, [
        { model: 'vit "a"', text: 'alt', cosine: 0.25 },
        { model: 'vit "a"', text: 'before', cosine: -0.5 },
        { model: 'late', text: 'caption', cosine: 0.125 },
      ]),
    )
    const path = join(dir, 'own.jsonl')
    writeFileSync(path, lines.join('\n'))
    const corpus = newCorpus('own')
    const ctx = await importInto(corpus, [path])
    expect(ctx.results).toMatchObject({ Pairs: '1,501', Scores: '3' })
    const scores = corpus.reader
      .prepare(
        `SELECT m.name, s.text_source, s.cosine FROM scores s JOIN models m ON m.id = s.model_id
         ORDER BY m.name, s.text_source`,
      )
      .raw()
      .all()
    expect(scores).toEqual([
      ['gleaner:late', 'caption', 0.125],
      ['gleaner:vit "a"', 'alt', 0.25],
      ['gleaner:vit "a"', 'before', -0.5],
    ])
    const texts = corpus.reader
      .prepare(
        'SELECT alt, title, caption, before FROM pairs JOIN contexts ON pair_id = id LIMIT 1',
      )
      .get()
    expect(texts).toMatchObject({ title: 't', caption: 'c', before: 'b' })
  })
})

describe('the cases that users of other tools reported', () => {
  it('44: a folder with train/, files used where there is an address, too', async ({ skip }) => {
    const path = sharedData('cases/44-imagefolder')
    if (path === null) return skip()
    for (const input of [path, join(path, 'train'), join(path, 'train', 'metadata.jsonl')]) {
      const corpus = newCorpus(createHash('sha256').update(input).digest('hex').slice(0, 8))
      await importInto(corpus, [input])
      expect(
        corpus.reader.prepare('SELECT status, url LIKE ? FROM images').raw().all('https:%'),
      ).toEqual([
        ['ok', 0],
        ['ok', 0],
        ['ok', 1],
        ['ok', 1],
      ])
      expect(corpus.reader.prepare('SELECT name FROM archives').pluck().all()).toEqual([
        'train/metadata.jsonl',
      ])
    }
  })

  it('45: scores that begin late are kept and exported again', async ({ skip }) => {
    const path = sharedData('cases/45-late-scores')
    if (path === null) return skip()
    const corpus = newCorpus('late')
    const ctx = await importInto(corpus, [path])
    expect(ctx.results['Pairs']).toBe('20')
    expect(Number(ctx.results['Scores'])).toBeGreaterThan(0)
    const rows = jsonLines(join(await exportAs(corpus, 'imagefolder'), 'train', 'metadata.jsonl'))
    expect(rows).toHaveLength(20)
    expect(rows[0]?.['similarity']).toBeTypeOf('number')
    expect(rows.every((row) => row['url'] === '')).toBe(true)
  })

  it('21, 24, 26: addresses with commas, NaN, decimal commas', async ({ skip }) => {
    const [list, nan, comma] = ['21-urls-with-commas.txt', '24-nan.jsonl', '26-european.csv'].map(
      (name) => sharedData(`cases/${name}`),
    )
    if (!list || !nan || !comma) return skip()
    const corpus = newCorpus('small')
    expect((await importInto(corpus, [list])).results).toMatchObject({ Pairs: '6' })
    expect(corpus.reader.prepare('SELECT url FROM images LIMIT 1').pluck().get()).toBe(
      'https://pic.example/2018/0.jpg?part=1200,800,a0,b0&width=80',
    )
    expect((await importInto(corpus, [nan])).results).toMatchObject({ Pairs: '4', Scores: '2' })
    expect((await importInto(corpus, [comma])).results).toMatchObject({ Pairs: '3', Scores: '3' })
  })
})

function copyInto(from: string, to: string): void {
  mkdirSync(to, { recursive: true })
  for (const n of [0, 1, 2, 4, 5, 6, 7, 8, 9, 10, 11]) {
    copyFileSync(join(from, `${n}.png`), join(to, `${n}.png`))
  }
  const odd = 'Gr\u00f6\u00dfe \u304c.png'
  copyFileSync(join(from, odd.normalize('NFD')), join(to, odd.normalize('NFD')))
}
