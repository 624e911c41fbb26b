import { spawn, spawnSync } from 'node:child_process'
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createHash, randomBytes } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import type { z } from 'zod'
import { ImportInput } from '#shared/contract/jobs.ts'
import { findEntries } from '../../src/main/engine/entries.ts'
import { createReaders } from '../../src/main/engine/readers.ts'
import { readPageSource } from '../../src/main/engine/calls/page-source.ts'
import { meanCosineOfAll, recallAt, retrievalRanks } from '../support/retrieval.ts'
import { recogniseInputs } from '../../src/main/jobs/import/recognise.ts'
import { runImport } from '../../src/main/jobs/import/import.ts'
import { runPictures } from '../../src/main/jobs/pictures/pictures.ts'
import { createReads } from '../../src/main/store/reads/reads.ts'
import { createCorpus, openCorpus } from '../../src/main/store/open.ts'
import type { Corpus } from '../../src/main/store/open.ts'
import { getEmbedding, keyFromHex } from '../../src/main/store/repositories/embeddings.ts'
import { findModel } from '../../src/main/store/repositories/models.ts'
import { pairsByIds } from '../../src/main/store/repositories/pairs.ts'
import { addressKey } from '../../src/main/store/repositories/table-rows.ts'
import { tinyPng } from './export-support.ts'
import { jobContext } from '../support/ingest.ts'
import { sharedData } from '../support/shared-data.ts'
import { floats, npy, parquet } from '../unit/tables/support.ts'

const made: string[] = []
const opened: Corpus[] = []
const readers = createReaders(findEntries())
afterAll(async () => {
  await readers.close()
  for (const corpus of opened) corpus.close()
  for (const path of made) rmSync(path, { recursive: true, force: true })
})

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'import-'))
  made.push(path)
  return path
}

function newCorpus(): Corpus {
  const path = join(folder(), 'a.gleaner')
  createCorpus(path)
  const corpus = openCorpus(path)
  opened.push(corpus)
  return corpus
}

async function run(
  corpus: Corpus,
  inputs: string[],
  more: Partial<z.input<typeof ImportInput>> = {},
  ctx = jobContext(),
) {
  const input = ImportInput.parse({ corpus: corpus.path, inputs, images: 'none', ...more })
  await runImport(corpus, input, ctx)
  return ctx
}

function write(dir: string, name: string, content: string | Uint8Array): string {
  const path = join(dir, name)
  writeFileSync(path, content)
  return path
}

function count(corpus: Corpus, table: string, where = '1'): number {
  return corpus.reader
    .prepare<[], number>(`SELECT count(*) FROM ${table} WHERE ${where}`)
    .pluck()
    .get() as number
}

function failures(corpus: Corpus) {
  return corpus.reader
    .prepare<[], { stage: string; reason: string; offset: number; detail: string }>(
      'SELECT stage, reason, offset, detail FROM failures ORDER BY offset',
    )
    .all()
}

/** Everything that an import makes, without ids: equal for equal results. */
function content(corpus: Corpus): string {
  const hash = createHash('sha256')
  for (const sql of [
    `SELECT g.offset, g.url, p.position, i.url, p.alt, p.caption, p.title, p.declared_width,
       p.image_rule FROM pages g JOIN pairs p ON p.page_id = g.id JOIN images i ON i.id = p.image_id
       ORDER BY g.archive_id, g.offset, p.position`,
    `SELECT m.name, s.text_source, s.cosine FROM scores s JOIN models m ON m.id = s.model_id
       ORDER BY m.name, s.pair_id`,
    'SELECT kind, key, vector FROM embeddings ORDER BY kind, key',
    'SELECT name, state, next_offset, sha256 FROM archives ORDER BY id',
    'SELECT type, n FROM record_counts ORDER BY archive_id, type',
    'SELECT reason, offset, detail FROM failures ORDER BY archive_id, offset',
  ]) {
    for (const row of corpus.reader.prepare(sql).raw().iterate()) hash.update(JSON.stringify(row))
  }
  return hash.digest('hex')
}

describe('importing a table', () => {
  it('makes a pair of each row, its scores raw cosines of a named model', async () => {
    const dir = folder()
    const table = parquet({
      URL: ['http://a/1.jpg', 'http://a/2.jpg', 'http://a/1.jpg', '', 'data:image/gif;base64,R0'],
      TEXT: ['one', '', 'three', 'no picture', 'inline'],
      WIDTH: Float64Array.from([640, 0, 3.6, 1, 1]) as never,
      similarity: Float32Array.from([0.31, -0.02, 0.25, 0.3, 0.3]) as never,
    })
    const path = write(dir, 'laion.parquet', table)
    const corpus = newCorpus()
    const ctx = await run(corpus, [path])
    expect(ctx.results).toMatchObject({ Rows: '5', Pairs: '3', Scores: '3' })
    const pairs = pairsByIds(corpus.reader, [1, 2, 3])
    expect(pairs.map(({ image, text }) => [image.url, image.status, text.alt])).toEqual([
      ['http://a/1.jpg', 'pending', 'one'],
      ['http://a/2.jpg', 'pending', ''],
      ['http://a/1.jpg', 'pending', 'three'],
    ])
    expect(pairs[0]?.scores).toEqual([
      { model: 'laion:similarity', text: 'alt', cosine: Math.fround(0.31) },
    ])
    expect(pairs[0]?.page).toMatchObject({ archive: 'laion.parquet', url: '' })
    expect(count(corpus, 'images')).toBe(2)
    const widths = corpus.reader.prepare('SELECT declared_width FROM pairs').pluck().all()
    expect(widths).toEqual([640, null, 4])
    const reads = createReads(corpus.reader)
    expect(reads.stats()).toMatchObject({
      records: { row: 5 },
      notPaired: { 'no-address': 1, 'data-uri': 1 },
      images: { pending: 2 },
    })
    // Histogram, cutoff and filter work on what was imported.
    const scope = { model: 'laion:similarity', text: 'alt' as const, where: '' }
    expect(reads.sources()).toMatchObject([{ model: 'laion:similarity', text: 'alt', n: 3 }])
    expect(reads.histogram({ ...scope, bins: 2 })).toMatchObject({ n: 3, counts: [1, 2] })
    expect(reads.countAbove({ ...scope, minCosine: 0.28 })).toEqual({ kept: 1, total: 3 })
    const where = 'score["laion:similarity"].alt>=0.2'
    expect(reads.list({ where, afterId: 0, limit: 9 })).toHaveLength(2)
    const model = findModel(corpus.reader, 'laion:similarity')
    expect(JSON.parse(model.manifest)).toMatchObject({
      family: 'imported',
      column: 'similarity',
      unit: 'cosine',
      source: { file: 'laion.parquet', sha256: createHash('sha256').update(table).digest('hex') },
    })
  })

  it('adds nothing the second time, under whatever name it comes', async () => {
    const dir = folder()
    const path = write(dir, 'a.csv', 'url,text\nhttp://a/1,x\nhttp://a/2,y\n')
    const corpus = newCorpus()
    await run(corpus, [path])
    const before = content(corpus)
    const copy = join(dir, 'b.csv')
    copyFileSync(path, copy)
    const ctx = await run(corpus, [path, copy])
    expect(ctx.results).toMatchObject({ Pairs: '0', 'Already complete': '2' })
    expect(content(corpus)).toBe(before)
    const other = await run(corpus, [path], { columns: [{ role: 'caption', column: 'text' }] })
    expect(other.warnings.join()).toMatch(/other columns/)
    expect(content(corpus)).toBe(before)
  })

  it('says where a page is missing: a row of a table has none', async () => {
    const path = write(folder(), 'a.csv', 'url,text\nhttp://a/1,x\nhttp://a/2,y\n')
    const corpus = newCorpus()
    await run(corpus, [path])
    await expect(readPageSource(corpus, 2, readers.pages)).rejects.toMatchObject({
      kind: 'not-found',
      message: expect.stringMatching(/row 2 of the table a\.csv: no page/) as string,
    })
  })

  it('makes a page of each run of rows that bear its address', async () => {
    const path = write(
      folder(),
      'a.csv',
      [
        'url,text,page_url',
        'http://a/1,x,http://P.example/1',
        'http://a/2,y,http://P.example/1',
        'http://a/3,z,http://q/2',
      ].join('\n'),
    )
    const corpus = newCorpus()
    await run(corpus, [path])
    const pages = corpus.reader
      .prepare('SELECT offset, url, host FROM pages ORDER BY id')
      .raw()
      .all()
    expect(pages).toEqual([
      [0, 'http://P.example/1', 'p.example'],
      [2, 'http://q/2', 'q'],
    ])
    expect(corpus.reader.prepare('SELECT position FROM pairs').pluck().all()).toEqual([0, 1, 0])
  })

  it('counts rows that cannot be read and goes on', async () => {
    const rows = [
      'url,text,similarity',
      'http://a/1,x,0.2',
      'http://a/2,y',
      'http://a/3,z,nan',
      'http://a/4,w,7',
      'http://a/5,v,0.3',
    ]
    // The odd value lies behind what is looked at beforehand.
    for (let i = 6; i < 1100; i++) rows.splice(2, 0, `http://a/${i},t,0.25`)
    const path = write(folder(), 'a.csv', rows.join('\n'))
    const corpus = newCorpus()
    const ctx = await run(corpus, [path])
    expect(failures(corpus)).toMatchObject([
      {
        stage: 'record',
        reason: 'ragged-row',
        offset: 1095,
        detail: 'line 1097: 2 fields instead of 3',
      },
      { stage: 'record', reason: 'bad-score', offset: 1097 },
    ])
    expect(ctx.warnings.join()).toMatch(/1 values are no cosines/)
    expect(ctx.results).toMatchObject({ Pairs: '1,098', Scores: '1,096', Failures: '2' })
  })

  it('keeps any text as the database can hold it', async () => {
    const texts = ['half \ud83d', 'nul \u0000 in', 'x'.repeat(1_000_000), '👨‍👩‍👧 𝒜']
    const lines = texts.map((text, i) => JSON.stringify({ url: `http://a/${i}`, text }))
    const path = write(folder(), 'a.jsonl', lines.join('\n'))
    const corpus = newCorpus()
    await run(corpus, [path])
    const kept = pairsByIds(corpus.reader, [1, 2, 3, 4]).map(({ text }) => text.alt)
    expect(kept).toEqual(['half \ufffd', 'nul \ufffd in', texts[2], texts[3]])
  })

  it('refuses a wrong unit, and what holds nothing, before anything is written', async () => {
    const dir = folder()
    const good = write(dir, 'good.csv', 'url,text\nhttp://a/1,x\n')
    const bare = write(dir, 'bare.csv', 'id,text\n1,x\n')
    const scaled = write(dir, 'scaled.csv', 'url,text,similarity\nhttp://a/1,x,31.2\n')
    const corpus = newCorpus()
    await expect(run(corpus, [bare])).rejects.toThrow(/addresses or files/)
    await expect(run(corpus, [good, scaled])).rejects.toThrow(/similarity run from 31.2 to 31.2/)
    await expect(
      run(corpus, [good], { columns: [{ role: 'alt', column: 'words' }] }),
    ).rejects.toThrow(/no column words/)
    expect(count(corpus, 'pairs')).toBe(0)
    expect(count(corpus, 'archives')).toBe(0)
    const seen = await recogniseInputs({ path: scaled, columns: [] }, readers.tables)
    expect(seen).toMatchObject({
      n: 1,
      refusal: {
        about: 'unit',
        hint: expect.not.stringContaining('--') as string,
        commandHint: expect.stringMatching(/--unit x100/) as string,
      },
      tables: [{ columns: [{ role: 'url' }, { role: 'alt' }, { model: 'scaled:similarity' }] }],
    })
    await run(corpus, [scaled], { unit: 'x100', modelName: 'mine' })
    expect(createReads(corpus.reader).sources()).toMatchObject([
      { model: 'mine', max: Math.fround(0.312) },
    ])
  })

  it('takes the others where one table is damaged, none, or without pictures', async () => {
    const dir = folder()
    write(dir, 'a.csv', 'url,text\nhttp://a/1,x\n')
    write(dir, 'b.parquet', 'PAR1 and no end')
    write(dir, 'c.csv', 'id,text\n1,x\n')
    const rows = Array.from(
      { length: 9000 },
      () => `http://a/2?${randomBytes(40).toString('hex')},x`,
    )
    const packed = gzipSync(`url,text\n${rows.join('\n')}\n`)
    write(dir, 'd.csv.gz', packed.subarray(0, packed.length - 9))
    write(dir, 'e.csv', 'url,text\nhttp://a/3,x\n')
    const corpus = newCorpus()
    const seen = await recogniseInputs({ path: dir, columns: [] }, readers.tables)
    expect(seen).toMatchObject({
      n: 5,
      refusal: null,
      left: [{ name: 'b.parquet' }, { name: 'c.csv' }],
    })
    const ctx = await run(corpus, [dir, join(dir, 'gone.csv')])
    const whole = `url IN ('http://a/1', 'http://a/3')`
    expect(count(corpus, 'images', whole)).toBe(2)
    // What stands before the damage is kept.
    expect(count(corpus, 'pairs')).toBeGreaterThan(2 + 4000)
    expect(ctx.results).toMatchObject({ Tables: '2', 'Tables with errors': '4', Failures: '4' })
    const said = ctx.warnings.join('\n')
    for (const words of [
      /b\.parquet is cut short/,
      /No column of c\.csv/,
      /d\.csv\.gz is damaged/,
      /gone\.csv is not there/,
    ]) {
      expect(said).toMatch(words)
    }
    const listed = (): unknown =>
      corpus.reader.prepare('SELECT reason, url FROM failures ORDER BY url').raw().all()
    const all = [
      ['table-damaged', 'b.parquet'],
      ['table-not-taken', 'c.csv'],
      ['table-damaged', 'd.csv.gz'],
      ['unreadable', 'gone.csv'],
    ]
    expect(listed()).toEqual(all)
    // Tried again, each stands there once; what was mended is taken off.
    write(dir, 'd.csv.gz', packed)
    await run(corpus, [dir, join(dir, 'gone.csv')])
    expect(listed()).toEqual(all.filter(([, name]) => name !== 'd.csv.gz'))
  })

  it('fails where nothing at all was taken, and says why', async () => {
    const corpus = newCorpus()
    const dir = folder()
    // The first byte decides as what bytes are read.
    const noise = (first: string): Buffer => Buffer.concat([Buffer.from(first), randomBytes(5000)])
    for (const [name, content, words] of [
      ['notes.txt', 'just words\n', /no table/],
      ['random.csv', noise('x'), /no table|no column|never closed/i],
      ['random-list.csv', noise('['), /cannot be read as JSON/],
      ['random-object.csv', noise('{'), /cannot be read as JSON/],
      ['empty.csv', 'url,text\n', /no rows/],
      ['rows.csv', 'url,text\n,x\ndata:image\\/gif,y\n', /of 2 rows 2 name no picture/],
      ['bad.jsonl', '{"url": "http://a/1\n{"id": 1}\n{"url": 2\n', /No column of bad.jsonl/],
      [
        'cut.jsonl',
        `${'{"url": "http://a\n'.repeat(3)}{"url": ""}\n`,
        /of 4 rows 3 could not be read, 1 name/,
      ],
    ] as const) {
      await expect(run(corpus, [write(dir, name, content)])).rejects.toThrow(words)
    }
    await expect(run(corpus, [join(dir, 'notes.txt'), join(dir, 'gone.csv')])).rejects.toThrow(
      /None of 2 inputs can be imported/,
    )
    expect(count(corpus, 'pairs')).toBe(0)
  })

  it('goes on where it was canceled, each row once', async () => {
    const rows = Array.from(
      { length: 25_000 },
      (_, i) => `http://a/${i % 9000},text ${i},0.${(i % 89) + 10}`,
    )
    const path = write(folder(), 'a.csv', `url,text,similarity\n${rows.join('\n')}\n`)
    const whole = newCorpus()
    await run(whole, [path])
    const parts = newCorpus()
    const abort = new AbortController()
    const ctx = jobContext(abort.signal)
    ctx.progress = () => {
      if (count(parts, 'pairs') > 0) abort.abort()
    }
    await run(parts, [path], {}, ctx)
    expect(count(parts, 'pairs')).toBe(5_000)
    expect(createReads(parts.reader).stats().archives[0]?.state).toBe('partial')
    await run(parts, [path])
    expect(content(parts)).toBe(content(whole))
    expect(count(parts, 'pairs')).toBe(25_000)
  })
})

describe('pictures that a table names by files', () => {
  it('are read from below its folder and nowhere else', async () => {
    const outside = folder()
    const secret = write(outside, 'secret.png', tinyPng(1))
    const dir = folder()
    mkdirSync(join(dir, 'images'))
    write(join(dir, 'images'), 'a b.png', tinyPng(2))
    symlinkSync(secret, join(dir, 'link.png'))
    const path = write(
      dir,
      'rows.csv',
      [
        'image_path,caption',
        '../data/images/a b.png,found by the end of its path',
        `${secret},not ours`,
        'link.png,a link that leads out',
        'images/gone.png,not there',
      ].join('\n'),
    )
    const corpus = newCorpus()
    await run(corpus, [path], { images: 'archive' })
    const images = corpus.reader
      .prepare('SELECT status, error, sha256 FROM images ORDER BY id')
      .raw()
      .all()
    const sha256 = createHash('sha256').update(tinyPng(2)).digest('hex')
    expect(images).toEqual([
      ['ok', null, sha256],
      ['missing', 'not-beside-table', null],
      ['missing', 'not-beside-table', null],
      ['missing', 'not-beside-table', null],
    ])
    // Web addresses were not looked for, files can be elsewhere later.
    const later = folder()
    write(later, 'gone.png', tinyPng(3))
    await runPictures(
      corpus,
      { corpus: corpus.path, images: `folder:${later}`, retryFailed: false },
      jobContext(),
    )
    expect(count(corpus, 'images', "status = 'ok'")).toBe(2)
  })
})

describe('pictures of both kinds', () => {
  it('are read beside the table also where web addresses are fetched', async () => {
    const dir = folder()
    write(dir, '1.png', tinyPng(4))
    const rows = 'url,file_name,text\n,1.png,beside\nftp://a/1.png,,nowhere\n,gone.png,gone\n'
    const corpus = newCorpus()
    await run(corpus, [write(dir, 'rows.csv', rows)], { images: 'fetch' })
    const images = corpus.reader.prepare('SELECT status, error FROM images ORDER BY id').raw().all()
    expect(images).toEqual([
      ['ok', null],
      ['refused', 'bad-address'],
      ['missing', 'not-beside-table'],
    ])
  })
})

describe('importing embeddings', () => {
  /** Four rows: two of one picture, a zero vector, a NaN. */
  function embeddings(dir: string): string {
    write(
      dir,
      'rows.csv',
      'url,caption\nhttp://a/1,one\nhttp://a/1,two\nhttp://a/2,three\nhttp://a/3,four\n',
    )
    const image = floats([3, 4, 3, 4, 0, 0, 1, 0])
    const text = floats([6, 8, 4, -3, 1, 0, Number.NaN, 1])
    write(dir, 'image_embeddings.npy', npy('<f4', 4, 2, image))
    write(dir, 'text_embeddings.npy', npy('<f4', 4, 2, text))
    return dir
  }

  it('keeps unit vectors and gives each row its own cosine', async () => {
    const dir = embeddings(folder())
    const corpus = newCorpus()
    const ctx = await run(corpus, [dir], { modelName: 'tiny' })
    const { id } = findModel(corpus.reader, 'tiny')
    const url = { modelId: id, kind: 'image' as const, key: addressKey('http://a/1') }
    expect([...(getEmbedding(corpus.reader, url) ?? [])]).toEqual([0.6, 0.8].map(Math.fround))
    const scores = corpus.reader.prepare('SELECT pair_id, cosine FROM scores').raw().all()
    expect(scores).toEqual([
      [1, 1],
      [2, 0],
    ])
    expect(failures(corpus).map(({ reason, offset }) => [reason, offset])).toEqual([
      ['bad-image-embedding', 2],
      ['bad-text-embedding', 3],
    ])
    expect(ctx.warnings.join()).toMatch(/2 embeddings are all zero or not finite/)
    const before = content(corpus)
    await run(corpus, [dir], { modelName: 'tiny' })
    expect(content(corpus)).toBe(before)
  })

  it('refuses arrays that do not stand row by row beside their table', async () => {
    const corpus = newCorpus()
    const dir = embeddings(folder())
    write(dir, 'text_embeddings.npy', npy('<f4', 3, 2, floats([1, 0, 1, 0, 1, 0])))
    await expect(run(corpus, [dir])).rejects.toThrow(/4 rows, text_embeddings.npy 3/)
    write(dir, 'text_embeddings.npy', npy('<f4', 4, 1, floats([1, 0, 1, 0])))
    await expect(run(corpus, [dir])).rejects.toThrow(/2 values a row, text_embeddings.npy 1/)
    unlinkSync(join(dir, 'text_embeddings.npy'))
    await run(corpus, [dir])
    expect(count(corpus, 'embeddings')).toBe(2)
    expect(count(corpus, 'scores')).toBe(0)
  })

  it('reads what clip-retrieval writes', async () => {
    const dir = folder()
    for (const name of ['metadata', 'img_emb', 'text_emb']) mkdirSync(join(dir, name))
    const half = new Uint8Array(Uint16Array.from([0x3c00, 0, 0, 0x3c00]).buffer)
    for (const n of [0, 1]) {
      const rows = { image_path: [`/x/${n}a.jpg`, `/x/${n}b.jpg`], caption: [`${n}a`, `${n}b`] }
      write(join(dir, 'metadata'), `metadata_${n}.parquet`, parquet(rows))
      write(join(dir, 'img_emb'), `img_emb_${n}.npy`, npy('<f2', 2, 2, half))
      write(join(dir, 'text_emb'), `text_emb_${n}.npy`, npy('<f2', 2, 2, half))
    }
    const corpus = newCorpus()
    await run(corpus, [dir], { modelName: 'clip' })
    expect(createReads(corpus.reader).sources()).toMatchObject([{ model: 'clip', n: 4, mean: 1 }])
  })

  it('gives the published numbers of 500 real rows', async ({ skip }) => {
    const dir = sharedData('clip/flickr100')
    if (dir === null) return skip('no real data')
    const corpus = newCorpus()
    await run(corpus, [dir], { images: 'archive' })
    expect(count(corpus, 'images', "status = 'ok'")).toBe(100)
    const [source] = createReads(corpus.reader).sources()
    expect(source).toMatchObject({ model: 'flickr100', text: 'alt', n: 500 })
    expect(source?.mean).toBeCloseTo(0.3253, 4)

    const modelId = findModel(corpus.reader, 'flickr100').id
    const rows = corpus.reader
      .prepare<[], { sha256: string; alt: string; image: number }>(
        'SELECT i.sha256, p.alt, p.image_id AS image FROM pairs p JOIN images i ON i.id = p.image_id ORDER BY p.id',
      )
      .all()
    const join512 = (vectors: (Float32Array | null)[]) => ({
      dims: 512,
      data: Float32Array.from(vectors.flatMap((vector) => [...(vector ?? [])])),
    })
    const imageOf = (sha256: string) =>
      getEmbedding(corpus.reader, { modelId, kind: 'image', key: keyFromHex(sha256) })
    const textOf = (text: string) => {
      const key = createHash('sha256').update(text).digest()
      return getEmbedding(corpus.reader, { modelId, kind: 'text', key })
    }
    const texts = join512(rows.map(({ alt }) => textOf(alt)))
    const repeated = join512(rows.map(({ sha256 }) => imageOf(sha256)))
    expect(meanCosineOfAll(repeated, texts)).toBeCloseTo(0.1766, 4)
    const distinct = [...new Map(rows.map((row) => [row.image, row.sha256]))]
    const images = join512(distinct.map(([, sha256]) => imageOf(sha256)))
    const imageGroups = distinct.map(([image]) => image)
    const textGroups = rows.map(({ image }) => image)
    const toText = retrievalRanks(images, texts, imageGroups, textGroups)
    const toImage = retrievalRanks(texts, images, textGroups, imageGroups)
    expect(recallAt(toText, 1)).toBeCloseTo(0.93, 2)
    expect(recallAt(toImage, 1)).toBeCloseTo(0.83, 2)
  })
})

describe('real tables', () => {
  it('of LAION and COCO become 10,000 and 25,014 pairs', async ({ skip }) => {
    const laion = sharedData('tables/laion-like-10000.parquet')
    const coco = sharedData('tables/coco_captions_val2017.json')
    if (laion === null || coco === null) return skip('no real data')
    const corpus = newCorpus()
    const ctx = await run(corpus, [laion, coco])
    expect(ctx.results).toMatchObject({ Tables: '2', Pairs: '35,014' })
    const pairs = createReads(corpus.reader)
      .stats()
      .archives.map(({ pairs }) => pairs)
    expect(pairs).toEqual([10_000, 25_014])
    expect(count(corpus, 'failures')).toBe(0)
    expect(count(corpus, 'images', "url LIKE 'http://images.cocodataset.org/%'")).toBe(5000)
  })
})

describe('gleaner import', () => {
  it('shows what it recognised, imports, and is found by the histogram', async () => {
    const dir = folder()
    const corpus = join(dir, 'a.gleaner')
    const table = write(
      dir,
      'mine.csv',
      'picture;words;fit\nhttp://a/1;one;31\nhttp://a/2;two;12\nhttp://a/3;three;25\n',
    )
    const cli = join(import.meta.dirname, '../../src/main/cli/cli.ts')
    const gleaner = (...args: string[]) => {
      const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], {
        encoding: 'utf8',
        env: { ...process.env, GLEANER_HOME: join(dir, 'home') },
      })
      return { status, stdout, stderr }
    }
    createCorpus(corpus)
    const roles = ['url=picture', 'alt=words', 'score=fit'].flatMap((one) => ['--column', one])
    const look = gleaner('import', corpus, table, ...roles, '--dry-run')
    expect(look.stdout).toMatch(/fit +integer +score +chosen/)
    expect(look.status).toBe(2)
    expect(look.stderr).toMatch(/fit run from 12 to 31.*\n.*--unit x100/)
    const choices = [...roles, '--unit', 'x100', '--model-name', 'my model']
    const done = gleaner('import', corpus, table, ...choices)
    expect(done.stderr).not.toMatch(/error/)
    expect(done.stdout).toMatch(/scores +my model on alt: n 3, mean cosine 0\.227/)
    const histogram = gleaner('histogram', corpus, '--bins', '2', '--json')
    expect(JSON.parse(histogram.stdout)).toMatchObject({ model: 'my model', n: 3, counts: [1, 2] })
  })
})

describe('an import that is killed', () => {
  it('goes on where it stopped and ends with the same rows', async () => {
    const dir = folder()
    const rows = Array.from(
      { length: 60_000 },
      (_, i) => `http://a/${i % 35_000},text ${i},0.${(i % 89) + 10}`,
    )
    const table = write(dir, 'a.csv', `url,text,similarity\n${rows.join('\n')}\n`)
    const killed = join(dir, 'killed.gleaner')
    const whole = join(dir, 'whole.gleaner')
    const start = (corpus: string) =>
      spawn(process.execPath, [join(import.meta.dirname, 'import-run.ts'), corpus, table], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
    const ended = (child: ReturnType<typeof start>) =>
      new Promise<number | null>((done) => child.once('exit', done))
    let kills = 0
    for (const at of [1, 5]) {
      const child = start(killed)
      let seen = 0
      child.stdout.on('data', (data: Buffer) => {
        seen += String(data).split('pairs\n').length - 1
        if (seen > at && child.exitCode === null) child.kill('SIGKILL')
      })
      if ((await ended(child)) === null) kills++
    }
    expect(kills).toBe(2)
    for (const corpus of [killed, whole]) {
      const child = start(corpus)
      child.stdout.resume()
      expect(await ended(child)).toBe(0)
    }
    const [a, b] = [openCorpus(killed), openCorpus(whole)]
    opened.push(a, b)
    expect(count(a, 'pairs')).toBe(60_000)
    expect(content(a)).toBe(content(b))
    expect(a.reader.pragma('integrity_check', { simple: true })).toBe('ok')
  })
})
