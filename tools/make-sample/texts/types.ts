/** How a page lays out its pictures. */
export type Layout =
  | 'figures'
  | 'gallery'
  | 'table'
  | 'list'
  | 'lazy'
  | 'srcset'
  | 'picture'
  | 'base'
  | 'inline'
  | 'captions'

/** One page: its words, and its pictures in the notation of scene-notation.ts. */
export interface PageText {
  slug: string
  title: string
  layout: Layout
  paragraphs: string[]
  pictures: string[]
}

export interface SiteText {
  host: string
  name: string
  motto: string
  /** One accent colour for the site's look. */
  accent: string
  pages: PageText[]
}
