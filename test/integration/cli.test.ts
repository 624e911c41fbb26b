import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CallOutput } from '#shared/contract/index.ts'
import { Failure } from '#shared/contract/corpora.ts'
import { Pair } from '#shared/domain.ts'
import { gleaner, jsonLines } from '../support/cli.ts'
import type { Outcome } from '../support/cli.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const SAMPLE = join(ROOT, 'resources/sample')
const MODEL = join(ROOT, 'test/fixtures/models/tiny-clip')

let home: string
let corpus: string
const run = (...args: string[]): Promise<Outcome> => gleaner(args, { home })

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'gleaner-cli-'))
  corpus = join(home, 'c.gleaner')
  expect((await run('init', corpus)).code).toBe(0)
  const ingested = await run('ingest', corpus, SAMPLE)
  expect(ingested.stderr).not.toMatch(/error/i)
  expect(ingested.code).toBe(0)
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

async function stats(): Promise<CallOutput<'corpora.stats'>> {
  return JSON.parse((await run('stats', corpus, '--json')).stdout) as CallOutput<'corpora.stats'>
}

describe('usage', () => {
  test('a command that does not exist is wrong usage', async () => {
    const { code, stderr } = await run('injest', corpus)
    expect(code).toBe(2)
    expect(stderr).toMatch(/unknown command 'injest'/)
  })

  test('an option that is not among the choices is wrong usage and names them', async () => {
    const { code, stderr } = await run('export', corpus, '--format', 'xml', '--out', '/tmp/x')
    expect(code).toBe(2)
    expect(stderr).toMatch(/webdataset/)
  })

  test('help is no error', async () => {
    const { code, stdout } = await run('--help')
    expect(code).toBe(0)
    for (const command of [
      'init',
      'ingest',
      'score',
      'pairs',
      'stats',
      'histogram',
      'export',
      'models',
      'doctor',
    ]) {
      expect(stdout).toContain(command)
    }
  })

  test('a query that cannot be read is wrong usage and says where', async () => {
    const { code, stderr } = await run('pairs', corpus, '--json', '--where', 'width>=')
    expect(code).toBe(2)
    expect(stderr).toMatch(/position|width/)
  })

  test('a corpus that is not there is a failure that names it', async () => {
    const { code, stderr } = await run('stats', join(home, 'nothing.gleaner'))
    expect(code).toBe(1)
    expect(stderr).toContain('nothing.gleaner')
  })
})

describe('what the program ends with', () => {
  test('a limit of the contract holds on the command line', async () => {
    const { code, stderr } = await run('ingest', corpus, SAMPLE, '--workers', '65')
    expect(code).toBe(2)
    expect(stderr).toMatch(/whole number from 1 to 64/i)
  })

  test('a job that failed for its arguments is wrong usage', async () => {
    const out = join(corpus, 'within')
    const { code, stderr } = await run('export', corpus, '--format', 'jsonl', '--out', out)
    expect(code).toBe(2)
    expect(stderr).toMatch(/lies in the corpus itself/)
  })

  test('a job that failed for what there is has failed, with what to do', async () => {
    const { code, stderr } = await run('score', corpus, '--model', 'no-such-model')
    expect(code).toBe(1)
    expect(stderr).toMatch(/^error: There is no .*no-such-model/m)
    expect(stderr).toMatch(/gleaner models list/)
  })
})

describe('a corpus of the sample', () => {
  test('stats count records, pages, pairs, pictures and failures', async () => {
    const counted = await stats()
    expect(counted.pages).toBeGreaterThan(40)
    expect(counted.pairs).toBeGreaterThan(300)
    expect(counted.withAlt).toBeLessThanOrEqual(counted.pairs)
    expect(counted.records['response']).toBeGreaterThan(counted.pages)
    expect(counted.images.ok).toBeGreaterThan(250)
    // The sample holds broken files on purpose.
    expect(Object.keys(counted.failures).length).toBeGreaterThan(0)
    const fromImages = Object.values(counted.images).reduce((a, b) => a + b, 0)
    expect(fromImages).toBeGreaterThan(300)
  })

  test('failures lists what was not taken, all of it or of one reason', async () => {
    const { leftOut, failures, notPaired } = await stats()
    const sum = (counts: Record<string, number>): number =>
      Object.values(counts).reduce((a, b) => a + b, 0)
    const all = jsonLines<unknown>((await run('failures', corpus, '--json')).stdout).map((line) =>
      Failure.parse(line),
    )
    expect(all.reduce((n, failure) => n + failure.n, 0)).toBe(
      sum(leftOut) + sum(failures) + sum(notPaired),
    )
    const { stdout, code } = await run('failures', corpus, '--reason', 'record-type')
    expect(code).toBe(0)
    expect(stdout).toMatch(/record-type +\d+ +record +gleaner-sample\.warc\.gz +[\d,]+ .*request/)
    expect(stdout).not.toContain('status')
    expect((await run('failures', corpus, '--reason', 'nothing')).stdout).toBe(
      'none of the reason nothing\n',
    )
  })

  test('pairs come as one JSON object a line, as the contract says', async () => {
    const { stdout, code } = await run('pairs', corpus, '--json')
    expect(code).toBe(0)
    const pairs = jsonLines<unknown>(stdout).map((line) => Pair.parse(line))
    expect(pairs.length).toBe((await stats()).pairs)
    expect(new Set(pairs.map((pair) => pair.id)).size).toBe(pairs.length)
    expect(pairs.every((pair) => pair.page.recordId?.startsWith('<urn:uuid:'))).toBe(true)
  })

  test('a filter keeps what it says', async () => {
    const { stdout } = await run('pairs', corpus, '--json', '--where', 'width>=300 status:ok')
    const pairs = jsonLines<Pair>(stdout)
    expect(pairs.length).toBeGreaterThan(0)
    for (const pair of pairs) {
      expect(pair.image.status).toBe('ok')
      expect(pair.image.width).toBeGreaterThanOrEqual(300)
    }
  })

  test('a second ingest of the same input adds nothing', async () => {
    const before = (await run('pairs', corpus, '--json')).stdout
    expect((await run('ingest', corpus, SAMPLE)).code).toBe(0)
    expect((await run('pairs', corpus, '--json')).stdout).toBe(before)
  })

  test('standard input gives the same pairs as the file', async () => {
    const other = join(home, 'stdin.gleaner')
    await run('init', other)
    const archive = join(SAMPLE, 'gleaner-sample.warc.gz')
    const piped = await gleaner(['ingest', other, '-'], { home, stdin: archive })
    expect(piped.code).toBe(0)
    const essence = async (path: string): Promise<unknown> =>
      jsonLines<Pair>((await run('pairs', path, '--json')).stdout).map((pair) => [
        pair.page.url,
        pair.image.url,
        pair.image.sha256,
        pair.text,
      ])
    expect(await essence(other)).toEqual(await essence(corpus))
  })

  test('an input that is no archive fails with its name', async () => {
    const { code, stderr } = await run('ingest', corpus, join(home, 'missing.warc.gz'))
    expect(code).toBe(1)
    expect(stderr).toContain('missing.warc.gz')
  })
})

describe('scores', () => {
  beforeAll(async () => {
    expect((await run('score', corpus, '--model', MODEL, '--device', 'cpu')).code).toBe(0)
  })

  test('every pair with a picture and an alt text has a cosine', async () => {
    const pairs = jsonLines<Pair>((await run('pairs', corpus, '--json')).stdout)
    for (const pair of pairs) {
      const scorable = pair.image.status === 'ok' && Boolean(pair.text.alt?.trim())
      expect(pair.scores.length, `pair ${pair.id}`).toBe(scorable ? 1 : 0)
      for (const score of pair.scores) expect(Math.abs(score.cosine)).toBeLessThanOrEqual(1)
    }
  })

  test('the histogram holds every score once', async () => {
    const { stdout } = await run('histogram', corpus, '--text', 'alt', '--bins', '17', '--json')
    const histogram = JSON.parse(stdout) as CallOutput<'scores.histogram'> & { model: string }
    expect(histogram.counts).toHaveLength(17)
    expect(histogram.counts.reduce((a, b) => a + b, 0)).toBe(histogram.n)
    const scored = jsonLines<Pair>(
      (await run('pairs', corpus, '--json', '--where', 'score:*')).stdout,
    )
    expect(scored.length).toBe(histogram.n)
  })

  test('another text source adds scores and leaves the others', async () => {
    expect((await run('score', corpus, '--model', MODEL, '--text', 'caption')).code).toBe(0)
    const sources = (await stats()).scores.map((score) => score.text).sort()
    expect(sources).toEqual(['alt', 'caption'])
  })

  test('what passes a cutoff is exported, with the recipe beside it', async () => {
    const out = join(home, 'dataset')
    const where = 'score.alt>=0'
    const exported = await run(
      'export',
      corpus,
      '--format',
      'jsonl',
      '--where',
      where,
      '--out',
      out,
    )
    expect(exported.stderr).toBe(exported.stderr.replace(/^error.*/m, ''))
    expect(exported.code).toBe(0)
    const kept = jsonLines<Pair>((await run('pairs', corpus, '--json', '--where', where)).stdout)
    const manifest = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')) as {
      counts: { exported: number }
      contentHash: string
    }
    expect(manifest.counts.exported).toBe(kept.length)
    expect(manifest.contentHash).toMatch(/^[0-9a-f]{64}$/)
  })
})

test('Ctrl-C ends an ingest in order, and the next one goes on', async () => {
  const interrupted = join(home, 'interrupted.gleaner')
  await run('init', interrupted)
  const first = await gleaner(['ingest', interrupted, SAMPLE], {
    home,
    signalOn: { text: /ingest:/, signal: 'SIGTERM' },
  })
  // A fast machine may have finished before the signal came.
  expect([0, 130]).toContain(first.code)
  expect((await run('ingest', interrupted, SAMPLE)).code).toBe(0)
  const essence = async (path: string): Promise<unknown> =>
    jsonLines<Pair>((await run('pairs', path, '--json')).stdout).map(({ page, image, text }) => [
      page.offset,
      image.url,
      image.status,
      text,
    ])
  expect(await essence(interrupted)).toEqual(await essence(corpus))
})

test('models are listed, and the doctor looks at the machine', async () => {
  const models = JSON.parse((await run('models', 'list', '--json')).stdout) as { id: string }[]
  expect(models.length).toBeGreaterThan(3)
  expect((await run('doctor')).stdout).toMatch(/Node\s+ok\s+24\./)
  expect(existsSync(home)).toBe(true)
})

describe('search --words', () => {
  test('finds what holds the words, the best match first, and brings the index up to date', async () => {
    const { code, stdout, stderr } = await run('search', corpus, '--words', 'orange ca*', '--json')
    expect(code).toBe(0)
    const hits = jsonLines(stdout) as { rank: number; texts: Record<string, string | null> }[]
    expect(hits.length).toBeGreaterThan(3)
    for (const { texts } of hits) {
      expect(Object.values(texts).join('\n')).toMatch(/orange ca/i)
    }
    const { pairs } = await stats()
    expect(stderr).toContain(`${pairs} of ${pairs} pairs are in the index of texts.`)
    expect(existsSync(join(corpus, 'texts.db'))).toBe(true)
  })

  test('words that cannot be read are wrong usage, with what is meant', async () => {
    const { code, stderr } = await run('search', corpus, '--words', '--', '--k', '3')
    expect(code).not.toBe(0)
    const bad = await run('search', corpus, '--words', 'c*r')
    expect(bad.code).not.toBe(0)
    expect(bad.stderr).toContain('at the end only')
    expect(stderr).not.toBe('')
  })
})
