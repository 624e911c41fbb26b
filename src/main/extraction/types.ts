/** One `<img>` whose address resolves to http(s), with its words. null = absent, "" = empty. */
export interface ExtractedPair {
  /** 0-based place among the page's pairs, in document order. */
  position: number
  /** Absolute, serialized as browsers do, without fragment. */
  imageUrl: string
  /** Which attribute gave `imageUrl`: `src`, `srcset`, `picture`, `data-src`, `data-srcset`, ...; `noscript:` stands before it where the `<img>` is in a `<noscript>`. */
  imageRule: string
  /**
   * Further addresses that the markup offers for the same picture (src, other candidates), best
   * first, without `imageUrl`. An archive often holds only one of them.
   */
  alternates: string[]
  /** The attribute as written (references decoded, CR LF as LF). */
  alt: string | null
  title: string | null
  caption: string | null
  /** `figcaption`, `aria-label`, `aria-labelledby`, `aria-describedby`, `caption`, `class:NAME`. */
  captionRule: string | null
  before: string | null
  /** In blocks; 0 = the block the picture stands in. A block that holds only a picture counts. */
  beforeDistance: number | null
  after: string | null
  afterDistance: number | null
  declaredWidth: number | null
  declaredHeight: number | null
  /** Where the `<img` tag begins and ends in the decoded text, UTF-16 units. */
  tagStart: number
  tagEnd: number
}

export interface ExtractedPage {
  title: string | null
  language: string | null
  ogImage: string | null
  charset: string
  /** `bom`, `http`, `meta`, `detected`, `default`. */
  charsetSource: string
  /** Directives of `<meta name=robots>` that concern pictures or indexing, lower case. */
  robots: string[]
  /** By which rules the page was read. */
  markup: 'html' | 'xml'
  /** Why a page that is sent as XML was read as HTML; null where it was not. */
  malformed: string | null
  /**
   * `<img>` that are counted and not paired, by rule: `data-uri`, `tracker`, `noscript-twin`,
   * `no-address`, `bad-address` (does not parse), `not-http` (another scheme).
   * Their sum and `pairs.length` is the number of `<img>` in the page.
   */
  notPaired: Record<string, number>
  pairs: ExtractedPair[]
}

/** Bounds of one page's extraction. What exceeds them throws `AppError('damaged', ...)`. */
export interface ExtractLimits {
  /** UTF-16 units of decoded HTML. */
  maxHtmlLength: number
  /** `<img>` elements. */
  maxImages: number
  /** Milliseconds for the whole page. */
  timeBudgetMs: number
  /** Open elements; deeper ones become siblings, as in browsers. Not an error. */
  maxDepth: number
  /** Code points of `before` and of `after`, in whole blocks. */
  contextBudget: number
  /** Code points at which even the nearest block is cut, at a sentence or word. */
  contextMax: number
}

export type CharsetSource = 'bom' | 'http' | 'meta' | 'detected' | 'default'

export interface DecodedHtml {
  text: string
  /** WHATWG name, lower case, as `TextDecoder` gives it. */
  charset: string
  charsetSource: CharsetSource
}

/** What is known of a page beside its markup. */
export interface PageMeta {
  charset: string
  charsetSource: string
  /** `Content-Language` of the HTTP response. */
  httpLanguage?: string | null
  /** Media type by which the page is read: XML's rules hold for `application/xhtml+xml`. */
  mediaType?: string | null
}
