/** What is known about one `<img>` of the sample, for measuring scores and rules. */
export interface Truth {
  page: string
  /** Among the page's `<img>` outside of `<noscript>`, from 0. */
  img: number
  /** Every address that the markup offers for it, best first. */
  addresses: string[]
  /** null = no attribute. */
  alt: string | null
  /**
   * right: the alt says what the picture shows. wrong: it says what another picture shows.
   * useless: it says nothing about any picture. none: absent or empty.
   */
  label: 'right' | 'wrong' | 'useless' | 'none'
  /** A caption in the markup; it is always right. */
  caption: string | null
  /** What the picture shows, in full; null for logos and trackers. */
  description: string | null
  /**
   * The words of the page that say what the picture shows, and in which of the texts of the pair
   * they stand; of several places the one nearest to the picture. null = the page says nothing.
   */
  described: { source: 'before' | 'caption' | 'after'; quote: string } | null
  style: string | null
  language: string
  layout: string
  role: 'content' | 'teaser' | 'logo' | 'inline-data' | 'tracker' | 'broken'
}
