/** How a site of running text dresses its pages; see told-looks.ts. */
export type LookName =
  | 'house'
  | 'catalogue'
  | 'forum'
  | 'diary'
  | 'newspaper'
  | 'storybook'
  | 'workshop'
  | 'steps'
  | 'letters'
  | 'guide'
  | 'notices'
  | 'script'

/** A page whose pictures are told of in its running text. */
export interface ToldPage {
  slug: string
  title: string
  /** What the site's first page says of it; `{id:words}` makes that picture the teaser. */
  summary: string
  /**
   * By id: `scene`, or `scene ; alt`, where alt is
   * - nothing: the words that stand in the text, as they stand there
   * - `~`: the same words in other case and punctuation; `~ words`: nearly the same words
   * - `alt words`: right words that the text does not have
   * - `wrong`: words of another picture; `useless`, `empty`, `none`
   */
  pictures: Record<string, string>
  /**
   * One block a line. `{id:words}` = these words of the text describe that picture. `[id]` = the
   * picture; alone on its line it is a block of its own, `[id]: words` gives it a caption.
   * `## ` heading, `- ` list item, `> ` quotation, `@ ` a line about the text (who, when, how much),
   * `| ` a row whose cells are parted by ` | `, `---` a rule. All else is a paragraph.
   */
  body: string
}

export interface ToldSite {
  host: string
  name: string
  motto: string
  accent: string
  language: 'en' | 'de'
  /** Scene of the logo. */
  logo: string
  look: LookName
  pages: ToldPage[]
}
