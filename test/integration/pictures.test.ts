import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { afterEach, expect, test } from 'vitest'
import type { FetchOptions } from '../../src/main/images/fetch-options.ts'
import { runPictures } from '../../src/main/jobs/pictures/pictures.ts'
import { blobPath, hasBlob } from '../../src/main/store/blobs.ts'
import { openCorpus, type Corpus } from '../../src/main/store/open.ts'
import { getThumb } from '../../src/main/store/repositories/thumbs.ts'
import {
  addCapture,
  addImage,
  addPage,
  failureRows,
  imageRows,
  jobContext,
  newCorpus,
  sha256Of,
} from './pictures-support.ts'

const open: Corpus[] = []
const servers: Server[] = []
afterEach(async () => {
  for (const corpus of open.splice(0)) corpus.close()
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  delete process.env.PICTURES_TEST_LOG
  delete process.env.PICTURES_TEST_DELAY
})

function corpusForTest(): Corpus {
  const corpus = newCorpus()
  open.push(corpus)
  return corpus
}

const png = (width: number, colour = '#3366cc'): Promise<Buffer> =>
  sharp({ create: { width, height: 10, channels: 3, background: colour } })
    .png()
    .toBuffer()

const run = (
  corpus: Corpus,
  images: string,
  context = jobContext(),
  more: { retryFailed?: boolean; fetch?: Partial<FetchOptions> } = {},
): Promise<void> =>
  runPictures(
    corpus,
    { corpus: corpus.path, images, retryFailed: more.retryFailed ?? false },
    context,
    { fetch: more.fetch },
  )

const COUNTING = new URL('./pictures-counting-host.ts', import.meta.url)
function countDecodes(delayMs = 0): () => string[] {
  const log = join(mkdtempSync(join(tmpdir(), 'log-')), 'log')
  writeFileSync(log, '')
  process.env.PICTURES_TEST_LOG = log
  process.env.PICTURES_TEST_DELAY = String(delayMs)
  return () =>
    readFileSync(log, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
}

test('pictures of an archive get their size, kind and thumbnail; what it does not hold is missing', async () => {
  const corpus = corpusForTest()
  const bytes = await png(700)
  addImage(corpus, 'http://a.example/x.png')
  addImage(corpus, 'http://a.example/gone.png')
  const sha256 = addCapture(corpus, 'http://a.example/x.png', bytes) as string
  const context = jobContext()
  await run(corpus, 'archive', context)
  expect(imageRows(corpus)).toEqual([
    {
      url: 'http://a.example/x.png',
      status: 'ok',
      sha256,
      mime: 'image/png',
      width: 700,
      height: 10,
      bytes: bytes.length,
      error: null,
      source: 'archive a.warc.gz at 0',
    },
    {
      url: 'http://a.example/gone.png',
      status: 'missing',
      sha256: null,
      mime: null,
      width: null,
      height: null,
      bytes: null,
      error: 'not-in-archives',
      source: 'archive',
    },
  ])
  const thumb = getThumb(corpus.thumbs, sha256)
  expect([thumb?.width, thumb?.mime]).toEqual([320, 'image/webp'])
  expect(failureRows(corpus)).toEqual([])
  expect(context.told.last).toMatchObject({ done: 2, total: 2 })
  expect(context.told.changes).toBeGreaterThan(0)
})

test('an archive is searched under every address of a picture, through revisits, http and https', async () => {
  const corpus = corpusForTest()
  const pictures = await Promise.all([31, 32, 33, 34, 35].map((width) => png(width)))
  const [small, byDigest, byAddress, secure, nearest] = pictures as [
    Buffer,
    Buffer,
    Buffer,
    Buffer,
    Buffer,
  ]
  addImage(corpus, 'http://a.example/large.png', [
    'http://a.example/medium.png',
    'http://a.example/small.png',
  ])
  addCapture(corpus, 'http://a.example/small.png', small)
  addImage(corpus, 'http://a.example/revisit-digest.png')
  addCapture(corpus, 'http://cdn.example/same.png', byDigest, { digest: 'sha1:AAA' })
  addCapture(corpus, 'http://a.example/revisit-digest.png', null, { digest: 'sha1:AAA' })
  addImage(corpus, 'http://a.example/revisit-address.png')
  addCapture(corpus, 'http://a.example/original.png', await png(99), {
    date: '2001-01-01T00:00:00Z',
  })
  addCapture(corpus, 'http://a.example/original.png', byAddress, { date: '2003-01-01T00:00:00Z' })
  addCapture(corpus, 'http://a.example/revisit-address.png', null, {
    digest: 'sha1:unknown',
    refersTo: 'http://a.example/original.png',
    refersToDate: '2003-01-01T00:00:00.500Z',
  })
  addImage(corpus, 'http://a.example/secure.png')
  addCapture(corpus, 'https://a.example/secure.png', secure)
  const changing = addImage(corpus, 'http://a.example/changing.png')
  addPage(corpus, [changing], { date: '2010-06-01T00:00:00Z' })
  addCapture(corpus, 'http://a.example/changing.png', await png(98), {
    date: '2009-01-01T00:00:00Z',
  })
  addCapture(corpus, 'http://a.example/changing.png', nearest, { date: '2010-06-02T00:00:00Z' })
  addCapture(corpus, 'http://a.example/changing.png', await png(97), {
    date: '2012-01-01T00:00:00Z',
  })
  await run(corpus, 'archive')
  const rows = imageRows(corpus)
  expect(rows.map((row) => [row.status, row.width])).toEqual(
    [31, 32, 33, 34, 35].map((w) => ['ok', w]),
  )
  expect(rows[0]?.source).toMatch(/as http:\/\/a\.example\/small\.png$/)
})

test('a bad picture is one counted failure, and its other address saves a picture', async () => {
  const corpus = corpusForTest()
  const page = Buffer.from('<!doctype html><title>404</title>')
  addImage(corpus, 'http://a.example/1.jpg')
  addCapture(corpus, 'http://a.example/1.jpg', page)
  addImage(corpus, 'http://a.example/2.jpg')
  const photo = await sharp({
    create: {
      width: 300,
      height: 300,
      channels: 3,
      background: '#888',
      noise: { type: 'gaussian', mean: 128, sigma: 40 },
    },
  })
    .jpeg()
    .toBuffer()
  addCapture(corpus, 'http://a.example/2.jpg', photo.subarray(0, photo.length / 2))
  addImage(corpus, 'http://a.example/3.jpg', ['http://a.example/3-small.jpg'])
  addCapture(corpus, 'http://a.example/3.jpg', page)
  addCapture(corpus, 'http://a.example/3-small.jpg', await png(12))
  addImage(corpus, 'http://a.example/4.jpg')
  const lost = addCapture(corpus, 'http://a.example/4.jpg', await png(13)) as string
  rmSync(blobPath(corpus.path, lost))
  const context = jobContext()
  await run(corpus, 'archive', context)
  expect(imageRows(corpus).map((row) => row.error ?? row.status)).toEqual([
    'not-a-picture html',
    'truncated',
    'ok',
    'blob-lost',
  ])
  expect(failureRows(corpus).map((row) => row.reason)).toEqual([
    'not-a-picture html',
    'truncated',
    'blob-lost',
  ])
  expect(context.told.warnings.join()).toContain('3 pictures could not be had')
})

test('bytes that many addresses share are decoded once, in one run and in the next', async () => {
  const corpus = corpusForTest()
  const decodes = countDecodes(20)
  const bytes = await png(50)
  for (let i = 0; i < 40; i++) {
    addImage(corpus, `http://a.example/${i}.png`)
    addCapture(corpus, `http://a.example/${i}.png`, bytes)
  }
  await run(corpus, 'archive', jobContext({ host: COUNTING }))
  expect(decodes().length).toBe(1)
  addImage(corpus, 'http://a.example/later.png')
  addCapture(corpus, 'http://a.example/later.png', bytes)
  await run(corpus, 'archive', jobContext({ host: COUNTING }))
  expect(decodes().length).toBe(1)
  expect(imageRows(corpus).every((row) => row.status === 'ok' && row.width === 50)).toBe(true)
})

test('a run that is killed again and again ends with what an undisturbed run ends with', async () => {
  const corpus = newCorpus()
  const decodes = countDecodes(15)
  for (let i = 0; i < 400; i++) {
    const url = `http://a.example/${i}.png`
    addImage(corpus, url)
    if (i % 7 === 3) addCapture(corpus, url, Buffer.from(`<html>${i}`))
    else if (i % 7 !== 5) addCapture(corpus, url, await png(1 + i))
  }
  const { path } = corpus
  corpus.close()
  const script = fileURLToPath(new URL('./pictures-run.ts', import.meta.url))
  let kills = 0
  for (let n = 0; n < 20; n++) {
    const child = spawn(process.execPath, [script, path], { stdio: 'inherit' })
    // After some more pictures than the last time, wherever it is then.
    const enough = decodes().length + 20 + 30 * kills
    const timer = setInterval(() => {
      if (kills < 3 && decodes().length >= enough) child.kill('SIGKILL')
    }, 5)
    const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
    clearInterval(timer)
    if (code === 0) break
    kills++
  }
  expect(kills).toBeGreaterThan(1)
  const again = openCorpus(path)
  open.push(again)
  const rows = imageRows(again)
  for (const [i, row] of rows.entries()) {
    const expected = i % 7 === 3 ? 'failed' : i % 7 === 5 ? 'missing' : 'ok'
    expect([i, row.status]).toEqual([i, expected])
    if (row.status !== 'ok') continue
    expect(row.width).toBe(1 + i)
    expect(getThumb(again.thumbs, row.sha256 as string)?.width).toBe(Math.min(320, 1 + i))
  }
  expect(failureRows(again).length).toBe(rows.filter((row) => row.status === 'failed').length)
  expect(new Set(failureRows(again).map((row) => row.url)).size).toBe(failureRows(again).length)
  // Each kill costs at most what was not yet committed.
  expect(decodes().length).toBeLessThan(rows.length + kills * 200)
})

test('a canceled run keeps what is done and the next one does the rest', async () => {
  const corpus = corpusForTest()
  const decodes = countDecodes(10)
  for (let i = 0; i < 300; i++) {
    addImage(corpus, `http://a.example/${i}.png`)
    addCapture(corpus, `http://a.example/${i}.png`, await png(1 + i))
  }
  const controller = new AbortController()
  const context = jobContext({ host: COUNTING, signal: controller.signal })
  await run(corpus, 'archive', {
    ...context,
    progress: ({ done }) => done >= 20 && controller.abort(),
  })
  const done = imageRows(corpus).filter((row) => row.status === 'ok').length
  expect(done).toBeGreaterThanOrEqual(20)
  expect(done).toBeLessThan(100)
  expect(decodes().length).toBe(done)
  await run(corpus, 'archive', jobContext({ host: COUNTING }))
  expect(imageRows(corpus).every((row) => row.status === 'ok')).toBe(true)
  expect(decodes().length).toBe(300)
})

test('pictures of a folder are kept in the corpus', async () => {
  const corpus = corpusForTest()
  const folder = mkdtempSync(join(tmpdir(), 'mirror-'))
  mkdirSync(join(folder, 'a.example'))
  const bytes = await png(60)
  writeFileSync(join(folder, 'a.example/x.png'), bytes)
  writeFileSync(join(folder, 'a.example/bad.png'), 'no')
  addImage(corpus, 'http://a.example/x.png')
  addImage(corpus, 'http://a.example/big.png', ['http://a.example/x.png'])
  addImage(corpus, 'http://a.example/bad.png')
  addImage(corpus, 'http://a.example/none.png')
  await run(corpus, `folder:${folder}`)
  expect(imageRows(corpus).map((row) => row.error ?? row.sha256)).toEqual([
    sha256Of(bytes),
    sha256Of(bytes),
    'not-a-picture text',
    'not-in-folder',
  ])
  rmSync(folder, { recursive: true })
  expect(readFileSync(blobPath(corpus.path, sha256Of(bytes))).equals(bytes)).toBe(true)
  await expect(
    run(corpus, `folder:${folder}`, jobContext(), { retryFailed: true }),
  ).rejects.toThrow(folder)
})

async function serve(answers: Map<string, Buffer | number>): Promise<string> {
  const server = createServer((request, response) => {
    const answer = answers.get(request.url ?? '') ?? 404
    if (typeof answer === 'number') response.writeHead(answer).end()
    else response.writeHead(200).end(answer)
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://a.test:${(server.address() as AddressInfo).port}`
}
const LOCAL: Partial<FetchOptions> = {
  allowAddress: () => true,
  resolve: () => Promise.resolve(['127.0.0.1']),
  retryDelayMs: 5,
}

test('pictures are fetched, opt-outs of pages honoured, and failures tried again when asked', async () => {
  const corpus = corpusForTest()
  const answers = new Map<string, Buffer | number>([
    ['/x.png', await png(80)],
    ['/late.png', 500],
    ['/page.png', Buffer.from('<html>sorry</html>')],
    ['/bomb.bmp', Buffer.from('424d', 'hex')],
  ])
  const base = await serve(answers)
  const images = ['/x.png', '/late.png', '/page.png', '/none.png', '/mine.png'].map((path) =>
    addImage(corpus, base + path),
  )
  addPage(corpus, images.slice(0, 4), { robots: 'index,follow' })
  addPage(corpus, images.slice(4), { robots: '["noimageai","nofollow"]' })
  await run(corpus, 'fetch', jobContext(), { fetch: LOCAL })
  expect(imageRows(corpus).map((row) => [row.status, row.error])).toEqual([
    ['ok', null],
    ['failed', 'http-500'],
    ['failed', 'not-a-picture html'],
    ['failed', 'http-404'],
    ['refused', 'opt-out noimageai'],
  ])
  expect(failureRows(corpus).length).toBe(4)
  const first = imageRows(corpus)[0]
  expect(first?.source).toMatch(/^fetched \d{4}-.* from http:\/\/a\.test/)
  expect(hasBlob(corpus.path, first?.sha256 as string)).toBe(true)

  answers.set('/late.png', await png(81))
  await run(corpus, 'fetch', jobContext(), { fetch: LOCAL })
  expect(imageRows(corpus)[1]?.status).toBe('failed')
  await run(corpus, 'fetch', jobContext(), { fetch: LOCAL, retryFailed: true })
  expect(imageRows(corpus)[1]).toMatchObject({ status: 'ok', width: 81 })
  expect(failureRows(corpus).map((row) => row.reason)).toEqual([
    'opt-out noimageai',
    'http-404',
    'not-a-picture html',
  ])

  const careless = jobContext({ fetch: { honourOptOut: false } })
  answers.set('/mine.png', await png(82))
  await run(corpus, 'fetch', careless, { fetch: LOCAL, retryFailed: true })
  expect(imageRows(corpus)[4]).toMatchObject({ status: 'ok', width: 82 })
})

test('by default the job asks nothing on this machine', async () => {
  const corpus = corpusForTest()
  const base = await serve(new Map([['/x.png', await png(80)]]))
  addImage(corpus, base.replace('a.test', '127.0.0.1') + '/x.png')
  await run(corpus, 'fetch')
  expect(imageRows(corpus)[0]).toMatchObject({ status: 'refused', error: 'private-address' })
})

test('what an archive does not hold can be fetched afterwards without being asked twice for', async () => {
  const corpus = corpusForTest()
  const base = await serve(new Map([['/x.png', await png(80)]]))
  addImage(corpus, `${base}/x.png`)
  await run(corpus, 'archive')
  expect(imageRows(corpus)[0]?.status).toBe('missing')
  await run(corpus, 'fetch', jobContext(), { fetch: LOCAL })
  expect(imageRows(corpus)[0]?.status).toBe('ok')
})

test('an archive that is added later brings pictures that were missing', async () => {
  const corpus = corpusForTest()
  addImage(corpus, 'http://a.example/x.png')
  await run(corpus, 'archive')
  addCapture(corpus, 'http://a.example/x.png', await png(20))
  await run(corpus, 'archive')
  expect(imageRows(corpus)[0]).toMatchObject({ status: 'ok', width: 20 })
})

test('a run that goes on counts no second attempt for what it did not find; one that is asked anew does', async () => {
  const corpus = corpusForTest()
  addImage(corpus, 'http://a.example/x.png')
  addImage(corpus, 'http://a.example/y.png')
  addCapture(corpus, 'http://a.example/y.png', Buffer.from('<html>'))
  const attempts = (): unknown =>
    corpus.writer.prepare('SELECT attempts FROM images ORDER BY id').pluck().all()
  const first = jobContext()
  await run(corpus, 'archive', first)
  await run(corpus, 'archive', first)
  expect(attempts()).toEqual([1, 1])
  await run(corpus, 'archive')
  expect(attempts()).toEqual([2, 1])
})

test('a decoder that cannot start fails the job and changes nothing', async () => {
  const corpus = corpusForTest()
  addImage(corpus, 'http://a.example/x.png')
  addCapture(corpus, 'http://a.example/x.png', await png(20))
  const context = jobContext({ host: new URL('./no-such-host.ts', import.meta.url) })
  await expect(run(corpus, 'archive', context)).rejects.toThrow(/does not start/)
  expect(imageRows(corpus)[0]?.status).toBe('pending')
})
