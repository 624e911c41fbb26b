/** An ingest says what it took and what it did not; where nothing was taken it is a failed job. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { seededRandom } from '../../src/shared/random.ts'
import { openCorpus } from '../../src/main/store/open.ts'
import { corpusStats } from '../../src/main/store/repositories/stats.ts'
import { ingest, jobContext } from '../support/ingest.ts'
import { sharedData } from '../support/shared-data.ts'
import { gzipEach, makeRecord, makeResponse, makeZip } from '../unit/warc/make.ts'

const SAMPLE = readFileSync(
  resolve(import.meta.dirname, '../../resources/sample/gleaner-sample.warc.gz'),
)
const cases = sharedData('cases')

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gleaner-outcome-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const corpusPath = (): string => join(folder, 'c.gleaner')
function file(name: string, bytes: Uint8Array | string): string {
  const path = join(folder, name)
  writeFileSync(path, bytes)
  return path
}

interface Said {
  error: string | null
  warnings: string[]
  failures: Record<string, number>
  pages: number
}

async function run(...inputs: string[]): Promise<Said> {
  const ctx = jobContext()
  let error: string | null = null
  try {
    ;(await ingest(corpusPath(), inputs, {}, {}, ctx)).close()
  } catch (thrown) {
    error = (thrown as Error).message
  }
  const corpus = openCorpus(corpusPath(), { readonly: true })
  const { failures, pages } = corpusStats(corpus.reader)
  corpus.close()
  return { error, warnings: ctx.warnings, failures, pages }
}

const noise = (length: number): Buffer => {
  const random = seededRandom(7)
  return Buffer.from(Array.from({ length }, () => random.below(256)))
}
const page = (n: number): Buffer =>
  makeRecord('response', makeResponse(`<p>Page ${n}<img src="/${n}.png" alt="a">`), {
    uri: `http://a.example/${n}`,
  })

describe('what nothing comes of', () => {
  test.each<[string, () => string, RegExp]>([
    [
      'a text file',
      () => file('a.warc', 'Just some words.\n'),
      /not-an-archive 1 \(.*Just some words/,
    ],
    ['random bytes', () => file('b.warc.gz', noise(5000)), /nothing was taken; not-an-archive/],
    ['an empty file', () => file('c.warc', ''), /empty-file/],
    ['what is no ZIP', () => file('d.wacz', noise(500)), /nothing was taken; .*cannot be opened/],
    [
      'a Zstandard archive',
      () => file('e.warc.zst', Buffer.from('28b52ffd0058', 'hex')),
      /Zstandard/,
    ],
    [
      'an ARC file',
      () => file('f.arc', 'filedesc://a.arc 0.0.0.0 2005 text/plain 77\n1 0 IA\n'),
      /ARC file/,
    ],
    [
      'requests alone',
      () => file('g.warc', makeRecord('request', 'GET / HTTP/1.1\r\n\r\n')),
      /no-answers 1 \(It holds only records of the types request 1/,
    ],
    [
      'answers that show nothing',
      () => file('h.warc', makeRecord('response', 'HTTP/1.1 404 Not Found\r\n\r\nno')),
      /no-pages 1 \(None of its 1 answers is a page or a picture: status 404 1/,
    ],
    [
      'a WET file',
      () => file('i.warc.wet.gz', gzipEach([makeRecord('conversion', 'words')])),
      /wet-file 1 \(It is a WET file/,
    ],
  ])('%s is a failed job that says why, each time', async (_name, make, why) => {
    const path = make()
    const first = await run(path)
    expect(first.error).toMatch(why)
    const again = await run(path)
    expect(again.error).toBe(first.error)
    expect(again.failures).toEqual(first.failures)
    expect(Object.keys(first.failures)).not.toEqual([])
  })

  test.skipIf(!cases)('a WAT file says what it is and why it gives no pairs', async () => {
    const said = await run(join(cases as string, '42-wat.warc.wat.gz'))
    expect(said.error).toContain('It is a WAT file: links and headers of a crawl')
    expect(said.failures).toEqual({ 'wat-file': 1 })
  })
})

describe('what something comes of', () => {
  test('a truncated archive: what was taken, and that its end is missing', async () => {
    const { error, warnings, pages } = await run(
      file('cut.warc.gz', SAMPLE.subarray(0, Math.floor(SAMPLE.length * 0.6))),
    )
    expect(error).toBeNull()
    expect(pages).toBeGreaterThan(0)
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toMatch(
      /^cut\.warc\.gz: \d+ pages and \d+ pictures were taken; truncated-gzip 1/,
    )
  })

  test('a corrupted archive', async () => {
    const bytes = gzipEach([page(1), page(2), page(3)])
    bytes.fill(0x55, gzipEach([page(1)]).length + 30, gzipEach([page(1)]).length + 60)
    const { error, warnings, pages } = await run(file('bad.warc.gz', bytes))
    expect([error, pages]).toEqual([null, 2])
    expect(warnings[0]).toMatch(/^bad\.warc\.gz: 2 pages and 0 pictures were taken; corrupt-gzip 1/)
  })

  test('one input that cannot be read does not stop the others', async () => {
    const good = file('good.warc', page(1))
    const { error, warnings, pages } = await run(file('text.warc', 'words'), good)
    expect([error, pages]).toEqual([null, 1])
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toMatch(/^text\.warc: nothing was taken; not-an-archive/)
  })

  test('an entry of a WACZ that cannot be unpacked ends alone', async () => {
    const random = seededRandom(3)
    const many = Array.from({ length: 200 }, () => page(random.below(1e9)))
    const zip = makeZip([
      { name: 'archive/1.warc', bytes: Buffer.concat(many), deflate: true },
      { name: 'archive/2.warc', bytes: page(2), deflate: true },
      { name: 'archive/3.warc', bytes: page(3) },
    ])
    const at = zip.indexOf('archive/1.warc') + 'archive/1.warc'.length
    zip.fill(0xff, at + 1500, at + 1600)
    const { error, warnings, pages, failures } = await run(file('crawl.wacz', zip))
    expect(error).toBeNull()
    expect(pages).toBeGreaterThanOrEqual(2)
    expect(failures).toMatchObject({ unreadable: 1 })
    expect(warnings.join('\n')).toMatch(/^crawl\.wacz!archive\/1\.warc: .*unreadable 1/m)
  })

  test('a sound archive warns of nothing', async () => {
    expect((await run(file('sound.warc', page(1)))).warnings).toEqual([])
  })
})
