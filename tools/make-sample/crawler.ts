import { connect } from 'node:net'
import { Parser } from 'htmlparser2'
import { WarcWriter, sha1 } from './warc.ts'

const AGENT = 'gleaner-sample-crawler/1.0'

export interface CrawlResult {
  warc: Buffer
  /** Addresses asked for, with the status that came back. */
  fetched: Map<string, number>
  revisits: number
}

interface Exchange {
  request: Buffer
  response: Buffer
}

/** Asks for an address over HTTP/1.1 and keeps both messages byte by byte. */
async function exchange(url: URL, port: number): Promise<Exchange> {
  const request = Buffer.from(
    `GET ${url.pathname}${url.search} HTTP/1.1\r\nHost: ${url.host}\r\nUser-Agent: ${AGENT}\r\nAccept: */*\r\nConnection: close\r\n\r\n`,
  )
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = []
    const socket = connect(port, '127.0.0.1', () => socket.write(request))
    socket.on('data', (part: Buffer) => parts.push(part))
    socket.on('end', () => resolve({ request, response: Buffer.concat(parts) }))
    socket.on('error', reject)
  })
}

interface Message {
  status: number
  headers: Map<string, string>
  head: Buffer
  body: Buffer
}

function dechunk(body: Buffer): Buffer {
  const parts: Buffer[] = []
  let at = 0
  for (;;) {
    const end = body.indexOf('\r\n', at)
    const size = Number.parseInt(body.toString('latin1', at, end), 16)
    if (!(size > 0)) return Buffer.concat(parts)
    parts.push(body.subarray(end + 2, end + 2 + size))
    at = end + 2 + size + 2
  }
}

function readMessage(bytes: Buffer): Message {
  const end = bytes.indexOf('\r\n\r\n')
  const lines = bytes.toString('latin1', 0, end).split('\r\n')
  const headers = new Map(
    lines.slice(1).map((line) => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const
    }),
  )
  const body = bytes.subarray(end + 4)
  return {
    status: Number(lines[0]?.split(' ')[1]),
    headers,
    head: bytes.subarray(0, end + 4),
    body: headers.get('transfer-encoding') === 'chunked' ? dechunk(body) : body,
  }
}

/** Links to pages, and addresses of what a page embeds, in document order. */
export function linksOf(html: string, page: string): { pages: string[]; embedded: string[] } {
  const pages: string[] = []
  const embedded: string[] = []
  let base = page
  const add = (list: string[], address: string | undefined): void => {
    if (!address || address.startsWith('data:') || !URL.canParse(address, base)) return
    const url = new URL(address, base)
    url.hash = ''
    if (url.protocol === 'http:') list.push(url.href)
  }
  const addSet = (srcset: string | undefined): void => {
    for (const candidate of srcset?.split(/,\s+/) ?? [])
      add(embedded, candidate.trim().split(/\s+/)[0])
  }
  const parser = new Parser({
    onopentag(name, a) {
      if (name === 'base' && a.href) base = new URL(a.href, page).href
      if (name === 'a') add(pages, a.href)
      if (name === 'link' && a.rel === 'stylesheet') add(embedded, a.href)
      if (name === 'img' || name === 'source') {
        add(embedded, a.src)
        add(embedded, a['data-src'])
        addSet(a.srcset)
        addSet(a['data-srcset'])
      }
    },
  })
  parser.end(html)
  return { pages, embedded }
}

/**
 * Crawls breadth first from the seeds and writes what it saw. Dates are counted from `start`, one
 * second an exchange, so that a second run gives the same bytes.
 */
export async function crawl(
  seeds: readonly string[],
  port: number,
  start: Date,
): Promise<CrawlResult> {
  const warc = new WarcWriter()
  const info = warc.add(
    'warcinfo',
    start,
    [
      ['WARC-Filename', 'gleaner-sample.warc.gz'],
      ['Content-Type', 'application/warc-fields'],
    ],
    Buffer.from(
      [
        'software: Gleaner tools/make-sample',
        'format: WARC File Format 1.1',
        'conformsTo: https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/',
        'description: Pages and pictures made for Gleaner, CC0-1.0. The hosts are invented.',
        '',
      ].join('\r\n'),
    ),
  )
  const queue = [...seeds]
  const seen = new Set(queue)
  const fetched = new Map<string, number>()
  const payloads = new Map<string, { url: string; date: Date }>()
  let clock = start.getTime()
  let revisits = 0
  for (let url = queue.shift(); url !== undefined; url = queue.shift()) {
    clock += 1000
    const date = new Date(clock)
    const { request, response } = await exchange(new URL(url), port)
    const message = readMessage(response)
    fetched.set(url, message.status)
    const digest = sha1(message.body)
    const earlier = message.status === 200 ? payloads.get(digest) : undefined
    const common = [
      ['WARC-Target-URI', url],
      ['WARC-Warcinfo-ID', info],
      ['WARC-IP-Address', '127.0.0.1'],
      ['Content-Type', 'application/http; msgtype=response'],
      ['WARC-Payload-Digest', digest],
    ] as const
    let answer: string
    if (earlier) {
      revisits++
      answer = warc.add(
        'revisit',
        date,
        [
          ...common,
          ['WARC-Profile', 'http://netpreserve.org/warc/1.1/revisit/identical-payload-digest'],
          ['WARC-Refers-To-Target-URI', earlier.url],
          ['WARC-Refers-To-Date', earlier.date.toISOString().replace('.000Z', 'Z')],
        ],
        message.head,
      )
    } else {
      answer = warc.add('response', date, common, response)
      if (message.status === 200) payloads.set(digest, { url, date })
    }
    warc.add(
      'request',
      date,
      [
        ['WARC-Target-URI', url],
        ['WARC-Warcinfo-ID', info],
        ['WARC-Concurrent-To', answer],
        ['Content-Type', 'application/http; msgtype=request'],
      ],
      request,
    )
    const next: string[] = []
    const location = message.headers.get('location')
    if (location) next.push(new URL(location, url).href)
    const type = message.headers.get('content-type') ?? ''
    if (message.status === 200 && type.startsWith('text/html')) {
      const charset = /charset=([\w-]+)/.exec(type)?.[1] ?? 'utf-8'
      const found = linksOf(new TextDecoder(charset).decode(message.body), url)
      next.push(...found.embedded, ...found.pages)
    }
    for (const address of next)
      if (!seen.has(address)) {
        seen.add(address)
        queue.push(address)
      }
  }
  return { warc: warc.bytes(), fetched, revisits }
}
