import { decodeHTML } from 'entities'
import type { Scan } from './scan.ts'
import {
  I_BREAK,
  I_IMAGE,
  I_LITERAL,
  I_SPACE,
  S_HIDDEN,
  S_LINK,
  S_NAV_CLASS,
  S_NAVIGATION,
  S_NO_WORDS,
  S_PRE,
  UNREAD,
} from './markup/here.ts'

/** Bit of an item that was claimed as some picture's caption. */
const CLAIMED = 1 << 24
/** A walk along one block ends after so many items, whatever they are. */
const MAX_WALK = 300
/** Items of a caption or table cell that are looked at. */
const MAX_RANGE = 2000
/** Blocks that one side may consist of. */
const MAX_BLOCKS = 100
/** Fewer links in a row are not taken for navigation. */
const LINK_LIST = 4
const SHORT_LINK = 60

/** Text before or after a picture. */
export interface Context {
  text: string
  /** Blocks from the picture to the nearest words; 0 = within the picture's own block. */
  distance: number
}

/** The text of one scanned page: decoded where it is asked for, each run at most once. */
export interface Words {
  /** Takes items out of the running text: they are the caption of a picture. */
  claim(start: number, end: number): void
  /** Ends claiming; blocks are judged now. */
  settle(): void
  /** Text of a stretch of items. `hidden` allows what is not shown (descriptions by id). */
  render(start: number, end: number, hidden: boolean): string
  before(item: number, block: number): Context | null
  after(item: number, block: number): Context | null
  /** Is there text a reader sees, or a picture, in the stretch? */
  holds(start: number, end: number): { text: boolean; picture: boolean }
}

/**
 * @param budget code points of whole blocks on each side
 * @param most code points at which even the nearest block is cut
 */
export function wordsOf(scan: Scan, budget: number, most: number): Words {
  return new PageWords(scan, budget, most)
}

// A class, since closures made anew for each page would be compiled anew, again and again.
class PageWords implements Words {
  private readonly scan: Scan
  private readonly budget: number
  private readonly most: number
  private readonly runs: (string | undefined)[]
  private readonly claims: { start: number; end: number }[] = []
  // Per block, after `settle`.
  private readonly firstItem: Int32Array
  /** Running number of blocks that hold text or a picture. */
  private readonly ordinal: Int32Array
  /** The readable blocks in order, and where each block stands among them. */
  private readonly readable: number[] = []
  private readonly place: Int32Array
  private readonly texts: (string | undefined)[]
  /** Code points of the text of a block, once it was asked for. */
  private readonly sizes: Int32Array

  constructor(scan: Scan, budget: number, most: number) {
    const { count, blocks } = scan
    this.scan = scan
    this.budget = budget
    this.most = most
    this.runs = new Array<string | undefined>(count)
    this.firstItem = new Int32Array(blocks + 1)
    this.ordinal = new Int32Array(blocks)
    this.place = new Int32Array(blocks)
    this.texts = new Array<string | undefined>(blocks)
    this.sizes = new Int32Array(blocks)
  }

  /** Takes items out of the running text: they are the caption of a picture. */
  claim(from: number, to: number): void {
    if (to > from) this.claims.push({ start: from, end: to })
  }

  before(item: number, b: number): Context | null {
    return this.context(item, b, -1)
  }

  after(item: number, b: number): Context | null {
    return this.context(item, b, 1)
  }

  render(from: number, to: number, hidden: boolean): string {
    const barred = hidden ? I_IMAGE : S_HIDDEN | S_NO_WORDS
    return wellFormed(this.renderItems(from, Math.min(to, from + MAX_RANGE), barred))
  }

  holds(from: number, to: number): { text: boolean; picture: boolean } {
    const { bits } = this.scan
    let text = false
    let picture = false
    for (let i = from; i < Math.min(to, from + MAX_RANGE); i++) {
      const item = bits[i] as number
      if ((item & I_IMAGE) !== 0) picture = true
      else if ((item & (SEEN | I_BREAK)) === 0) text = true
    }
    return { text, picture }
  }

  private run(item: number): string {
    const { html, start, end, bits } = this.scan
    const { runs } = this
    let text = runs[item]
    if (text === undefined) {
      text = runText(
        html.slice(start[item] as number, end[item] as number),
        ((bits[item] as number) & S_PRE) !== 0,
        ((bits[item] as number) & I_LITERAL) !== 0,
      )
      runs[item] = text
    }
    return text
  }

  /** `clip`: of longer runs only the part near the picture is wanted (< 0: their end). */
  private renderItems(from: number, to: number, barred: number, clip = 0): string {
    const { bits, block } = this.scan
    let out = ''
    /** Its last character: asking the growing string for it would make it anew each time. */
    let last = 0
    let space = false
    let inBlock = -1
    for (let i = from; i < to; i++) {
      const b = bits[i] as number
      if ((b & barred) !== 0) continue
      if (block[i] !== inBlock) {
        if (inBlock !== -1 && out !== '') {
          out = newLine(out, last)
          last = 0x0a
        }
        inBlock = block[i] as number
        space = false
      }
      if ((b & I_IMAGE) !== 0) {
        space = true
        continue
      }
      if ((b & I_BREAK) !== 0) {
        if (out !== '') {
          out = newLine(out, last)
          last = 0x0a
        }
        space = false
        continue
      }
      if ((b & I_SPACE) !== 0) space = true
      let text = this.run(i)
      if (clip !== 0 && text.length > Math.abs(clip)) {
        text = clip < 0 ? text.slice(clip) : text.slice(0, clip)
      }
      const first = text.charCodeAt(0)
      if (out === '' || last === 0x0a || last === 0x20) {
        if ((b & S_PRE) === 0 && first === 0x20) text = text.slice(1)
      } else if (space && first !== 0x20 && first !== 0x0a) {
        out += ' '
        last = 0x20
      }
      if (text !== '') {
        out += text
        last = text.charCodeAt(text.length - 1)
      }
      space = false
    }
    return trimText(out)
  }

  settle(): void {
    const { html, count, start, end, bits, block, blocks } = this.scan
    const { claims, firstItem, ordinal, readable, place } = this
    if (claims.length > 0) {
      const edges = new Int32Array(count + 1)
      for (const claim of claims) {
        edges[claim.start] = (edges[claim.start] as number) + 1
        edges[claim.end] = (edges[claim.end] as number) - 1
      }
      let open = 0
      for (let i = 0; i < count; i++) {
        open += edges[i] as number
        if (open > 0 && ((bits[i] as number) & I_IMAGE) === 0)
          bits[i] = (bits[i] as number) | CLAIMED
      }
    }
    const NONE = 0
    const TEXT = 1
    const LINKS = 2
    const NAVIGATION = 3
    const kind = new Uint8Array(blocks)
    const pictures = new Uint8Array(blocks)
    const lengths = new Int32Array(blocks)
    let at = 0
    for (let b = 0; b < blocks; b++) {
      firstItem[b] = at
      let text = 0
      let links = 0
      let linkItems = 0
      let navigation = false
      let navClass = false
      for (; at < count && (block[at] as number) <= b; at++) {
        const item = bits[at] as number
        if ((item & (UNREAD | CLAIMED | I_BREAK)) !== 0 || block[at] !== b) continue
        if ((item & I_IMAGE) !== 0) {
          pictures[b] = 1
          continue
        }
        const length = trimmedLength(html, start[at] as number, end[at] as number)
        // Separators between links are not text.
        if (length <= 1 && (item & S_LINK) === 0) {
          text += 0.5
          continue
        }
        text += length
        if ((item & S_LINK) !== 0) {
          links += length
          linkItems++
        }
        if ((item & S_NAVIGATION) !== 0) navigation = true
        if ((item & S_NAV_CLASS) !== 0) navClass = true
      }
      lengths[b] = text
      if (text === 0) kind[b] = NONE
      else if (navigation) kind[b] = NAVIGATION
      else if (pictures[b] === 0 && navClass && links >= 0.5 * text) kind[b] = NAVIGATION
      else if (pictures[b] === 0 && linkItems >= LINK_LIST && links >= 0.7 * text) {
        kind[b] = NAVIGATION
      } else if (pictures[b] === 0 && links >= 0.8 * text && text <= SHORT_LINK) kind[b] = LINKS
      else kind[b] = TEXT
    }
    firstItem[blocks] = count
    // Lists of links: several in a row without a picture between them.
    let from = 0
    for (let b = 0; b <= blocks; b++) {
      if (b < blocks && (kind[b] === LINKS || (kind[b] === NONE && pictures[b] === 0))) continue
      let n = 0
      for (let i = from; i < b; i++) if (kind[i] === LINKS) n++
      if (n >= LINK_LIST) for (let i = from; i < b; i++) if (kind[i] === LINKS) kind[i] = NAVIGATION
      from = b + 1
    }
    // "Read more" under every item. Compared by a hash of the markup: no strings are made.
    const seen = new Map<number, number>()
    const hashes = new Int32Array(blocks)
    for (let b = 0; b < blocks; b++) {
      if (kind[b] !== LINKS || (lengths[b] as number) > 40) continue
      const hash = this.hashOf(b)
      hashes[b] = hash
      seen.set(hash, (seen.get(hash) ?? 0) + 1)
    }
    for (let b = 0; b < blocks; b++) {
      if (kind[b] !== LINKS || (lengths[b] as number) > 40) continue
      if ((seen.get(hashes[b] as number) as number) >= 3) kind[b] = NAVIGATION
    }
    let n = 0
    for (let b = 0; b < blocks; b++) {
      ordinal[b] = kind[b] !== NONE || pictures[b] === 1 ? n++ : n
      place[b] = readable.length
      if (kind[b] === TEXT || kind[b] === LINKS) readable.push(b)
    }
  }

  private hashOf(b: number): number {
    const { html, start, end, bits } = this.scan
    const { firstItem } = this
    let hash = 0
    for (let i = firstItem[b] as number; i < (firstItem[b + 1] as number); i++) {
      if (((bits[i] as number) & (SEEN | I_IMAGE | I_BREAK)) !== 0) continue
      const to = end[i] as number
      for (let at = start[i] as number; at < to; at++) {
        const code = html.charCodeAt(at)
        if (code > 0x20) hash = (Math.imul(hash, 31) + code) | 0
      }
    }
    return hash
  }

  private blockText(b: number): string {
    const { firstItem, texts, sizes } = this
    let text = texts[b]
    if (text === undefined) {
      text = this.renderItems(firstItem[b] as number, firstItem[b + 1] as number, SEEN)
      texts[b] = text
      sizes[b] = codePoints(text)
    }
    return text
  }

  /** The words of the picture's own block on one side, at most `most` of them. */
  private ownBlock(item: number, b: number, step: -1 | 1): string {
    const { bits } = this.scan
    const { firstItem, most } = this
    const low = firstItem[b] as number
    const high = firstItem[b + 1] as number
    let at = item + step
    let length = 0
    for (let n = 0; at >= low && at < high && n < MAX_WALK && length < most; n++, at += step) {
      const b = bits[at] as number
      if ((b & (SEEN | I_IMAGE | I_BREAK | S_NAVIGATION)) === 0) length += this.run(at).length
    }
    if (length === 0) return ''
    const clip = step * (2 * most + 2)
    return step < 0
      ? this.renderItems(at + 1, item, SEEN | S_NAVIGATION, clip)
      : this.renderItems(item + 1, at, SEEN | S_NAVIGATION, clip)
  }

  private context(item: number, b: number, step: -1 | 1): Context | null {
    const { blocks } = this.scan
    const { readable, place, sizes, ordinal, most, budget } = this
    if (blocks === 0) return null
    const own = Math.max(b, 0)
    const parts: string[] = []
    let size = 0
    let distance = -1
    const isReadable = b >= 0 && readable[place[own] as number] === own
    if (isReadable) {
      const text = this.ownBlock(item, own, step)
      if (text !== '') {
        parts.push(text)
        size = codePoints(text)
        distance = 0
      }
    }
    let at = step < 0 ? (place[own] as number) - 1 : (place[own] as number) + (isReadable ? 1 : 0)
    for (; at >= 0 && at < readable.length && parts.length < MAX_BLOCKS; at += step) {
      const next = readable[at] as number
      const text = this.blockText(next)
      if (text === '') continue
      if (parts.length > 0 && size + (sizes[next] as number) > budget) break
      if (parts.length === 0) {
        distance = Math.max(1, Math.abs((ordinal[next] as number) - (ordinal[own] as number)))
      }
      parts.push(text)
      size += sizes[next] as number
    }
    if (parts.length === 0) return null
    if (parts.length === 1) parts[0] = cut(parts[0] as string, most, step)
    if (step < 0) parts.reverse()
    return { text: wellFormed(parts.join('\n')), distance }
  }
}

const SEEN = UNREAD | CLAIMED

/** A run of text as rendered: references decoded, white space collapsed unless preformatted. */
function runText(raw: string, pre: boolean, literal: boolean): string {
  let text = raw
  if (text.includes('\0')) text = text.replaceAll('\0', '')
  if (!literal && text.includes('&')) text = decodeHTML(text)
  // Where a word may be broken: nobody reads it, and a search would not find the word.
  if (text.includes('\u00ad')) text = text.replaceAll('\u00ad', '')
  if (pre) return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text
  if (!UNEVEN.test(text)) return text
  if (WIDE.test(text)) text = text.replace(WIDE_LINES, '$1')
  return text.replace(/[\t\n\f\r][\t\n\f\r ]*| [\t\n\f\r ]+/g, ' ')
}

/**
 * Scripts that are written without spaces, and their punctuation; Korean has spaces. A line break
 * in the markup between two of their characters is none (CSS Text 3, segment break transformation).
 */
const WIDE_CHARACTER =
  '[\\u2e80-\\u2fdf\\u3000-\\u312f\\u3190-\\ua4cf\\uf900-\\ufaff\\ufe30-\\ufe4f\\uff00-\\uff9f\\uffe0-\\uffe6\\u{1f200}-\\u{1f2ff}\\u{20000}-\\u{3ffff}]'
const WIDE =
  /[\u2e80-\u9fff\uf900-\uffe6\ud83c\ud840-\ud8bf][\t ]*[\n\f\r]|[\udc00-\udfff][\t ]*[\n\f\r]/
const WIDE_LINES = new RegExp(
  `(${WIDE_CHARACTER})[\\t ]*[\\n\\f\\r][\\t\\n\\f\\r ]*(?=${WIDE_CHARACTER})`,
  'gu',
)

/** White space other than single spaces. */
const UNEVEN = /[\t\n\f\r]| {2}/

function wellFormed(text: string): string {
  return SURROGATE.test(text) ? text.toWellFormed() : text
}

function newLine(out: string, last: number): string {
  const trimmed = last === 0x20 ? out.replace(/[ \t]+$/, '') : out
  return last === 0x0a || trimmed.endsWith('\n') ? trimmed : `${trimmed}\n`
}

/** White space at the ends, no-break spaces included. */
function trimText(text: string): string {
  return text.trim()
}

function trimmedLength(html: string, from: number, to: number): number {
  let a = from
  let b = to
  while (a < b && html.charCodeAt(a) <= 0x20) a++
  while (b > a && html.charCodeAt(b - 1) <= 0x20) b--
  return b - a
}

/** A string of Latin characters only cannot match, which the engine knows without looking. */
const SURROGATE = /[\ud800-\udfff]/

export function codePoints(text: string): number {
  if (!SURROGATE.test(text)) return text.length
  let n = text.length
  for (let i = 0; i < text.length - 1; i++) {
    const code = text.charCodeAt(i)
    if (code >= 0xd800 && code <= 0xdbff) {
      const next = text.charCodeAt(i + 1)
      if (next >= 0xdc00 && next <= 0xdfff) {
        n--
        i++
      }
    }
  }
  return n
}

const SENTENCE_END = /[.!?…][\p{Pe}\p{Pf}"']*\s+|[。！？؟]\s*|\n/gu
/** What must not begin a text, since it belongs to the character before it. */
const CONTINUES = /^[\p{M}\u200d\ufe0e\ufe0f\u{1f3fb}-\u{1f3ff}\u{e0020}-\u{e007f}]/u

/**
 * Cuts a text to at most `most` code points, keeping the end (-1) or the beginning (1): at a
 * sentence if one ends in the outer quarter, else at white space, never within a character that
 * people see as one.
 */
export function cut(text: string, most: number, keep: -1 | 1): string {
  if (text.length <= most) return text
  let near = text
  if (text.length > 2 * most + 2) {
    near = keep < 0 ? text.slice(-(2 * most + 2)) : text.slice(0, 2 * most + 2)
  } else if (codePoints(text) <= most) return text
  const points = [...near]
  if (keep < 0) {
    let from = points.length - most
    while (
      from < points.length &&
      (CONTINUES.test(points[from] as string) || points[from - 1] === '\u200d')
    )
      from++
    const kept = points.slice(from).join('')
    const outer = kept.slice(0, kept.length >> 2)
    SENTENCE_END.lastIndex = 0
    const sentence = SENTENCE_END.exec(outer)
    if (sentence) return kept.slice(sentence.index + sentence[0].length).trimStart()
    const space = kept.slice(0, kept.length >> 1).search(/\s/)
    return (space < 0 ? kept : kept.slice(space)).trimStart()
  }
  let to = most
  while (to > 0 && (CONTINUES.test(points[to] as string) || points[to - 1] === '\u200d')) to--
  const kept = points.slice(0, to).join('')
  const innerLength = kept.length - (kept.length >> 2)
  const outer = kept.slice(innerLength)
  let last: RegExpExecArray | null = null
  for (const match of outer.matchAll(SENTENCE_END)) last = match
  if (last) return kept.slice(0, innerLength + last.index + last[0].length).trimEnd()
  const space = kept.search(/\s\S*$/)
  return (space >= kept.length >> 1 ? kept.slice(0, space) : kept).trimEnd()
}
