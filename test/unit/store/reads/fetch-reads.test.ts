import { afterEach, expect, test } from 'vitest'
import { createReads } from '../../../../src/main/store/reads/reads.ts'
import type { Corpus } from '../../../../src/main/store/open.ts'
import { addImage, addPage, newCorpus } from '../../../integration/pictures-support.ts'

const open: Corpus[] = []
afterEach(() => {
  for (const corpus of open.splice(0)) corpus.close()
})

const PACE = { delaySeconds: 1, requestSeconds: 0, parallel: 32, ahead: 2000 }
const ALL = { where: '', retryFailed: false, honoursOptOut: true, pace: PACE }

/** Pictures 1 to 9 of three pages; two pairs show the first. */
function corpusForTest(): Corpus {
  const corpus = newCorpus()
  open.push(corpus)
  const ids = [
    'http://a.example/1.png',
    'http://a.example/2.png',
    'http://b.example:8080/3.png',
    'http://c.example/4.png',
    'http://c.example/5.png',
    'http://c.example/6.png',
    'http://d.example/7.png',
    'table://x/8.png',
    'data-without-a-host',
  ].map((url) => addImage(corpus, url))
  addPage(corpus, [ids[0], ids[1], ids[2], ids[7], ids[8]] as number[])
  addPage(corpus, [ids[0], ids[3], ids[4], ids[5]] as number[])
  addPage(corpus, [ids[6]] as number[], { robots: '["noai"]' })
  const set = corpus.writer.prepare(
    'UPDATE images SET status = ?, source = ?, bytes = ? WHERE id = ?',
  )
  set.run('ok', 'fetched 2026-01-01T00:00:00Z from http://c.example/4.png', 1000, ids[3])
  set.run('failed', 'fetch', null, ids[4])
  set.run('refused', 'fetch', null, ids[5])
  return corpus
}

test('a fetch is counted before anybody is asked: addresses, hosts, and what is left by reason', () => {
  const corpus = corpusForTest()
  const reads = createReads(corpus.reader)
  const plan = reads.fetchPlan(ALL)
  expect(plan).toMatchObject({ pairs: 10, pictures: 9, addresses: 3, files: 1, hosts: 2 })
  expect(plan.largest).toEqual([
    { host: 'a.example', n: 2 },
    { host: 'b.example', n: 1 },
  ])
  expect(Object.fromEntries(plan.left.map(({ reason, n }) => [reason, n]))).toEqual({
    had: 1,
    failed: 1,
    refused: 1,
    'opted-out': 1,
    'no-address': 1,
  })
  // Every picture is somewhere.
  const left = plan.left.reduce((sum, { n }) => sum + n, 0)
  expect(plan.addresses + plan.files + left).toBe(plan.pictures)
  expect(plan.leastSeconds).toBe(1)
  expect(plan.before).toEqual({ asked: 3, had: 1, meanBytes: 1000 })
})

test('what failed, and what is refused where nobody honours it, is asked for again on request', () => {
  const reads = createReads(corpusForTest().reader)
  expect(reads.fetchPlan({ ...ALL, retryFailed: true }).addresses).toBe(4)
  expect(reads.fetchPlan({ ...ALL, retryFailed: true, honoursOptOut: false }).addresses).toBe(6)
})

test('a filter narrows a fetch to the pictures of its pairs, each once', () => {
  const reads = createReads(corpusForTest().reader)
  const plan = reads.fetchPlan({ ...ALL, where: 'url:a.example' })
  expect(plan).toMatchObject({ pairs: 3, pictures: 2, addresses: 2, hosts: 1 })
})

test('a sample is drawn among what would be asked for, the same with the same seed', () => {
  const corpus = newCorpus()
  open.push(corpus)
  const many = Array.from({ length: 40 }, (_, i) =>
    addImage(corpus, `http://${i < 30 ? 'big' : `small${i}`}.example/${i}.png`),
  )
  addPage(corpus, many)
  const reads = createReads(corpus.reader)
  const draw = (seed: number) => reads.fetchSample({ ...ALL, n: 12, seed })
  const { addresses, sample } = draw(1)
  expect(addresses).toBe(40)
  expect(new Set(sample.map(({ id }) => id)).size).toBe(12)
  expect(sample.filter(({ host }) => host === 'big.example').length).toBeLessThanOrEqual(6)
  expect(draw(1)).toEqual(draw(1))
  expect(draw(2)).not.toEqual(draw(1))
})

test('pictures are counted by their status', () => {
  const reads = createReads(corpusForTest().reader)
  expect(reads.pictureCounts()).toEqual({ ok: 1, pending: 6, missing: 0, failed: 1, refused: 1 })
})
