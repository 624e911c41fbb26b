/** One address in several spellings: in pages, records, redirects, revisits and queries. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { listPairs } from '../../src/main/store/repositories/pairs.ts'
import type { Corpus } from '../../src/main/store/open.ts'
import { ingest } from '../support/ingest.ts'
import { SMALLEST_PNG } from '../support/smallest-png.ts'
import { makeRecord, makeResponse } from '../unit/warc/make.ts'

let folder: string
let corpus: Corpus | null = null
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gleaner-addresses-'))
})
afterEach(() => {
  corpus?.close()
  corpus = null
  rmSync(folder, { recursive: true, force: true })
})

/** A record whose address is written as UTF-8. */
function record(type: string, uri: string, block: Buffer, fields = ''): Buffer {
  const escaped = Buffer.from(uri).toString('latin1')
  return makeRecord(type, block, { uri: escaped, fields })
}
const page = (uri: string, body: string): Buffer =>
  record('response', uri, makeResponse(body, 'Content-Type: text/html; charset=utf-8'))
const picture = (uri: string): Buffer =>
  record('response', uri, makeResponse(SMALLEST_PNG, 'Content-Type: image/png'))

async function read(...records: Buffer[]): Promise<Corpus> {
  const path = join(folder, 'a.warc')
  writeFileSync(path, Buffer.concat(records))
  corpus = await ingest(join(folder, 'c.gleaner'), [path], { images: 'archive' })
  return corpus
}
const statuses = (from: Corpus): string[] =>
  from.reader
    .prepare<[], string>(
      'SELECT i.status FROM pairs p JOIN images i ON i.id = p.image_id ORDER BY p.id',
    )
    .pluck()
    .all()

test('a picture is found under every spelling of its address', async () => {
  const spellings = [
    ['/a%7Eb.png', 'http://EXAMPLE.org:80/a~b.png'],
    ['/ž.png', 'http://example.org/%c5%be.png'],
    ['/x/../c.png', 'http://example.org/./c.png#top'],
    ['/d|e.png?q={1}', 'http://example.org/d%7Ce.png?q=%7b1%7D'],
    ['//bücher.example/f.png', 'http://xn--bcher-kva.example/f.png'],
    ['//xn--bcher-kva.example/g.png', 'http://Bücher.example/g.png'],
  ] as const
  const from = await read(
    page('http://example.org/', spellings.map(([src]) => `<img src="${src}">`).join('')),
    ...spellings.map(([, uri]) => picture(uri)),
  )
  expect(statuses(from)).toEqual(spellings.map(() => 'ok'))
})

test('redirects and revisits lead to what they name in another spelling', async () => {
  const redirect = Buffer.from('HTTP/1.1 302 Found\r\nLocation: /ž/b c.png\r\n\r\n')
  const from = await read(
    page('http://example.org/', '<img src="/from.png"><img src="/again.png">'),
    record('response', 'http://example.org/from.png', redirect),
    picture('http://example.org/%C5%BE/b%20c.png'),
    record(
      'revisit',
      'http://example.org/again.png',
      Buffer.from('HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n'),
      'WARC-Refers-To-Target-URI: http://EXAMPLE.org:80/%c5%be/b%20c.png\r\n',
    ),
  )
  expect(statuses(from)).toEqual(['ok', 'ok'])
})

test('queries find hosts and addresses in either spelling', async () => {
  const from = await read(
    page('http://bücher.example/Käse', '<img src="/ž.png" alt="one">'),
    page('http://xn--bcher-kva.example/K%C3%A4se', '<img src="/%C5%BE.png" alt="two">'),
    page('http://www.bücher.example/', '<img src="/x.png" alt="three">'),
  )
  const found = (where: string): string =>
    listPairs(from.reader, { where, afterId: 0, limit: 10 })
      .map(({ text }) => text.alt)
      .join()
  for (const host of ['bücher.example', 'BÜCHER.example', 'xn--bcher-kva.example']) {
    expect(found(`host:${host}`)).toBe('one,two,three')
    expect(found(`host=${host}`)).toBe('one,two')
  }
  expect(found('page:Käse')).toBe('one,two')
  expect(found('page:K%C3%A4se')).toBe('one,two')
  expect(found('url:ž.png')).toBe('one,two')
  expect(found('url="http://bücher.example/ž.png"')).toBe('one,two')
})
