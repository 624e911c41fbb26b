import { parse, type DefaultTreeAdapterTypes as Tree } from 'parse5'
import { makeResolver } from './address.ts'
import { decodeAttribute } from './attribute-value.ts'
import { cssBudget, inertDeclarations, inertSheet } from './inert-css.ts'
import type { CssBudget } from './inert-css.ts'
import { DEFAULT_LIMITS, firstScan, type FirstScan } from './page.ts'
import { pictureOf } from './picture.ts'
import type { Scan } from './scan.ts'
import { xmlTree } from './xml-tree.ts'

/** Which picture and words of a page to mark: the fields of the pair. */
export interface PageMark {
  /** Where the picture's tag begins in the decoded HTML. */
  tagStart: number
  before: string | null
  after: string | null
  caption: string | null
}

/** Longer pages are not parsed for show; their source is shown instead. */
const MAX_SHOWN = 8 * 1024 * 1024
/** The picture's own element, for scrolling to it. */
export const MARKED_PICTURE_ID = 'gleaner-picture'

const KEPT = new Set(
  (
    'html head title body style div p span a b i em strong u s small big sub sup tt code kbd samp var ' +
    'pre listing xmp blockquote q cite abbr acronym dfn address article aside section main nav header ' +
    'footer hgroup h1 h2 h3 h4 h5 h6 ul ol li dl dt dd menu dir table caption colgroup col thead tbody ' +
    'tfoot tr td th figure figcaption picture img br hr wbr center font strike del ins mark time label ' +
    'fieldset legend details summary ruby rb rt rp rtc bdi bdo data nobr search'
  ).split(' '),
)
/** Dropped with all that is in them; every other unknown element only loses its tags. */
const DROPPED = new Set(
  (
    'script template iframe object embed applet frame frameset noframes noembed link meta base audio ' +
    'video source track canvas svg math input select option optgroup datalist textarea keygen area map ' +
    'param portal plaintext bgsound dialog marquee'
  ).split(' '),
)
const EMPTY = new Set(['img', 'br', 'hr', 'wbr', 'col'])
const ATTRIBUTES = new Set(
  (
    'class id title alt lang dir width height align valign bgcolor color face size border cellpadding ' +
    'cellspacing colspan rowspan span start value reversed hidden datetime open nowrap clear ' +
    'aria-label aria-hidden role'
  ).split(' '),
)
const INLINE_PICTURE = /^data:image\/(?:png|jpeg|gif|webp|avif);base64,[a-z0-9+/=\s]*$/i

const CSP =
  "default-src 'none'; img-src gleaner: data:; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'"
const MARK_STYLE =
  `#${MARKED_PICTURE_ID}{outline:4px solid #e8590c!important;outline-offset:3px!important;` +
  'display:inline-block!important;visibility:visible!important;opacity:1!important;min-width:24px;min-height:24px}' +
  'mark.gleaner{color:#000!important;background:#ffe08a!important}' +
  'mark.gleaner-caption{background:#b2f2bb!important}mark.gleaner-after{background:#a5d8ff!important}'

/**
 * The page as archived, made inert: a copy from which nothing runs, loads, links or submits, with
 * one pair's picture outlined and its words in `<mark class="gleaner gleaner-before|after|caption">`.
 * Only elements and attributes that are known to be harmless are written out; a content security
 * policy in the page is the second wall, the sandboxed frame that it is shown in the third.
 *
 * @param pictureAddress where a picture (absolute address as in a pair) can be had inside the
 *   program, e.g. `gleaner://...`; null = not shown. It must be harmless itself.
 * @param charset of the page, in which its queries are escaped
 * @param mediaType as the page was sent; XML is read by XML's rules as at the ingest. undefined = not
 *   known: as HTML, or as XML where only that has the picture
 */
export function inertPage(
  html: string,
  pageUrl: string,
  mark: PageMark,
  pictureAddress: (absoluteUrl: string) => string | null,
  charset = 'utf-8',
  mediaType?: string | null,
): string {
  const head =
    `<!doctype html>\n<meta charset="utf-8">\n` +
    `<meta http-equiv="Content-Security-Policy" content="${CSP}">\n` +
    `<meta name="referrer" content="no-referrer">\n<style>${MARK_STYLE}</style>\n`
  if (html.length > MAX_SHOWN) {
    return `${head}<p>This page is too long to be shown (${html.length} characters).</p>`
  }
  const { found, markup } = readAgain(html, mediaType, mark.tagStart)
  const addresses = addressesByTag(found, pageUrl, charset)
  const tree =
    markup === 'xml'
      ? xmlTree(html)
      : parse(html, { scriptingEnabled: false, sourceCodeLocationInfo: true })
  const marks = findWords(tree, mark)
  return (
    head +
    write(tree, marks, (image) => {
      const at = image.sourceCodeLocation?.startOffset ?? -1
      const own = addresses.get(at)
      let src: string | null = null
      for (const address of own ?? []) {
        src = pictureAddress(address)
        if (src !== null) break
      }
      if (src === null) {
        const inline = image.attrs.find((attr) => attr.name === 'src')?.value.trim()
        if (inline !== undefined && INLINE_PICTURE.test(inline)) src = inline
      }
      return { src, marked: at === mark.tagStart }
    })
  )
}

/** The scan that the ingest made. */
function readAgain(
  html: string,
  mediaType: string | null | undefined,
  tagStart: number,
): FirstScan {
  const read = (type: string | null | undefined): FirstScan =>
    firstScan(html, type, DEFAULT_LIMITS, performance.now() + DEFAULT_LIMITS.timeBudgetMs)
  const has = ({ found }: FirstScan): boolean =>
    found.images.some((image) => image.tagStart === tagStart)
  const first = read(mediaType)
  if (mediaType !== undefined || tagStart < 0 || has(first)) return first
  const asXml = read('application/xhtml+xml')
  return has(asXml) ? asXml : read(mediaType)
}

/** All addresses of each picture, the paired one first, by where its tag begins. */
function addressesByTag(found: Scan, pageUrl: string, charset: string): Map<number, string[]> {
  const base = found.baseHref === null ? null : decodeAttribute(found.baseHref)
  const resolver = makeResolver(pageUrl, base, charset)
  const addresses = new Map<number, string[]>()
  for (const image of found.images) {
    const picture = pictureOf(image, resolver)
    if (picture.url !== null) addresses.set(image.tagStart, [picture.url, ...picture.alternates])
  }
  return addresses
}

interface MarkedRange {
  start: number
  end: number
  name: 'before' | 'after' | 'caption'
}

function isElement(node: Tree.Node): node is Tree.Element {
  return 'tagName' in node
}

function childrenOf(node: Tree.Node): Tree.ChildNode[] {
  return 'childNodes' in node ? node.childNodes : []
}

function isDropped(node: Tree.Node): boolean {
  return isElement(node) && DROPPED.has(node.tagName)
}

/**
 * Where the words stand: text nodes compared without white space, since extraction collapses it;
 * line by line, since left-out words may stand between two lines; from the picture outwards.
 */
function findWords(tree: Tree.Document, mark: PageMark): Map<Tree.TextNode, MarkedRange[]> {
  const nodes: Tree.TextNode[] = []
  const starts: number[] = []
  const parts: string[] = []
  let length = 0
  let picture = -1
  const stack: Tree.Node[] = [tree]
  while (stack.length > 0) {
    const node = stack.pop() as Tree.Node
    if (node.nodeName === '#text') {
      const text = (node as Tree.TextNode).value.replace(/\s+/g, '')
      if (text === '') continue
      nodes.push(node as Tree.TextNode)
      starts.push(length)
      parts.push(text)
      length += text.length
      continue
    }
    if (isElement(node)) {
      if (node.sourceCodeLocation?.startOffset === mark.tagStart && node.tagName === 'img') {
        picture = length
      }
      // Words of a pair are never navigation; the same words there would be marked instead.
      if (/^(?:style|title|nav)$/.test(node.tagName) || isDropped(node)) continue
    }
    const children = childrenOf(node)
    for (let i = children.length - 1; i >= 0; i--) stack.push(children[i] as Tree.Node)
  }
  const all = parts.join('')
  const found = new Map<Tree.TextNode, MarkedRange[]>()
  if (picture < 0) return found

  const lines = (text: string | null): string[] =>
    (text ?? '')
      .split('\n')
      .map((line) => line.replace(/\s+/g, ''))
      .filter((line) => line !== '')
      .slice(0, 400)

  function add(from: number, to: number, name: MarkedRange['name']): void {
    // The node that holds the place: the last that starts at or before it.
    let low = 0
    let high = starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((starts[middle] as number) <= from) low = middle
      else high = middle - 1
    }
    for (let i = low; i < nodes.length && (starts[i] as number) < to; i++) {
      const base = starts[i] as number
      const size = (parts[i] as string).length
      const range = { start: Math.max(0, from - base), end: Math.min(size, to - base), name }
      if (range.end <= range.start) continue
      const node = nodes[i] as Tree.TextNode
      const ranges = found.get(node)
      if (ranges) ranges.push(range)
      else found.set(node, [range])
    }
  }

  const caption = lines(mark.caption).join('')
  if (caption !== '') {
    const after = all.indexOf(caption, Math.max(0, picture - caption.length))
    const before = all.lastIndexOf(caption, picture)
    const nearest =
      after < 0 ? before : before < 0 ? after : after - picture <= picture - before ? after : before
    if (nearest >= 0) add(nearest, nearest + caption.length, 'caption')
  }
  let at = picture
  for (const line of lines(mark.before).reverse()) {
    if (at < line.length) break
    const place = all.lastIndexOf(line, at - line.length)
    if (place < 0) continue
    add(place, place + line.length, 'before')
    at = place
  }
  at = picture
  for (const line of lines(mark.after)) {
    const place = all.indexOf(line, at)
    if (place < 0) continue
    add(place, place + line.length, 'after')
    at = place + line.length
  }
  return found
}

/** Writes the harmless part of a tree, without recursion: pages can be nested very deeply. */
function write(
  tree: Tree.Document,
  marks: Map<Tree.TextNode, MarkedRange[]>,
  imageOf: (image: Tree.Element) => { src: string | null; marked: boolean },
): string {
  const out: string[] = []
  const budget = cssBudget()
  const stack: (Tree.Node | string)[] = [tree]
  while (stack.length > 0) {
    const node = stack.pop() as Tree.Node | string
    if (typeof node === 'string') {
      out.push(node)
      continue
    }
    if (node.nodeName === '#text') {
      out.push(writeText(node as Tree.TextNode, marks))
      continue
    }
    if (isElement(node)) {
      const name = node.tagName
      if (name === 'img') {
        out.push(writeImage(node, imageOf(node), budget))
        continue
      }
      if (isDropped(node)) continue
      if (name === 'style') {
        out.push(`<style>${inertSheet(textOf(node), budget)}</style>`)
        continue
      }
      if (name === 'title') {
        out.push(`<title>${escapeText(textOf(node))}</title>`)
        continue
      }
      if (KEPT.has(name) && name !== 'html' && name !== 'head') {
        // Raw-text elements would hide the end of the page if they were written as they are.
        const safe = name === 'xmp' || name === 'listing' ? 'pre' : name
        out.push(`<${safe}${writeAttributes(node, budget)}>`)
        if (EMPTY.has(name)) continue
        stack.push(`</${safe}>`)
      }
    }
    const children = childrenOf(node)
    for (let i = children.length - 1; i >= 0; i--) stack.push(children[i] as Tree.Node)
  }
  if (budget.leftOut > 0) {
    out.push(`<!-- ${budget.leftOut} styles were too long or too deep to be shown -->`)
  }
  return out.join('')
}

function textOf(node: Tree.Element): string {
  return node.childNodes
    .map((child) => (child.nodeName === '#text' ? (child as Tree.TextNode).value : ''))
    .join('')
}

function writeAttributes(node: Tree.Element, budget: CssBudget): string {
  let out = ''
  for (const { name, value } of node.attrs) {
    if (name === 'style') {
      const css = inertDeclarations(value, budget)
      if (css !== '') out += ` style="${escapeAttribute(css)}"`
    } else if (name === 'id') {
      if (!value.startsWith('gleaner-')) out += ` id="${escapeAttribute(value)}"`
    } else if (ATTRIBUTES.has(name)) out += ` ${name}="${escapeAttribute(value)}"`
  }
  return out
}

function writeImage(
  node: Tree.Element,
  image: { src: string | null; marked: boolean },
  budget: CssBudget,
): string {
  const attrs = image.marked
    ? node.attrs.filter(({ name }) => name !== 'id' && name !== 'hidden')
    : node.attrs
  const attributes = writeAttributes({ ...node, attrs }, budget)
  const id = image.marked ? ` id="${MARKED_PICTURE_ID}"` : ''
  const src = image.src === null ? '' : ` src="${escapeAttribute(image.src)}"`
  return `<img${id}${src}${attributes}>`
}

function writeText(node: Tree.TextNode, marks: Map<Tree.TextNode, MarkedRange[]>): string {
  const ranges = marks.get(node)
  const text = node.value
  if (!ranges) return escapeText(text)
  // A range counts characters that are not white space; caption marks win over the others.
  const names: (MarkedRange['name'] | undefined)[] = []
  for (const range of ranges) {
    for (let i = range.start; i < range.end; i++) names[i] ??= range.name
  }
  let out = ''
  let open: MarkedRange['name'] | undefined
  let from = 0
  let index = 0
  const flush = (to: number): void => {
    const piece = escapeText(text.slice(from, to))
    out += open === undefined ? piece : `<mark class="gleaner gleaner-${open}">${piece}</mark>`
    from = to
  }
  for (let i = 0; i < text.length; i++) {
    if (/\s/.test(text[i] as string)) continue
    const name = names[index++]
    if (name !== open) {
      flush(i)
      open = name
    }
  }
  flush(text.length)
  return out
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

function escapeAttribute(text: string): string {
  return escapeText(text).replaceAll('"', '&quot;')
}
