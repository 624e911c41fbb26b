/** One `<img>` whose address resolves to http(s), with its words. null = absent, "" = empty. */
export interface ExtractedPair {
  /** 0-based place among the page's pairs, in document order. */
  position: number
  imageUrl: string
  /** `src`, `srcset`, `picture`, `data-src`, `data-srcset`, `noscript`, ... */
  imageRule: string
  /**
   * Further addresses that the markup offers for the same picture (src, other candidates), best
   * first, without `imageUrl`. An archive often holds only one of them.
   */
  alternates: string[]
  alt: string | null
  title: string | null
  caption: string | null
  /** `figcaption`, `aria-label`, `aria-describedby`, `class:NAME`. */
  captionRule: string | null
  before: string | null
  /** In blocks; 0 = the block the picture stands in. */
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
  /** `<img>` that are counted and not paired, by rule: `data-uri`, `tracker`, `noscript-twin`, `no-address`. */
  notPaired: Record<string, number>
  pairs: ExtractedPair[]
}
