/**
 * The same task with the usual libraries: warcio reads, htmlparser2 parses, the same rows are
 * written by the same statements. One process, one thread. Arguments: corpus folder, archives.
 *
 * What a picture's address is, what a class name means and where a text is cut are decided by the
 * program's own functions, so that both do the same; the reading, the parsing, the blocks and the
 * words around each picture are written here as one would with a parser's events. Not done here,
 * to the peer's advantage: detection of character sets, undoing what a header lies about, and the
 * parser's rules for markup that browsers repair.
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
import { makeResolver } from '../../src/main/extraction/address.ts'
import {
  CLASS_CAPTION,
  CLASS_CONSENT,
  CLASS_FIGURE,
  CLASS_NAVIGATION,
  CLASS_TITLE,
  CLASS_UNSEEN,
  captionName,
  classify,
} from '../../src/main/extraction/classes.ts'
import { declaredSize, pictureOf } from '../../src/main/extraction/picture.ts'
import type { Picture } from '../../src/main/extraction/picture.ts'
import type { FoundImage } from '../../src/main/extraction/scan.ts'
import { codePoints, cut } from '../../src/main/extraction/words.ts'

const BUDGET = 1000
const MOST = 4000
const RAW = new Set(['script', 'style', 'template', 'iframe', 'noembed', 'noframes', 'xmp', 'svg'])
const NO_WORDS = new Set(
  'noscript head select option optgroup button textarea datalist audio video canvas object applet rt rp rtc progress meter'.split(
    ' ',
  ),
)
const CONTENT = new Set(['main', 'article', 'section', 'figure'])
const BLOCK = new Set(
  'address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr legend li main menu nav ol p pre search section summary table tbody td tfoot th thead tr ul video'.split(
    ' ',
  ),
)
const VOID = new Set(
  'area base br col embed hr img input link meta param source track wbr'.split(' '),
)
const NAVIGATION_ROLES = new Set(
  'navigation menu menubar banner contentinfo search alertdialog toolbar'.split(' '),
)
const HIDING = /(?:^|[;\s])(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse))/i

interface Found {
  title: string | null
  language: string | null
  ogImage: string | null
  robots: string[]
  notPaired: Record<string, number>
  pairs: NewPair[]
}

/** A stretch of text that a reader sees as one. */
interface Block {
  raw: string
  links: number
  linkItems: number
  navigation: boolean
  navClass: boolean
  pictures: number
  caption: Caption | null
  cell: Cell | null
  /** What becomes of it at the end: 0 nothing, 1 words, 2 a few links, 3 navigation or caption. */
  kind: number
  text: string
  size: number
  ordinal: number
}

interface Caption {
  rule: string
  blocks: Block[]
  taken: boolean
}

interface Cell {
  row: Cell[]
  below: Cell[] | null
  column: number
  blocks: Block[]
  pictures: number
}

interface Open {
  name: string
  unseen: boolean
  noscript: boolean
  navigation: boolean
  navClass: boolean
  link: boolean
  content: boolean
  figureClass: boolean
  caption: Caption | null
  cell: Cell | null
  /** Captions within, for the pictures within. */
  captions: Caption[]
  id: string | null
  firstBlock: number
}

interface Image {
  found: FoundImage
  picture: Picture
  block: Block
  at: number
  offset: number
  around: Open[]
  cell: Cell | null
}

/** Pictures with all their words, as one would write it by hand. */
export function extractWithHtmlparser2(html: string, pageUrl: string): Found {
  const found: Found = {
    title: null,
    language: null,
    ogImage: null,
    robots: [],
    notPaired: {},
    pairs: [],
  }
  const blocks: Block[] = []
  const images: Image[] = []
  const stack: Open[] = []
  const rows: Cell[][][] = []
  const texts = new Map<string, string>()
  const named = /aria-(?:labelledby|describedby)/i.test(html)
  let resolver = makeResolver(pageUrl, null)
  let raw = 0
  let inTitle = false
  let sources: Map<string, string>[] | null = null
  let block = newBlock(null, null)

  function newBlock(caption: Caption | null, cell: Cell | null): Block {
    return {
      raw: '',
      links: 0,
      linkItems: 0,
      navigation: false,
      navClass: false,
      pictures: 0,
      caption,
      cell,
      kind: 0,
      text: '',
      size: 0,
      ordinal: 0,
    }
  }
  function endBlock(): void {
    if (block.pictures > 0 || /[^\s\u00a0]/.test(block.raw)) {
      blocks.push(block)
      block.caption?.blocks.push(block)
      block.cell?.blocks.push(block)
    }
    const top = stack.at(-1)
    block = newBlock(top?.caption ?? null, top?.cell ?? null)
  }

  const parser = new Parser(
    {
      onopentag(name, attributes) {
        if (RAW.has(name)) raw++
        if (raw > 0) return
        if (name === 'html') found.language = attributes['lang'] ?? null
        else if (name === 'base' && attributes['href']) {
          resolver = makeResolver(pageUrl, attributes['href'].trim())
        } else if (name === 'title') inTitle = found.title === null
        else if (name === 'meta') meta(attributes)
        else if (name === 'source') sources?.push(new Map(Object.entries(attributes)))
        else if (name === 'picture') sources = []
        else if (name === 'br') block.raw += '\u2028'
        else if (name === 'img') image(attributes)
        if (VOID.has(name)) {
          if (name === 'hr') endBlock()
          return
        }
        const outer = stack.at(-1)
        const open: Open = {
          name,
          unseen: outer?.unseen ?? false,
          noscript: name === 'noscript' || (outer?.noscript ?? false),
          navigation: outer?.navigation ?? false,
          navClass: outer?.navClass ?? false,
          link: (outer?.link ?? false) || (name === 'a' && attributes['href'] !== undefined),
          content: (outer?.content ?? false) || CONTENT.has(name),
          figureClass: outer?.figureClass ?? false,
          caption: outer?.caption ?? null,
          cell: outer?.cell ?? null,
          captions: [],
          id: named ? (attributes['id'] ?? null) : null,
          firstBlock: blocks.length,
        }
        let rule: string | null = name === 'figcaption' || name === 'caption' ? name : null
        if (NO_WORDS.has(name) || (name === 'dialog' && attributes['open'] === undefined)) {
          open.unseen = true
        }
        if (name === 'nav') open.navigation = true
        if ((name === 'header' || name === 'footer') && !open.content) open.navigation = true
        const className = attributes['class']
        if (className) {
          const bits = classify(className)
          if ((bits & CLASS_UNSEEN) !== 0) open.unseen = true
          if ((bits & CLASS_NAVIGATION) !== 0) open.navClass = true
          if ((bits & CLASS_CONSENT) !== 0) open.navigation = true
          if ((bits & CLASS_FIGURE) !== 0) open.figureClass = true
          if ((bits & CLASS_CAPTION) !== 0) rule ??= `class:${captionName(className) ?? ''}`
          else if ((bits & CLASS_TITLE) !== 0 && open.figureClass) rule ??= 'class:title'
        }
        if (attributes['id']) {
          const bits = classify(attributes['id'])
          if ((bits & CLASS_NAVIGATION) !== 0) open.navClass = true
          if ((bits & CLASS_CONSENT) !== 0) open.navigation = true
        }
        if (attributes['style'] && HIDING.test(attributes['style'])) open.unseen = true
        if (attributes['hidden'] !== undefined) open.unseen = true
        if (attributes['aria-hidden'] === 'true' && !BLOCK.has(name)) open.unseen = true
        if (attributes['role'] && NAVIGATION_ROLES.has(attributes['role'].trim().toLowerCase())) {
          open.navigation = true
        }
        if (name === 'table') rows.push([])
        else if (name === 'tr') rows.at(-1)?.push([])
        else if (name === 'td' || name === 'th') {
          const table = rows.at(-1)
          const row = table?.at(-1)
          if (table && row) {
            const column = row.length
            open.cell = { row, below: null, column, blocks: [], pictures: 0 }
            row.push(open.cell)
            const above = table.at(-2)
            if (column === 0 && above) for (const cell of above) cell.below = row
          }
        }
        if (rule !== null) {
          open.caption = { rule, blocks: [], taken: false }
          // Found again from the picture: it stands in one of the nearest containers of both.
          for (const one of stack.slice(-6)) one.captions.push(open.caption)
        }
        stack.push(open)
        if (BLOCK.has(name) || rule !== null) endBlock()
      },
      ontext(text) {
        if (inTitle) found.title = (found.title ?? '') + text
        const top = stack.at(-1)
        if (raw > 0 || inTitle || top?.unseen) return
        block.raw += text
        if (!top) return
        const length = text.trim().length
        if (length === 0) return
        if (top.link) {
          block.links += length
          block.linkItems++
        }
        if (top.navigation) block.navigation = true
        if (top.navClass) block.navClass = true
      },
      onclosetag(name) {
        if (RAW.has(name)) raw--
        if (raw > 0) return
        if (name === 'title') inTitle = false
        else if (name === 'picture') sources = null
        else if (name === 'table') rows.pop()
        if (stack.at(-1)?.name !== name) return
        const closed = stack.pop() as Open
        if (BLOCK.has(name) || closed.caption !== (stack.at(-1)?.caption ?? null)) endBlock()
        if (closed.id !== null && !texts.has(closed.id)) {
          endBlock()
          const inside = blocks.slice(closed.firstBlock).map(({ raw }) => plain(raw))
          texts.set(closed.id, inside.join('\n').trim())
        }
      },
    },
    { decodeEntities: true },
  )

  function meta(attributes: Record<string, string>): void {
    const property = (attributes['property'] ?? attributes['name'])?.trim().toLowerCase()
    const content = attributes['content']
    if (content === undefined) return
    if (property === 'og:image' && found.ogImage === null) found.ogImage = content
    else if (property === 'robots') found.robots.push(...content.toLowerCase().split(/[\s,;]+/))
  }

  function image(attributes: Record<string, string>): void {
    const cell = stack.at(-1)?.cell ?? null
    const one: FoundImage = {
      tagStart: parser.startIndex,
      tagEnd: parser.endIndex + 1,
      attributes: new Map(Object.entries(attributes)),
      sources: sources ?? [],
      noscript: stack.at(-1)?.noscript ?? false,
      item: images.length,
      figure: -1,
      cell: -1,
      table: -1,
      containers: [],
    }
    block.pictures++
    if (cell) cell.pictures++
    images.push({
      found: one,
      picture: pictureOf(one, resolver),
      block,
      at: 0,
      offset: block.raw.length,
      around: stack.slice(-6),
      cell,
    })
  }

  parser.write(html)
  parser.end()
  endBlock()
  if (found.title !== null) found.title = plain(found.title)
  if (found.ogImage !== null) found.ogImage = resolver.resolve(found.ogImage)

  const paired: { pair: NewPair; image: Image }[] = []
  for (let i = 0; i < images.length; i++) {
    const one = images[i] as Image
    const { picture } = one
    let reason: string | null = picture.reason
    if (reason === null && one.found.noscript && isTwin(images, i)) reason = 'noscript-twin'
    if (reason !== null) {
      found.notPaired[reason] = (found.notPaired[reason] ?? 0) + 1
      continue
    }
    const { attributes } = one.found
    const caption = captionOf(one, texts)
    const pair: NewPair = {
      position: paired.length,
      imageUrl: picture.url as string,
      alternates: picture.alternates,
      imageRule: one.found.noscript ? `noscript:${picture.rule}` : picture.rule,
      alt: attributes.get('alt') ?? null,
      title: attributes.get('title') ?? null,
      caption: caption?.text ?? null,
      captionRule: caption?.rule ?? null,
      before: null,
      beforeDistance: null,
      after: null,
      afterDistance: null,
      declaredWidth: declaredSize(attributes.get('width')),
      declaredHeight: declaredSize(attributes.get('height')),
      tagStart: one.found.tagStart,
      tagEnd: one.found.tagEnd,
    }
    found.pairs.push(pair)
    paired.push({ pair, image: one })
  }
  if (paired.length === 0) return found
  const place = judge(blocks)
  for (const { pair, image: one } of paired) {
    const at = place.get(one.block) ?? 0
    const before = around(blocks, at, one, -1)
    pair.before = before?.text ?? null
    pair.beforeDistance = before?.distance ?? null
    const after = below(one) ?? around(blocks, at, one, 1)
    pair.after = after?.text ?? null
    pair.afterDistance = after?.distance ?? null
  }
  return found
}

/** References are decoded by the parser; what is left is white space and line breaks. */
function plain(raw: string): string {
  return raw
    .replace(/[\t\n\f\r ]+/g, ' ')
    .replace(/ ?[\u2028]+ ?/g, '\n')
    .trim()
}

function isTwin(images: Image[], i: number): boolean {
  const twin = images[i] as Image
  for (const step of [-1, 1, -2, 2, -3, 3]) {
    const other = images[i + step]
    if (!other || other.found.noscript || other.picture.url === null) continue
    const mine = [other.picture.url, ...other.picture.alternates]
    if (mine.includes(twin.picture.url as string)) return true
  }
  return false
}

function captionOf(
  image: Image,
  texts: Map<string, string>,
): { text: string; rule: string } | null {
  const inFigure = image.around.some(({ name }) => name === 'figure')
  for (let i = image.around.length - 1; i >= 0; i--) {
    for (const caption of (image.around[i] as Open).captions) {
      if ((caption.rule === 'figcaption') !== inFigure) continue
      const text = caption.blocks.map(({ raw }) => plain(raw)).join('\n')
      if (text === '' || text.length > 2000) continue
      if (caption.taken && caption.rule.startsWith('class:')) continue
      caption.taken = true
      return { text, rule: caption.rule }
    }
  }
  const label = image.found.attributes.get('aria-label')?.trim()
  if (label) return { text: label, rule: 'aria-label' }
  for (const rule of ['aria-labelledby', 'aria-describedby']) {
    const ids = image.found.attributes.get(rule)?.trim().split(/\s+/)
    const text = ids?.map((id) => texts.get(id) ?? '').join(' ')
    if (text?.trim()) return { text: text.trim(), rule }
  }
  return null
}

/** Tells words from navigation; returns the place of each block. */
function judge(blocks: Block[]): Map<Block, number> {
  const place = new Map<Block, number>()
  const repeated = new Map<string, number>()
  let run: Block[] = []
  const endRun = (): void => {
    if (run.length >= 4) for (const one of run) one.kind = 3
    run = []
  }
  let ordinal = 0
  for (const [i, one] of blocks.entries()) {
    place.set(one, i)
    one.text = plain(one.raw)
    one.size = codePoints(one.text)
    const { links, pictures } = one
    const length = one.text.length
    if (one.caption?.taken) one.kind = 3
    else if (length === 0) one.kind = 0
    else if (one.navigation) one.kind = 3
    else if (pictures === 0 && one.navClass && links >= 0.5 * length) one.kind = 3
    else if (pictures === 0 && one.linkItems >= 4 && links >= 0.7 * length) one.kind = 3
    else if (pictures === 0 && links >= 0.8 * length && length <= 60) one.kind = 2
    else one.kind = 1
    if (one.kind === 2) {
      run.push(one)
      repeated.set(one.text, (repeated.get(one.text) ?? 0) + 1)
    } else if (one.kind !== 0 || pictures > 0) endRun()
    one.ordinal = one.kind !== 0 || pictures > 0 ? ordinal++ : ordinal
  }
  endRun()
  for (const one of blocks) {
    if (one.kind === 2 && one.size <= 40 && (repeated.get(one.text) ?? 0) >= 3) one.kind = 3
  }
  return place
}

function around(
  blocks: Block[],
  at: number,
  image: Image,
  step: -1 | 1,
): { text: string; distance: number } | null {
  const taken: string[] = []
  let size = 0
  let distance = -1
  if (image.block.kind === 1) {
    const { raw } = image.block
    const own = plain(step < 0 ? raw.slice(0, image.offset) : raw.slice(image.offset))
    if (own !== '') {
      taken.push(own)
      size = codePoints(own)
      distance = 0
    }
  }
  for (let i = at + step; i >= 0 && i < blocks.length && taken.length < 100; i += step) {
    const one = blocks[i] as Block
    if (one.kind !== 1 && one.kind !== 2) continue
    if (taken.length > 0 && size + one.size > BUDGET) break
    if (taken.length === 0) distance = Math.max(1, Math.abs(one.ordinal - image.block.ordinal))
    taken.push(one.text)
    size += one.size
  }
  if (taken.length === 0) return null
  if (taken.length === 1) taken[0] = cut(taken[0] as string, MOST, step)
  return { text: (step < 0 ? taken.reverse() : taken).join('\n'), distance }
}

/** A row of pictures above a row of words. */
function below({ cell }: Image): { text: string; distance: number } | null {
  const next = cell?.below?.[cell.column]
  if (!cell || !next || next.pictures > 0) return null
  if (cell.row.filter(({ pictures }) => pictures > 0).length < 2) return null
  if (cell.row.some(({ blocks }) => blocks.some(({ text }) => text !== ''))) return null
  const text = next.blocks.map((one) => one.text).join('\n')
  return text === '' ? null : { text, distance: 1 }
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
    const notPaired: Record<string, number> = {}
    let pending = 0
    statement(db, 'BEGIN').run()
    const commit = (offset: number): void => {
      advanceArchive(db, archive.id, offset)
      statement(db, 'COMMIT').run()
      statement(db, 'BEGIN').run()
      pending = 0
    }
    const input = createReadStream(path, { highWaterMark: 1 << 20 })
    const digest = createHash('sha256')
    input.on('data', (chunk) => digest.update(chunk))
    input.pause()
    const warc = new WARCParser(input)
    for await (const record of warc) {
      const type = record.warcType ?? 'unknown'
      types[type] = (types[type] ?? 0) + 1
      const http = record.httpHeaders
      const url = record.warcTargetURI
      if (type !== 'response' && type !== 'resource' && type !== 'revisit') {
        await record.skipFully()
        continue
      }
      const mime =
        (http ? http.headers.get('content-type') : record.warcHeader('content-type')) ?? ''
      const fits = http === null || http === undefined || Number(http.statusCode) === 200
      const isHtml = /html/i.test(mime)
      if (type === 'revisit') {
        await record.skipFully()
        if (!url || (mime !== '' && !/^image\//i.test(mime))) continue
        insertCapture(db, {
          kind: 'revisit',
          archiveId: archive.id,
          offset: warc.offset,
          url,
          date: record.warcDate ?? null,
          mime,
          sha256: null,
          bytes: 0,
          payloadDigest: record.warcHeader('WARC-Payload-Digest') ?? null,
          refersToUrl: record.warcHeader('WARC-Refers-To-Target-URI') ?? null,
          refersToDate: record.warcHeader('WARC-Refers-To-Date') ?? null,
        })
        continue
      }
      const location = http?.headers.get('location')
      if (url && location && /^30[12378]$/.test(String(http?.statusCode))) {
        await record.skipFully()
        const to = URL.parse(location, url)
        if (!to || !/^https?:$/.test(to.protocol)) continue
        insertCapture(db, {
          kind: 'redirect',
          archiveId: archive.id,
          offset: warc.offset,
          url,
          date: record.warcDate ?? null,
          mime: null,
          sha256: null,
          bytes: 0,
          payloadDigest: record.warcHeader('WARC-Payload-Digest') ?? null,
          refersToUrl: to.href,
          refersToDate: null,
        })
        continue
      }
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
          robots: robotsOf(page.robots, http?.headers.get('x-robots-tag') ?? null),
          keptHtml: null,
          pairs: page.pairs,
        })
        for (const [rule, n] of Object.entries(page.notPaired)) {
          notPaired[rule] = (notPaired[rule] ?? 0) + n
        }
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
    addCounts(db, archive.id, { records: types, notPaired })
    completeArchive(db, archive.id, { sha256: digest.digest('hex'), bytes: input.bytesRead })
    statement(db, 'COMMIT').run()
  }
  corpus.close()
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
  console.log(
    JSON.stringify({ pairs, cpu: (userCPUTime + systemCPUTime) / 1e6, rss: maxRSS / 1024 }),
  )
}

function robotsOf(meta: string[], header: string | null): string | null {
  const all = [...meta, ...(header?.toLowerCase().split(/[,;]/) ?? [])].map((word) => word.trim())
  return all.length > 0 ? [...new Set(all)].join(',') : null
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

if (process.argv.length > 2) await main()
else console.log('Part of the benchmark `ingest`.')
