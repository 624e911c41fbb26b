/**
 * The same task with the usual libraries: warcio reads, htmlparser2 parses, the same rows are
 * written by the same statements. One process, one thread. Arguments: corpus folder, archives.
 */
import { createReadStream } from 'node:fs'
import { createHash } from 'node:crypto'
import { Parser } from 'htmlparser2'
import { WARCParser } from 'warcio'
import { putBlob } from '../../src/main/store/blobs.ts'
import { createCorpus, openCorpus } from '../../src/main/store/open.ts'
import {
  addArchive,
  addCounts,
  advanceArchive,
  completeArchive,
} from '../../src/main/store/repositories/archives.ts'
import { insertCapture } from '../../src/main/store/repositories/captures.ts'
import { imageIds } from '../../src/main/store/repositories/images.ts'
import { insertPage } from '../../src/main/store/repositories/pages.ts'
import type { NewPair } from '../../src/main/store/repositories/pages.ts'
import { statement } from '../../src/main/store/statements.ts'

const BUDGET = 1000
const HIDDEN = new Set(['script', 'style', 'noscript', 'template', 'nav', 'head'])
const BLOCK = new Set(
  'address article aside blockquote body dd details div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr li main ol p pre section table td th tr ul'.split(
    ' ',
  ),
)

interface Found {
  title: string | null
  language: string | null
  ogImage: string | null
  robots: string | null
  notPaired: Record<string, number>
  pairs: NewPair[]
}

/** Pictures with alt, title, caption and the text around them, as one would write it by hand. */
export function extractWithHtmlparser2(html: string, pageUrl: string): Found {
  const found: Found = {
    title: null,
    language: null,
    ogImage: null,
    robots: null,
    notPaired: {},
    pairs: [],
  }
  const blocks: string[] = []
  const places: { pair: NewPair; block: number; figure: { caption: string | null } | null }[] = []
  const figures: { caption: string | null }[] = []
  let base = pageUrl
  let block = ''
  let hidden = 0
  let inTitle = false
  let inCaption = 0
  const endBlock = (): void => {
    const text = block.replace(/\s+/g, ' ').trim()
    if (text !== '') blocks.push(text)
    block = ''
  }
  const not = (rule: string): void => {
    found.notPaired[rule] = (found.notPaired[rule] ?? 0) + 1
  }
  const resolve = (address: string): string | null => {
    try {
      const url = new URL(address.trim(), base)
      return url.protocol === 'http:' || url.protocol === 'https:' ? url.href : null
    } catch {
      return null
    }
  }
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        if (HIDDEN.has(name)) hidden++
        if (BLOCK.has(name)) endBlock()
        if (name === 'html') found.language = attributes['lang'] ?? null
        else if (name === 'base' && attributes['href']) base = resolve(attributes['href']) ?? base
        else if (name === 'title') inTitle = true
        else if (name === 'meta') {
          if (attributes['property'] === 'og:image' && attributes['content']) {
            found.ogImage = resolve(attributes['content'])
          }
          if (attributes['name'] === 'robots') found.robots = attributes['content'] ?? null
        } else if (name === 'figure') figures.push({ caption: null })
        else if (name === 'figcaption') {
          inCaption++
          const figure = figures.at(-1)
          if (figure) figure.caption = ''
        } else if (name === 'img') {
          const candidates = (attributes['srcset'] ?? attributes['data-srcset'] ?? '')
            .split(/,\s+/)
            .map((part) => part.trim().split(/\s+/))
            .filter((part) => part[0])
            .sort((a, b) => parseFloat(b[1] ?? '1') - parseFloat(a[1] ?? '1'))
          const src = attributes['data-src'] ?? attributes['data-original'] ?? attributes['src']
          const address = candidates[0]?.[0] ?? src
          if (!address) return not('no-address')
          if (/^\s*data:/i.test(address)) return not('data-uri')
          if (attributes['width'] === '1' && attributes['height'] === '1') return not('tracker')
          const url = resolve(address)
          if (url === null) return not('not-http')
          const number = (text: string | undefined): number | null =>
            text !== undefined && /^\d+/.test(text) ? parseInt(text, 10) : null
          const pair: NewPair = {
            position: found.pairs.length,
            imageUrl: url,
            alternates: src && candidates[0] ? [resolve(src) ?? src] : [],
            imageRule: candidates[0] ? 'srcset' : 'src',
            alt: attributes['alt'] ?? null,
            title: attributes['title'] ?? null,
            caption: attributes['aria-label'] ?? null,
            captionRule: attributes['aria-label'] === undefined ? null : 'aria-label',
            before: null,
            beforeDistance: null,
            after: null,
            afterDistance: null,
            declaredWidth: number(attributes['width']),
            declaredHeight: number(attributes['height']),
            tagStart: parser.startIndex,
            tagEnd: parser.endIndex + 1,
          }
          found.pairs.push(pair)
          places.push({ pair, block: blocks.length, figure: figures.at(-1) ?? null })
        }
      },
      ontext(text) {
        if (inTitle) found.title = (found.title ?? '') + text
        else if (hidden === 0) {
          block += text
          const figure = figures.at(-1)
          if (inCaption > 0 && figure) figure.caption += text
        }
      },
      onclosetag(name) {
        if (HIDDEN.has(name)) hidden--
        if (BLOCK.has(name)) endBlock()
        if (name === 'title') inTitle = false
        else if (name === 'figure') figures.pop()
        else if (name === 'figcaption') inCaption--
      },
    },
    { decodeEntities: true },
  )
  parser.write(html)
  parser.end()
  endBlock()
  for (const { pair, block: at, figure } of places) {
    pair.before = around(blocks, at - 1, -1)
    pair.beforeDistance = pair.before === null ? null : 1
    pair.after = around(blocks, at, 1)
    pair.afterDistance = pair.after === null ? null : 1
    if (figure?.caption) {
      pair.caption = figure.caption.replace(/\s+/g, ' ').trim()
      pair.captionRule = 'figcaption'
    }
  }
  return found
}

function around(blocks: string[], from: number, step: number): string | null {
  const taken: string[] = []
  let length = 0
  for (let i = from; i >= 0 && i < blocks.length; i += step) {
    const text = blocks[i] as string
    if (taken.length > 0 && length + text.length > BUDGET) break
    taken.push(text)
    length += text.length
  }
  if (taken.length === 0) return null
  return (step < 0 ? taken.reverse() : taken).join('\n')
}

async function main(): Promise<void> {
  const [folder, ...archives] = process.argv.slice(2) as [string, ...string[]]
  createCorpus(folder)
  const corpus = openCorpus(folder)
  const db = corpus.writer
  const ids = imageIds(db)
  let pairs = 0
  for (const path of archives) {
    const archive = addArchive(db, { path, bytes: 0, fingerprint: path, software: 'peer' })
    const types: Record<string, number> = {}
    let pending = 0
    statement(db, 'BEGIN').run()
    const commit = (offset: number): void => {
      advanceArchive(db, archive.id, offset)
      statement(db, 'COMMIT').run()
      statement(db, 'BEGIN').run()
      pending = 0
    }
    const warc = new WARCParser(createReadStream(path, { highWaterMark: 1 << 20 }))
    for await (const record of warc) {
      const type = record.warcType ?? 'unknown'
      types[type] = (types[type] ?? 0) + 1
      const http = record.httpHeaders
      const url = record.warcTargetURI
      if (type !== 'response' && type !== 'resource') {
        await record.skipFully()
        continue
      }
      const mime =
        (http ? http.headers.get('content-type') : record.warcHeader('content-type')) ?? ''
      const fits = http === null || http === undefined || Number(http.statusCode) === 200
      const isHtml = /html/i.test(mime)
      if (!url || !fits || !(isHtml || /^image\//i.test(mime))) {
        await record.skipFully()
        continue
      }
      const body = await record.readFully(true)
      if (body.length === 0) continue
      if (isHtml) {
        const charset = /charset=["']?([\w-]+)/i.exec(mime)?.[1] ?? metaCharset(body) ?? 'utf-8'
        const page = extractWithHtmlparser2(decode(body, charset), url)
        const added = insertPage(db, ids, {
          archiveId: archive.id,
          offset: warc.offset,
          recordId: record.warcHeader('WARC-Record-ID') ?? null,
          recordType: type,
          url,
          date: record.warcDate ?? null,
          title: page.title,
          language: page.language,
          ogImage: page.ogImage,
          charset,
          charsetSource: 'http',
          robots: page.robots,
          keptHtml: null,
          pairs: page.pairs,
        })
        pending += added ?? 0
        pairs += added ?? 0
        if (pending > 4000) commit(warc.offset)
      } else {
        const sha256 = createHash('sha256').update(body).digest('hex')
        putBlob(folder, body, sha256)
        insertCapture(db, {
          kind: 'picture',
          archiveId: archive.id,
          offset: warc.offset,
          url,
          date: record.warcDate ?? null,
          mime,
          sha256,
          bytes: body.length,
          payloadDigest: record.warcHeader('WARC-Payload-Digest') ?? null,
          refersToUrl: null,
          refersToDate: null,
        })
      }
    }
    addCounts(db, archive.id, { records: types })
    completeArchive(db, archive.id, { sha256: null, bytes: 0 })
    statement(db, 'COMMIT').run()
  }
  corpus.close()
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
  console.log(
    JSON.stringify({ pairs, cpu: (userCPUTime + systemCPUTime) / 1e6, rss: maxRSS / 1024 }),
  )
}

function metaCharset(body: Uint8Array): string | null {
  return (
    /<meta[^>]+charset=["']?([\w-]+)/i.exec(
      Buffer.from(body.buffer, body.byteOffset, Math.min(1024, body.length)).toString('latin1'),
    )?.[1] ?? null
  )
}

function decode(body: Uint8Array, charset: string): string {
  try {
    return new TextDecoder(charset).decode(body)
  } catch {
    return new TextDecoder().decode(body)
  }
}

await main()
