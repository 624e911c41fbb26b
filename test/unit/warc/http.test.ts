import { createHash } from 'node:crypto'
import {
  brotliCompressSync,
  deflateRawSync,
  deflateSync,
  gzipSync,
  zstdCompressSync,
} from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  parseHttpResponse,
  payloadDigest,
  revisitTarget,
  storedPayload,
  targetUri,
} from '../../../src/main/warc/index.ts'
import { growth } from '../../support/growth.ts'

const html = `<!doctype html><title>Seiten</title>${'<p>Some words, and an image.</p>'.repeat(200)}`

function response(body: string | Uint8Array, ...fields: string[]): Buffer {
  const head = ['HTTP/1.1 200 OK', 'Content-Type: text/html', ...fields].join('\r\n')
  return Buffer.concat([Buffer.from(`${head}\r\n\r\n`), Buffer.from(body as Uint8Array)])
}

function chunked(body: string | Uint8Array, sizes: number[] = [1000, 17, 3000]): Buffer {
  const bytes = Buffer.from(body as Uint8Array)
  const parts: Buffer[] = []
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const chunk = bytes.subarray(at, at + (sizes[i % sizes.length] ?? 1))
    parts.push(Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n'))
    at += chunk.length
  }
  return Buffer.concat([...parts, Buffer.from('0\r\n\r\n')])
}

function body(block: Uint8Array, maxBodyBytes?: number): [string, string[]] {
  const http = parseHttpResponse(block, maxBodyBytes === undefined ? {} : { maxBodyBytes })
  return [Buffer.from(http.body).toString(), http.decoded]
}

describe('the head of a response', () => {
  it('is read with and without a reason, with CRLF and LF', () => {
    for (const line of ['HTTP/1.1 404 Not Found', 'HTTP/1.0 404', 'HTTP/2 404', 'http/1.1  404 ']) {
      for (const end of ['\r\n', '\n']) {
        const block = Buffer.from(`${line}${end}A: 1${end}B:2${end}a:3${end}${end}body\r\n\r\nmore`)
        const http = parseHttpResponse(block)
        expect(http.status).toBe(404)
        expect([...http.headers]).toEqual([
          ['a', '1, 3'],
          ['b', '2'],
        ])
        expect(Buffer.from(http.body).toString()).toBe('body\r\n\r\nmore')
      }
    }
  })

  it('may be missing: the block is the body', () => {
    const http = parseHttpResponse(Buffer.from(html))
    expect(http.status).toBe(0)
    expect(Buffer.from(http.body).toString()).toBe(html)
  })

  it('of an interim answer stands before the real one', () => {
    const block = Buffer.concat([Buffer.from('HTTP/1.1 100 Continue\r\n\r\n'), response('x')])
    expect(parseHttpResponse(block)).toMatchObject({ status: 200 })
    expect(body(block)).toEqual(['x', []])
  })

  it('may be all there is', () => {
    expect(body(Buffer.from('HTTP/1.1 200 OK\r\nA: b'))).toEqual(['', []])
    expect(body(Buffer.alloc(0))).toEqual(['', []])
  })
})

describe('the body of a response', () => {
  it('is a view of the block when nothing is to be undone', () => {
    const block = response(html)
    const http = parseHttpResponse(block)
    expect(http.body.buffer).toBe(block.buffer)
    expect(http.decoded).toEqual([])
  })

  it.each([
    ['gzip', gzipSync(html), 'gzip'],
    ['x-gzip', gzipSync(html), 'gzip'],
    ['GZIP', gzipSync(html), 'gzip'],
    ['deflate', deflateSync(html), 'deflate'],
    ['deflate', deflateRawSync(html), 'deflate'],
    ['br', brotliCompressSync(html), 'br'],
    ['zstd', zstdCompressSync(html), 'zstd'],
  ])('is decoded from %s', (name, bytes, note) => {
    expect(body(response(bytes, `Content-Encoding: ${name}`))).toEqual([html, [note]])
    expect(
      body(response(chunked(bytes), `Content-Encoding: ${name}`, 'Transfer-Encoding: chunked')),
    ).toEqual([html, ['chunked', note]])
  })

  it('is decoded from stacked codings, the last one first', () => {
    const block = response(
      chunked(gzipSync(brotliCompressSync(html))),
      'Content-Encoding: br',
      'content-encoding: gzip',
      'Transfer-Encoding: chunked',
    )
    expect(body(block)).toEqual([html, ['chunked', 'gzip', 'br']])
    const transfer = response(chunked(gzipSync(html)), 'Transfer-Encoding: gzip, chunked')
    expect(body(transfer)).toEqual([html, ['chunked', 'gzip']])
  })

  it.each(['gzip', 'deflate', 'br', 'zstd'])('stays when the header says %s and lies', (name) => {
    const [text, decoded] = body(response(html, `Content-Encoding: ${name}`))
    expect(text).toBe(html)
    expect(decoded).toEqual([`${name} (absent)`])
  })

  it('stays when it has been de-chunked before, also when it begins like a size', () => {
    for (const text of [html, 'a\r\nshort line and more', 'cafe\nau lait', 'be\n'.repeat(90)]) {
      const block = response(text, 'Transfer-Encoding: chunked')
      expect(body(block)).toEqual([text, ['chunked (absent)']])
    }
  })

  it('keeps what is readable of broken chunks', () => {
    const good = chunked(html, [500])
    const broken = Buffer.from(good)
    broken.write('zz', 505 + 2)
    const [text, decoded] = body(response(broken, 'Transfer-Encoding: chunked'))
    expect(decoded).toEqual(['chunked (broken)'])
    expect(text.startsWith(html.slice(0, 500))).toBe(true)
    const cut = body(response(good.subarray(0, 1200), 'Transfer-Encoding: chunked'))
    expect(cut[1]).toEqual(['chunked (truncated)'])
    expect(html.startsWith(cut[0].slice(0, 1000))).toBe(true)
    expect(cut[0].length).toBeGreaterThan(1100)
  })

  it('has chunk sizes with spaces, zeros and extensions', () => {
    const text = 'hello world'
    const bytes = `05  ;a=b\r\n${text.slice(0, 5)}\r\n006 \r\n${text.slice(5)}\r\n0\r\nTrailer: x\r\n\r\n`
    expect(body(response(bytes, 'Transfer-Encoding: chunked'))).toEqual([text, ['chunked']])
  })

  it('is decompressed when nobody said that it is compressed', () => {
    expect(body(response(gzipSync(html)))).toEqual([html, ['gzip (undeclared)']])
    const twice = response(gzipSync(gzipSync(html)), 'Content-Encoding: gzip')
    expect(body(twice)).toEqual([html, ['gzip', 'gzip (undeclared)']])
  })

  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['deflate', deflateRawSync],
    ['br', brotliCompressSync],
  ] as const)('gives what can be read of a truncated or damaged one (%s)', (name, compress) => {
    const text = Array.from({ length: 4000 }, (_, i) => `${Math.sin(i)}`).join(' ')
    const bytes = compress(text)
    const cut = bytes.subarray(0, bytes.length >> 1)
    const [part, decoded] = body(response(cut, `Content-Encoding: ${name}`))
    expect(decoded).toEqual([`${name} (truncated)`])
    expect(part.length).toBeGreaterThan(text.length / 4)
    expect(text.startsWith(part.slice(0, -4))).toBe(true)
    const damaged = Buffer.from(bytes)
    damaged.fill(0xff, bytes.length >> 1)
    const [rest] = body(response(damaged, `Content-Encoding: ${name}`))
    expect(rest.slice(0, text.length / 4)).toBe(text.slice(0, text.length / 4))
  })

  it('behind a good stream may have bytes that do not belong to it', () => {
    for (const tail of ['\r\n', '\0\0\0', '<!-- cached -->']) {
      const bytes = Buffer.concat([gzipSync(html), Buffer.from(tail)])
      expect(body(response(bytes, 'Content-Encoding: gzip'))[0]).toBe(html)
    }
  })

  it('is cut when it expands without measure', () => {
    const size = 50 << 20
    for (const [name, bytes] of [
      ['gzip', gzipSync(Buffer.alloc(size))],
      ['br', brotliCompressSync(Buffer.alloc(size))],
      ['gzip, gzip', gzipSync(gzipSync(Buffer.alloc(size)))],
    ] as const) {
      const http = parseHttpResponse(response(bytes, `Content-Encoding: ${name}`), {
        maxBodyBytes: 1 << 20,
      })
      expect(http.body.length).toBeLessThanOrEqual(1 << 20)
      // Fifty bytes of brotli hold all of it: no part of them gives less than the limit.
      if (name !== 'br') expect(http.body.length).toBeGreaterThan(0)
      expect(http.decoded).toContain('cut')
    }
    const plain = parseHttpResponse(response(Buffer.alloc(1000, 'a')), { maxBodyBytes: 100 })
    expect(plain.body.length).toBe(100)
    expect(plain.decoded).toEqual(['cut'])
  })

  it('in a million chunks of one byte takes time in proportion', async () => {
    const work = (n: number): void => {
      const block = Buffer.concat([
        Buffer.from('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'),
        Buffer.from('1\r\na\r\n'.repeat(n)),
      ])
      expect(parseHttpResponse(block).body.length).toBe(n)
    }
    expect(await growth(work, { from: 250_000, times: 4, atMost: 10 })).toBeLessThan(10)
  })

  it('never throws, whatever the block holds', () => {
    const names = ['gzip', 'deflate', 'br', 'zstd', 'chunked', 'identity', 'compress', '']
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 400 }),
        fc.array(fc.constantFrom(...names), { maxLength: 8 }),
        fc.constantFrom('Content-Encoding', 'Transfer-Encoding'),
        fc.constantFrom<Buffer>(
          Buffer.alloc(0),
          Buffer.from([0x1f, 0x8b, 8, 0]),
          Buffer.from('ff\r\n'),
          Buffer.from([0x28, 0xb5, 0x2f, 0xfd]),
        ),
        (bytes, list, field, start) => {
          const block = response(Buffer.concat([start, bytes]), `${field}: ${list.join(', ')}`)
          expect(parseHttpResponse(block).status).toBe(200)
          parseHttpResponse(bytes)
        },
      ),
      { numRuns: 500 },
    )
  })

  it('with any chunk sizes comes out whole', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 500 }),
        fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1 }),
        (bytes, sizes) => {
          const block = Buffer.concat([
            Buffer.from('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'),
            chunked(bytes, sizes),
          ])
          const http = parseHttpResponse(block)
          expect(Buffer.compare(http.body, bytes)).toBe(0)
          expect(http.decoded).toEqual(['chunked'])
        },
      ),
    )
  })
})

describe('digests', () => {
  it('are SHA-1 in base32, as archives hold them', () => {
    // RFC 3174 test 1 in hexadecimal: A9993E36 4706816A BA3E2571 7850C26C 9CD0D89D
    expect(payloadDigest(Buffer.from('abc'))).toBe('sha1:VGMT4NSHA2AWVOR6EVYXQUGCNSONBWE5')
    expect(createHash('sha1').update('abc').digest('hex')).toMatch(/^a9993e36/)
  })

  it('are taken over the de-chunked body with its content coding', () => {
    const stored = gzipSync(html)
    const block = response(chunked(stored), 'Content-Encoding: gzip', 'Transfer-Encoding: chunked')
    expect(payloadDigest(storedPayload(block))).toBe(payloadDigest(stored))
  })
})

describe('kinds of records', () => {
  const record = (
    type: string,
    fields: Record<string, string> = {},
  ): { type: string; headers: Map<string, string> } => ({
    type,
    headers: new Map(Object.entries(fields)),
  })

  it('addresses lose the brackets that old writers put around them', () => {
    const fields = { 'warc-target-uri': '<http://a.example/b>' }
    expect(targetUri(record('response', fields))).toBe('http://a.example/b')
    expect(targetUri(record('response'))).toBeNull()
  })

  it('a revisit says what it points to', () => {
    const target = revisitTarget(
      record('revisit', {
        'warc-refers-to-target-uri': '<http://a.example/>',
        'warc-refers-to-date': '2017-03-06T04:02:06Z',
        'warc-payload-digest': 'sha1:ABC',
      }),
    )
    expect(target).toEqual({
      url: 'http://a.example/',
      date: '2017-03-06T04:02:06Z',
      payloadDigest: 'sha1:ABC',
    })
  })
})
