import { Buffer } from 'node:buffer'
import { decodeHTML } from 'entities'
import { AppError } from '#shared/errors.ts'
import { makeResolver } from './address.ts'
import { captionFinder, idsOf, type CaptionFinder } from './captions.ts'
import { attribute, decodeAttribute } from './attribute-value.ts'
import { declaredSize, pictureOf, type Picture } from './picture.ts'
import { scan, type FoundImage, type Scan } from './scan.ts'
import { NotWellFormed, scanXml } from './scan-xml.ts'
import type { ExtractedPage, ExtractedPair, ExtractLimits, PageMeta } from './types.ts'
import { wordsOf, type Context, type Words } from './words.ts'

export const DEFAULT_LIMITS: ExtractLimits = {
  maxHtmlLength: 64 * 1024 * 1024,
  maxImages: 50_000,
  timeBudgetMs: 20_000,
  maxDepth: 512,
  contextBudget: 1000,
  contextMax: 4000,
}

/** Directives of `<meta name=robots>` that say something about pictures or about keeping the page. */
const ROBOTS = new Set([
  'noindex',
  'noimageindex',
  'noai',
  'noimageai',
  'none',
  'noml',
  'noarchive',
  'nosnippet',
])
/** Twins stand beside each other; further pictures with the same address are the same one again. */
const TWIN_REACH = 6

/**
 * Finds the pictures of a page and the words that belong to each.
 *
 * Which `<img>` count is what a browser without scripting builds: none in comments, scripts,
 * `<template>` or text-only elements; those in `<noscript>` do. Every one whose address resolves to
 * http(s) is a pair, in the order of the markup, except (counted in `notPaired`): `data:` pictures
 * (`data-uri`), pictures declared no larger than 1x1 (`tracker`), the `<noscript>` twin of a lazy
 * picture (`noscript-twin`), no address or only `#` (`no-address`), an address that does not parse
 * (`bad-address`) or has another scheme (`not-http`).
 *
 * Words: `alt` and `title` are the attributes as written. `before` and `after` are whole blocks as
 * a reader sees them, nearest first taken, up to `contextBudget` code points, at least the nearest
 * one, which is cut at a sentence above `contextMax`; blocks are joined by a line feed, as are
 * lines (`<br>`). Left out are scripts, styles, hidden elements, text for screen readers only,
 * controls, navigation (`<nav>`, the page's own header and footer, lists of links, repeated links,
 * consent banners) and every caption that was given to a picture, so that no words count twice or
 * for a neighbour. A distance is the number of blocks from the picture to the nearest words, other
 * pictures' blocks included: of several pictures above one paragraph, the last has distance 1.
 * In a table whose row of pictures stands above a row of words, `after` is the cell below.
 *
 * The work is linear in the length of the page and in the number of its pictures.
 *
 * @param html decoded text; `tagStart` and `tagEnd` are UTF-16 offsets into it
 * @throws AppError `damaged` where the page exceeds a limit; see `extractionFailureReason`
 */
export function extractPage(
  html: string,
  pageUrl: string,
  meta: PageMeta,
  limits: Partial<ExtractLimits> = {},
): ExtractedPage {
  const bounds = { ...DEFAULT_LIMITS, ...limits }
  if (html.length > bounds.maxHtmlLength) {
    throw new AppError('damaged', `html-too-long: ${html.length} characters of HTML`)
  }
  const deadline = performance.now() + bounds.timeBudgetMs
  const { found, read, markup, malformed } = firstScan(html, meta.mediaType, bounds, deadline)
  const page: ExtractedPage = {
    title: found.title === null ? null : plainText(found.title),
    language: languageOf(found, meta.httpLanguage ?? null),
    ogImage: null,
    charset: meta.charset,
    charsetSource: meta.charsetSource,
    robots: robotsOf(found),
    markup,
    malformed,
    notPaired: {},
    pairs: [],
  }
  const resolver = makeResolver(
    pageUrl,
    found.baseHref === null ? null : decodeAttribute(found.baseHref),
    meta.charset,
  )
  const og = ogImageOf(found)
  if (og !== null) {
    const url = resolver.resolve(og)
    if (url !== null && /^https?:/.test(url)) page.ogImage = url
  }
  if (found.images.length === 0) return page

  const pictures = found.images.map((image) => pictureOf(image, resolver))
  const twinOf = findTwins(found.images, pictures)
  const paired: number[] = []
  for (let i = 0; i < pictures.length; i++) {
    const picture = pictures[i] as Picture
    const reason = picture.reason ?? ((twinOf[i] as number) >= 0 ? 'noscript-twin' : null)
    if (reason === null) paired.push(i)
    else page.notPaired[reason] = (page.notPaired[reason] ?? 0) + 1
  }
  if (paired.length === 0) return page

  const described = describedTexts(found, bounds, read)
  const place = described.size > 0 ? read() : found
  const words = wordsOf(place, bounds.contextBudget, bounds.contextMax)
  const isPaired = new Set(paired.map((i) => found.images[i]))
  const captions = captionFinder(place, words, (image) => isPaired.has(image), described)
  const captionOf: ReturnType<CaptionFinder['of']>[] = []
  for (const i of paired) {
    const caption = captions.of(found.images[i] as FoundImage)
    if (caption?.range) words.claim(caption.range.start, caption.range.end)
    captionOf.push(caption)
  }
  words.settle()
  for (let position = 0; position < paired.length; position++) {
    if ((position & 255) === 255 && performance.now() > deadline) {
      throw new AppError('damaged', 'time-budget: reading the words of the page takes too long')
    }
    const i = paired[position] as number
    const caption = captionOf[position] ?? null
    page.pairs.push(
      pairOf(
        place,
        words,
        found.images[i] as FoundImage,
        pictures[i] as Picture,
        position,
        caption,
      ),
    )
  }
  const positionOf = new Map(paired.map((i, position) => [i, position]))
  for (let i = 0; i < pictures.length; i++) {
    const lazy = twinOf[i] as number
    if (lazy < 0) continue
    // What the twin says and the lazy picture does not.
    const pair = page.pairs[positionOf.get(lazy) as number] as ExtractedPair
    const twin = (found.images[i] as FoundImage).attributes
    pair.alt ??= attribute(twin, 'alt')
    pair.title ??= attribute(twin, 'title')
    const { url, alternates } = pictures[i] as Picture
    for (const other of [url as string, ...alternates]) {
      if (other !== pair.imageUrl && !pair.alternates.includes(other)) pair.alternates.push(other)
    }
  }
  return page
}

type Read = (wanted?: ReadonlySet<string>) => Scan

export interface FirstScan {
  found: Scan
  read: Read
  markup: ExtractedPage['markup']
  malformed: string | null
}

/**
 * By XML's rules where the page is sent as XML. What is not well-formed is read as HTML: a browser
 * shows an error instead of most of it, but its pictures and words were meant to be seen.
 */
export function firstScan(
  html: string,
  mediaType: string | null | undefined,
  bounds: ExtractLimits,
  deadline: number,
): FirstScan {
  const asHtml: Read = (wanted) => scan(html, bounds, deadline, wanted)
  if (!isXml(mediaType)) {
    return { found: asHtml(), read: asHtml, markup: 'html', malformed: null }
  }
  const asXml: Read = (wanted) => scanXml(html, bounds, deadline, wanted)
  try {
    return { found: asXml(), read: asXml, markup: 'xml', malformed: null }
  } catch (error) {
    if (!(error instanceof NotWellFormed)) throw error
    return { found: asHtml(), read: asHtml, markup: 'html', malformed: error.message }
  }
}

function isXml(mediaType: string | null | undefined): boolean {
  const essence = mediaType?.split(';')[0]?.trim() ?? ''
  return /^(?:application|text)\/xml$|\+xml$/i.test(essence)
}

/** The short reason of an error of `extractPage`, for counting; null where it is no such error. */
export function extractionFailureReason(error: unknown): string | null {
  if (!(error instanceof AppError) || error.kind !== 'damaged') return null
  return /^(html-too-long|too-many-images|time-budget):/.exec(error.message)?.[1] ?? null
}

function pairOf(
  found: Scan,
  words: Words,
  image: FoundImage,
  picture: Picture,
  position: number,
  caption: ReturnType<CaptionFinder['of']>,
): ExtractedPair {
  const block = found.block[image.item] as number
  const before = words.before(image.item, block)
  const below = cellBelow(found, words, image)
  const after = below ?? words.after(image.item, block)
  return {
    position,
    imageUrl: picture.url as string,
    imageRule: image.noscript ? `noscript:${picture.rule}` : picture.rule,
    alternates: picture.alternates,
    alt: attribute(image.attributes, 'alt'),
    title: attribute(image.attributes, 'title'),
    caption: caption?.text ?? null,
    captionRule: caption?.rule ?? null,
    before: before?.text ?? null,
    beforeDistance: before?.distance ?? null,
    after: after?.text ?? null,
    afterDistance: after?.distance ?? null,
    declaredWidth: declaredSize(image.attributes.get('width')),
    declaredHeight: declaredSize(image.attributes.get('height')),
    tagStart: image.tagStart,
    tagEnd: image.tagEnd,
  }
}

/**
 * The words under a picture in a table: its cell holds nothing else, nor do the cells beside it,
 * and the cell in the same column of the next row holds words and no picture.
 */
function cellBelow(found: Scan, words: Words, image: FoundImage): Context | null {
  const { cells } = found
  const cell = image.cell
  if (cell < 0) return null
  const rows = cells.rowFirst[cells.table[cell] as number] as number[]
  const row = cells.row[cell] as number
  const next = rows[row + 1]
  if (next === undefined) return null
  const table = cells.table[cell]
  const MAX_COLUMNS = 40
  const MAX_CELLS = 400
  let pictures = 0
  let columns = 0
  const first = rows[row] as number
  for (let c = first; c < next && columns < MAX_COLUMNS && c - first < MAX_CELLS; c++) {
    // Cells of tables within this row are numbered between its own.
    if (cells.table[c] !== table) continue
    columns++
    const held = words.holds(cells.itemStart[c] as number, cells.itemEnd[c] as number)
    if (held.text) return null
    if (held.picture) pictures++
  }
  if (pictures < 2) return null
  const end = rows[row + 2] ?? cells.count
  for (let c = next, n = 0; c < end && n < MAX_COLUMNS; c++, n++) {
    if (cells.table[c] !== table || cells.column[c] !== cells.column[cell]) continue
    const from = cells.itemStart[c] as number
    const to = cells.itemEnd[c] as number
    const held = words.holds(from, to)
    if (!held.text || held.picture) return null
    const text = words.render(from, to, false)
    return text === '' ? null : { text, distance: 1 }
  }
  return null
}

/**
 * For each `<img>` in a `<noscript>` the picture (index) that it stands in for when scripts run,
 * else -1: an `<img>` outside within a few places that has the same address among its own, and is
 * no other twin's. Right beside each other the same file is enough (another scheme or query).
 */
function findTwins(images: FoundImage[], pictures: Picture[]): Int32Array {
  const twinOf = new Int32Array(images.length).fill(-1)
  const taken = new Uint8Array(images.length)
  for (let i = 0; i < images.length; i++) {
    const twin = pictures[i] as Picture
    if (!(images[i] as FoundImage).noscript || twin.url === null) continue
    for (const step of [-1, 1, -2, 2, -3, 3, -4, 4, -5, 5, -6, 6]) {
      if (Math.abs(step) > TWIN_REACH) break
      const other = i + step
      const image = images[other]
      if (!image || image.noscript || taken[other] === 1) continue
      const lazy = pictures[other] as Picture
      if (lazy.url === null) continue
      const isLazy = lazy.lazy || image.attributes.get('loading') === 'lazy'
      const beside = Math.abs(step) === 1
      if (!isLazy && !beside) continue
      if (sharesAddress(lazy, twin, beside)) {
        twinOf[i] = other
        taken[other] = 1
        break
      }
    }
  }
  return twinOf
}

function sharesAddress(lazy: Picture, twin: Picture, beside: boolean): boolean {
  const mine = [lazy.url as string, ...lazy.alternates]
  for (const address of [twin.url as string, ...twin.alternates]) {
    if (mine.includes(address)) return true
  }
  if (!beside) return false
  const file = fileOf(twin.url as string)
  return mine.some((address) => fileOf(address) === file)
}

function fileOf(address: string): string {
  const query = address.indexOf('?')
  return (query < 0 ? address : address.slice(0, query)).replace(/^https?:/, '')
}

/** Texts of elements that pictures name by id. A second pass, since most pages need none. */
function describedTexts(found: Scan, limits: ExtractLimits, read: Read): Map<string, string> {
  const wanted = new Set<string>()
  for (const { attributes } of found.images) {
    for (const name of ['aria-labelledby', 'aria-describedby']) {
      const ids = attributes.get(name)
      if (ids !== undefined) for (const id of idsOf(ids)) wanted.add(id)
    }
  }
  const texts = new Map<string, string>()
  if (wanted.size === 0) return texts
  const second = read(wanted)
  const words = wordsOf(second, limits.contextBudget, limits.contextMax)
  for (const [id, range] of second.byId) texts.set(id, words.render(range.start, range.end, true))
  // Keeps the caller from using the tape of the first pass, which this one wrote over.
  if (texts.size === 0) texts.set('', '')
  return texts
}

function plainText(raw: string): string {
  return decodeHTML(raw.replaceAll('\0', '\ufffd'))
    .replace(/[\t\n\f\r ]+/g, ' ')
    .trim()
    .toWellFormed()
}

function languageOf(found: Scan, http: string | null): string | null {
  const declared: (string | null)[] = [found.lang]
  for (const meta of found.metas) {
    if (attribute(meta, 'http-equiv')?.trim().toLowerCase() === 'content-language') {
      declared.push(attribute(meta, 'content'))
    }
  }
  declared.push(http)
  for (const value of declared) {
    const first = value?.split(',')[0]?.trim().replaceAll('_', '-')
    if (first === undefined || !/^[a-z]{2,3}(?:-[a-z0-9]{1,8})*$/i.test(first)) continue
    const canonical = canonicalLanguage(first)
    if (canonical !== null) return canonical
  }
  return null
}

const languages = new Map<string, string | null>()

function canonicalLanguage(tag: string): string | null {
  let canonical = languages.get(tag)
  if (canonical === undefined) {
    try {
      canonical = Intl.getCanonicalLocales(tag)[0] ?? null
    } catch {
      canonical = null
    }
    if (languages.size > 1000) languages.clear()
    // A copy: a slice would keep its whole page in memory.
    languages.set(Buffer.from(tag).toString(), canonical)
  }
  return canonical
}

function ogImageOf(found: Scan): string | null {
  for (const name of ['og:image', 'og:image:secure_url', 'og:image:url']) {
    for (const meta of found.metas) {
      const property = attribute(meta, 'property') ?? attribute(meta, 'name')
      if (property?.trim().toLowerCase() !== name) continue
      const content = attribute(meta, 'content')?.trim()
      if (content !== undefined && content !== '') return content
    }
  }
  return null
}

function robotsOf(found: Scan): string[] {
  const directives = new Set<string>()
  for (const meta of found.metas) {
    if (attribute(meta, 'name')?.trim().toLowerCase() !== 'robots') continue
    for (const part of (attribute(meta, 'content') ?? '').toLowerCase().split(/[\s,;]+/)) {
      if (ROBOTS.has(part)) directives.add(part)
    }
  }
  return [...directives]
}
