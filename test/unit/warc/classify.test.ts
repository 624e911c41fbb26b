import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { describe, expect, it, test } from 'vitest'
import { seededRandom } from '../../../src/shared/random.ts'
import { classify, glance, parseHttpResponse } from '../../../src/main/warc/index.ts'
import type { Captured, LeftOut } from '../../../src/main/warc/index.ts'

const PNG = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(900, 7)])
const WEBP = Buffer.concat([
  Buffer.from('RIFF\x40\x01\0\0WEBPVP8 ', 'latin1'),
  Buffer.from(Array.from({ length: 400 }, (_, i) => (i * 97 + 13) & 255)),
])
const HTML = '<!doctype html><title>t</title><img src="a.png">'
const XHTML = '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><p/></html>'
const OTHER_XML = '<?xml version="1.0"?><rss version="2.0"><channel/></rss>'

interface Case {
  head?: string
  body?: string | Buffer
  status?: string
  type?: string
  fields?: Record<string, string>
}

function make({ head = '', body = HTML, status = 'HTTP/1.1 200 OK', type, fields }: Case): {
  type: string
  headers: Map<string, string>
  block: Buffer
} {
  const http = status === '' ? '' : `${status}\r\n${head && `${head}\r\n`}\r\n`
  return {
    type: type ?? 'response',
    headers: new Map(Object.entries(fields ?? { 'content-type': 'application/http' })),
    block: Buffer.concat([Buffer.from(http), Buffer.from(body)]),
  }
}

/** What it is, and that a look at the head never says otherwise. */
function kindOf(what: Case): string {
  const record = make(what)
  const found: Captured = classify(record, parseHttpResponse(record.block))
  const seen: LeftOut | null = glance(record)
  if (seen) expect(found.kind).toBe('left-out')
  if (found.kind === 'left-out') return found.reason
  return found.kind === 'page' && found.xml ? 'page (xml)' : found.kind
}

describe('what a response holds', () => {
  test.each<[string, Case, string]>([
    ['HTML that says so', { head: 'Content-Type: text/html' }, 'page'],
    [
      'XHTML that says so',
      { head: 'Content-Type: Application/XHTML+xml; charset=x' },
      'page (xml)',
    ],
    ['HTML without a type', {}, 'page'],
    ['HTML as unknown/unknown', { head: 'Content-Type: unknown/unknown' }, 'page'],
    ['HTML as application/unknown', { head: 'Content-Type: application/unknown' }, 'page'],
    ['HTML as */*', { head: 'Content-Type: */*' }, 'page'],
    ['HTML as what is no media type', { head: 'Content-Type: html' }, 'page'],
    [
      'the last of several types',
      { head: 'Content-Type: text/plain\r\nContent-Type: text/html' },
      'page',
    ],
    ['a type that is not sniffed', { head: 'Content-Type: text/plain' }, 'other-type'],
    [
      'HTML of no type where sniffing is forbidden',
      { head: 'X-Content-Type-Options: nosniff' },
      'other-type',
    ],
    ['text without a type', { body: 'just words' }, 'other-type'],
    ['a comment first, without a type', { body: '\n <!-- a --><p>' }, 'page'],
    ['XHTML without a type', { body: XHTML }, 'page (xml)'],
    ['XHTML as XML', { head: 'Content-Type: application/xml', body: XHTML }, 'page (xml)'],
    [
      'XHTML behind comments and a document type',
      {
        head: 'Content-Type: text/xml',
        body: '<!-- <html> --><!DOCTYPE html [<!ENTITY a "<b>">]><!----><html xmlns="http://www.w3.org/1999/xhtml">',
      },
      'page (xml)',
    ],
    [
      'comments without end',
      { head: 'Content-Type: text/xml', body: '<!---->'.repeat(580) },
      'other-type',
    ],
    ['other XML', { head: 'Content-Type: text/xml', body: OTHER_XML }, 'other-type'],
    ['a feed', { head: 'Content-Type: application/rss+xml', body: OTHER_XML }, 'other-type'],
    ['a status line without a version', { status: 'HTTP 200' }, 'page'],
    ['203', { status: 'HTTP/1.1 203 Transformed', head: 'Content-Type: text/html' }, 'page'],
    [
      'a whole 206',
      {
        status: 'HTTP/1.1 206 Partial',
        head: 'Content-Type: text/html\r\nContent-Range: bytes 0-46/47',
      },
      'page',
    ],
    [
      'a part',
      { status: 'HTTP/1.1 206 Partial', head: 'Content-Range: bytes 0-46/99' },
      'part-of-a-body',
    ],
    ['a part that says nothing', { status: 'HTTP/1.1 206 Partial' }, 'part-of-a-body'],
    [
      'a page that is not there',
      { status: 'HTTP/1.1 404 Not Found', head: 'Content-Type: text/html' },
      'status',
    ],
    ['nothing', { head: 'Content-Type: text/html', body: '' }, 'empty-body'],
    [
      'another protocol',
      { status: '', body: '20200101 a.example', fields: { 'content-type': 'text/dns' } },
      'no-http',
    ],
    ['a request', { type: 'request', status: 'GET / HTTP/1.1' }, 'record-type'],
    [
      'a resource of HTML',
      { type: 'resource', status: '', fields: { 'content-type': 'text/html' } },
      'page',
    ],
    ['a resource of no type', { type: 'resource', status: '', fields: {} }, 'page'],
    [
      'a resource of text',
      { type: 'resource', status: '', fields: { 'content-type': 'text/plain' } },
      'other-type',
    ],
    [
      'a picture in a resource',
      { type: 'resource', status: '', body: PNG, fields: { 'content-type': 'application/x' } },
      'picture',
    ],
    [
      'what is called a picture',
      { head: 'Content-Type: image/svg+xml', body: '<svg/>' },
      'picture',
    ],
  ])('%s', (_name, what, kind) => {
    expect(kindOf(what)).toBe(kind)
  })

  test.each([
    'text/html',
    'text/plain',
    'application/x-download',
    'application/force-download',
    'application/octet-stream',
    'image',
    'jpg',
    '*/*',
    'binary',
    'multipart/form-data',
    'text/css',
    'application/javascript',
    'font/woff2',
    'video/mp4',
    'application/json',
    'text/html; charset=iso-8859-1, image/jpeg',
    'application/xhtml+xml',
    'text/xml',
  ])('a picture sent as %s is a picture, coded or not', (type) => {
    const head = `Content-Type: ${type}`
    expect(kindOf({ head, body: PNG })).toBe('picture')
    const coded = (name: string, body: Buffer): string =>
      kindOf({ head: `${head}\r\nContent-Encoding: ${name}`, body })
    expect(coded('gzip', gzipSync(PNG))).toBe('picture')
    expect(coded('deflate', deflateSync(PNG))).toBe('picture')
    expect(coded('br', brotliCompressSync(PNG))).toBe('picture')
    const chunks = Buffer.concat([
      Buffer.from(`${PNG.length.toString(16)}\r\n`),
      PNG,
      Buffer.from('\r\n0\r\n\r\n'),
    ])
    expect(kindOf({ head: `${head}\r\nTransfer-Encoding: chunked`, body: chunks })).toBe('picture')
  })
})

describe('a coding that was never there', () => {
  it.each(['gzip', 'deflate', 'br', 'zstd', 'x-gzip'])('%s leaves a picture as it is', (name) => {
    for (const picture of [PNG, WEBP]) {
      const head = `HTTP/1.1 200 OK\r\nContent-Type: image/webp\r\nContent-Encoding: ${name}\r\n\r\n`
      const http = parseHttpResponse(Buffer.concat([Buffer.from(head), picture]))
      expect(Buffer.from(http.body).equals(picture)).toBe(true)
      expect(http.decoded.join()).toMatch(/\(absent\)/)
    }
  })

  it('a coding that is there and cut off still gives what it holds', () => {
    const random = seededRandom(5)
    const noise = Buffer.from(Array.from({ length: 5000 }, () => Math.floor(random.next() * 256)))
    const body = Buffer.concat([Buffer.from('GIF89a'), noise])
    const head = 'HTTP/1.1 200 OK\r\nContent-Type: image/gif\r\nContent-Encoding: deflate\r\n\r\n'
    const cut = deflateSync(body).subarray(0, 1500)
    const http = parseHttpResponse(Buffer.concat([Buffer.from(head), cut]))
    expect(http.decoded).toEqual(['deflate (truncated)'])
    expect(body.subarray(0, http.body.length).equals(http.body)).toBe(true)
  })
})
