import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Job } from '#shared/contract/jobs.ts'
import { createCorpus, openCorpus } from '../../../src/main/store/open.ts'
import type { Corpus } from '../../../src/main/store/open.ts'
import {
  addArchive,
  addCounts,
  archiveByFingerprint,
  completeArchive,
  listArchives,
  relocateArchive,
} from '../../../src/main/store/repositories/archives.ts'
import { insertCapture } from '../../../src/main/store/repositories/captures.ts'
import type { NewCapture } from '../../../src/main/store/repositories/captures.ts'
import { heldPictures } from '../../../src/main/store/repositories/picture-queue.ts'
import {
  getEmbedding,
  keyFromHex,
  putEmbeddings,
} from '../../../src/main/store/repositories/embeddings.ts'
import { insertFailure } from '../../../src/main/store/repositories/failures.ts'
import { listFailures } from '../../../src/main/store/repositories/list-failures.ts'
import { imageIds } from '../../../src/main/store/repositories/images.ts'
import { clearJobs, listJobs, saveJob } from '../../../src/main/store/repositories/jobs.ts'
import {
  ensureModel,
  findModel,
  listModels,
  scoreKinds,
} from '../../../src/main/store/repositories/models.ts'
import { hostOf } from '../../../src/shared/address.ts'
import { insertPage } from '../../../src/main/store/repositories/pages.ts'
import { transaction } from '../../../src/main/store/statements.ts'

let folder: string
let corpus: Corpus
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gleaner-repositories-'))
  createCorpus(join(folder, 'a.gleaner'))
  corpus = openCorpus(join(folder, 'a.gleaner'))
})
afterEach(() => {
  corpus.close()
  rmSync(folder, { recursive: true, force: true })
})

const archive = (path = '/a/crawl.warc.gz', fingerprint = 'f') =>
  addArchive(corpus.writer, { path, bytes: 10, fingerprint, software: 'test' })

describe('archives', () => {
  test('are known by their fingerprint and end complete', () => {
    const { id } = archive('/a/b.wacz!archive/data.warc.gz')
    completeArchive(corpus.writer, id, { sha256: 'ab', bytes: 20 })
    expect(archiveByFingerprint(corpus.reader, 'f')).toMatchObject({
      name: 'b.wacz!archive/data.warc.gz',
      state: 'complete',
      sha256: 'ab',
      bytes: 20,
    })
  })

  test('that moved are found again only if they are the same file', () => {
    archive()
    expect(() =>
      relocateArchive(corpus.writer, '/a/crawl.warc.gz', '/b/x.warc.gz', 'other'),
    ).toThrow(/not the archive/)
    relocateArchive(corpus.writer, '/a/crawl.warc.gz', '/b/x.warc.gz', 'f')
    expect(listArchives(corpus.reader)[0]?.path).toBe('/b/x.warc.gz')
    expect(() => relocateArchive(corpus.writer, '/nowhere', '/b', 'f')).toThrow(/no archive/)
  })

  test('counts add up over commits', () => {
    const { id } = archive()
    addCounts(corpus.writer, id, { records: { response: 2 }, notPaired: { tracker: 1 } })
    addCounts(corpus.writer, id, { records: { response: 3, request: 1 } })
    expect(
      corpus.reader.prepare('SELECT type, n FROM record_counts ORDER BY type').raw().all(),
    ).toEqual([
      ['request', 1],
      ['response', 5],
    ])
  })
})

describe('pages and pictures', () => {
  const page = (archiveId: number, offset: number, urls: string[]) => ({
    archiveId,
    offset,
    recordId: null,
    recordType: 'response',
    url: 'https://User@WWW.Example.org:8080/x',
    date: null,
    title: null,
    language: null,
    ogImage: null,
    charset: null,
    charsetSource: null,
    robots: null,
    keptHtml: null,
    pairs: urls.map((imageUrl, position) => ({
      position,
      imageUrl,
      alternates: [`${imageUrl}?${offset}`],
      imageRule: 'src',
      alt: null,
      title: null,
      caption: null,
      captionRule: null,
      before: null,
      beforeDistance: null,
      after: null,
      afterDistance: null,
      declaredWidth: null,
      declaredHeight: null,
      tagStart: 0,
      tagEnd: 1,
    })),
  })

  test('a page is added once, a picture address is shared and gathers its alternates', () => {
    const { id } = archive()
    const ids = imageIds(corpus.writer)
    expect(insertPage(corpus.writer, ids, page(id, 1, ['https://i/a', 'https://i/a']))).toBe(2)
    expect(insertPage(corpus.writer, ids, page(id, 1, ['https://i/b']))).toBeNull()
    expect(insertPage(corpus.writer, imageIds(corpus.writer), page(id, 2, ['https://i/a']))).toBe(1)
    expect(corpus.reader.prepare('SELECT url, alternates, status FROM images').all()).toEqual([
      { url: 'https://i/a', alternates: '["https://i/a?1","https://i/a?2"]', status: 'pending' },
    ])
    expect(corpus.reader.prepare('SELECT host FROM pages').pluck().get()).toBe('www.example.org')
  })

  test('a transaction that fails leaves nothing', () => {
    const { id } = archive()
    const ids = imageIds(corpus.writer)
    expect(() =>
      transaction(corpus.writer, () => {
        insertPage(corpus.writer, ids, page(id, 1, ['https://i/a']))
        throw new Error('broken off')
      }),
    ).toThrow('broken off')
    ids.forget()
    expect(insertPage(corpus.writer, ids, page(id, 1, ['https://i/a']))).toBe(1)
  })

  test.each([
    ['http://[::1]:80/x', '[::1]'],
    ['HTTPS://A.b/', 'a.b'],
    ['ftp://a/', ''],
    ['nonsense', ''],
  ])('the host of %s is %s', (url, host) => {
    expect(hostOf(url)).toBe(host)
  })
})

describe('captures', () => {
  const capture = (offset: number, more: Partial<NewCapture>): boolean =>
    insertCapture(corpus.writer, {
      archiveId: 1,
      offset,
      url: 'http://i/a.png',
      date: null,
      mime: 'image/png',
      sha256: null,
      kind: 'picture',
      bytes: 1,
      payloadDigest: null,
      refersToUrl: null,
      refersToDate: null,
      ...more,
    })

  const held = (url: string, alternates: string[] = []) =>
    heldPictures(corpus.reader, { id: 1, url, alternates, status: 'pending' })

  test('a revisit leads to what it points to, by address or by digest', () => {
    archive()
    capture(1, { url: 'http://i/first.png', sha256: 'x', payloadDigest: 'sha1:AA' })
    capture(2, { kind: 'revisit', url: 'http://i/again.png', refersToUrl: 'http://i/first.png' })
    capture(3, { kind: 'revisit', url: 'http://i/twin.png', payloadDigest: 'sha1:AA' })
    capture(4, { kind: 'revisit', url: 'http://i/lost.png', payloadDigest: 'sha1:ZZ' })
    expect(held('http://i/again.png')).toMatchObject([{ sha256: 'x', via: 'revisit-url' }])
    expect(held('http://i/twin.png')).toMatchObject([{ sha256: 'x', via: 'revisit-digest' }])
    expect(held('http://i/lost.png')).toEqual([])
  })

  test('redirects lead to the picture at their end, and a loop of them to none', () => {
    archive()
    capture(1, { kind: 'redirect', url: 'http://i/a.png', refersToUrl: 'http://i/b.png' })
    capture(2, { kind: 'redirect', url: 'http://i/b.png', refersToUrl: 'https://i/c.png' })
    capture(3, { url: 'http://i/c.png', sha256: 'x' })
    capture(4, { kind: 'redirect', url: 'http://i/here.png', refersToUrl: 'http://i/there.png' })
    capture(5, { kind: 'redirect', url: 'http://i/there.png', refersToUrl: 'http://i/here.png' })
    expect(held('http://i/a.png')).toMatchObject([{ sha256: 'x', via: 'redirect', offset: 3 }])
    expect(held('http://i/here.png')).toEqual([])
  })

  test('http, https and a fragment make no other picture; addresses count in their order', () => {
    archive()
    capture(1, { sha256: 'x' })
    capture(2, { url: 'http://i/b.png', sha256: 'y' })
    expect(held('https://i/a.png#top')).toMatchObject([{ sha256: 'x' }])
    expect(held('http://i/none.png', ['http://i/b.png', 'http://i/a.png'])).toMatchObject([
      { sha256: 'y' },
      { sha256: 'x' },
    ])
  })
})

describe('failures', () => {
  test('are listed by reason, a page at a time', () => {
    const { id } = archive()
    for (let i = 0; i < 5; i++) {
      insertFailure(corpus.writer, { stage: 'record', reason: 'garbage', archiveId: id, offset: i })
    }
    insertFailure(corpus.writer, { stage: 'page', reason: 'time-budget', url: 'http://a/' })
    expect(listFailures(corpus.reader, { offset: 0, limit: 10 }).total).toBe(6)
    const { total, failures } = listFailures(corpus.reader, {
      reason: 'garbage',
      offset: 3,
      limit: 10,
    })
    expect(total).toBe(5)
    expect(failures.map(({ offset, archive: name }) => [offset, name])).toEqual([
      [3, 'crawl.warc.gz'],
      [4, 'crawl.warc.gz'],
    ])
  })
})

describe('models and embeddings', () => {
  test('two models of one name keep apart', () => {
    const model = (digest: string) =>
      ensureModel(corpus.writer, { digest, name: 'clip', title: 'CLIP', manifest: '{}' })
    const old = model('a'.repeat(64))
    expect(model('a'.repeat(64))).toBe(old)
    const newer = model('b'.repeat(64))
    expect(listModels(corpus.reader).map(({ publicId }) => publicId)).toEqual([
      'clip@aaaaaaaa',
      'clip',
    ])
    expect(findModel(corpus.reader, 'clip').id).toBe(newer)
    expect(findModel(corpus.reader, 'clip@aaaaaaaa').id).toBe(old)
    expect(findModel(corpus.reader, 'a'.repeat(10)).id).toBe(old)
    expect(() => findModel(corpus.reader, 'other')).toThrow(/other/)
    expect(scoreKinds(corpus.reader)).toEqual([])
  })

  test('a vector comes back bit by bit and is kept once', () => {
    const modelId = ensureModel(corpus.writer, {
      digest: 'a',
      name: 'clip',
      title: 'CLIP',
      manifest: '{}',
    })
    const first = keyFromHex('ff'.repeat(32))
    const vector = Float32Array.from([0.1, -0.2, 3e-9])
    putEmbeddings(corpus.writer, { modelId, kind: 'image', items: [{ key: first, vector }] })
    expect(getEmbedding(corpus.reader, { modelId, kind: 'image', key: first })).toEqual(vector)
    expect(getEmbedding(corpus.reader, { modelId, kind: 'text', key: first })).toBeNull()
    const other = { key: first, vector: Float32Array.from([1, 0, 0]) }
    putEmbeddings(corpus.writer, { modelId, kind: 'image', items: [other] })
    expect(getEmbedding(corpus.reader, { modelId, kind: 'image', key: first })).toEqual(vector)
  })
})

describe('jobs', () => {
  const job = (id: string, state: Job['state']): Job => ({
    id,
    kind: 'ingest',
    corpus: corpus.path,
    title: `Ingest ${id}`,
    state,
    progress: { done: 1, total: 2, unit: 'bytes', rate: null, eta: null, note: '' },
    createdAt: `2026-01-0${id}`,
    finishedAt: null,
    error: null,
    warnings: ['careful'],
    result: [{ label: 'Pairs', value: '3' }],
  })

  test('keep the subject that they have', () => {
    const scoring: Job = { ...job('3', 'done'), kind: 'score', subject: 'span' }
    saveJob(corpus.writer, scoring, { text: 'span' })
    expect(listJobs(corpus.reader, corpus.path)[0]?.job).toEqual(scoring)
  })

  test('are kept as they last were, newest first, and finished ones are cleared', () => {
    saveJob(corpus.writer, job('1', 'done'), { inputs: ['a'] })
    saveJob(corpus.writer, job('2', 'queued'), { inputs: ['b'] })
    saveJob(corpus.writer, job('2', 'running'), { inputs: ['b'] })
    expect(listJobs(corpus.reader, corpus.path)).toEqual([
      { job: job('2', 'running'), input: { inputs: ['b'] } },
      { job: job('1', 'done'), input: { inputs: ['a'] } },
    ])
    expect(clearJobs(corpus.writer)).toBe(1)
    expect(listJobs(corpus.reader, corpus.path).map((stored) => stored.job.id)).toEqual(['2'])
  })
})
