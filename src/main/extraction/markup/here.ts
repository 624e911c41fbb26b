import type { Cells, FoundCaption, FoundImage } from './found.ts'

/*
 * The page being scanned. One at a time, so its state lies in one object that all parts of the
 * scanner share: closures made anew for each page would be compiled anew, again and again.
 */
export const here = {
  html: '',
  /** Of the page, without what is put behind it. */
  length: 0,
  maxDepth: 0,
  maxImages: 0,

  // Where the standard's tree construction stands.
  mode: 0,
  /** Open elements, the body not counted. */
  depth: 0,
  serial: 0,
  /** Some formatting element was closed out of turn and waits to be opened again. */
  reopen: false,
  /** What comes now stands before its table, if it stands in one directly. */
  foster: false,
  /** Open elements that were put before their table. */
  fosteredOpen: 0,
  quirks: true,
  framesetOk: true,
  bodyOpen: false,
  headClosed: false,
  /** Serial of the form that controls belong to, -1 = none. */
  form: -1,
  templateModes: [] as number[],
  /** Serials of elements that have a shadow root. */
  shadowHosts: new Set<number>(),

  // What the open elements mean for what is in them: bits `S_...`.
  state: 0,
  /** Such bits of a noscript in the head that a browser without scripts would have left. */
  stray: 0,
  figure: -1,
  table: -1,
  cell: -1,
  /** A block begins with the next item. */
  boundary: true,
  /** White space came before the next item. */
  space: false,

  // What was found.
  images: [] as FoundImage[],
  captions: [] as FoundCaption[],
  figureParent: [] as number[],
  cells: null as unknown as Cells,
  cellCount: 0,
  /** Of each table, in its row that is open. */
  nextColumn: [] as number[],
  /** Of each `<picture>` its `<source>` children so far. */
  pictureSources: [] as Map<string, string>[][],
  /** The `<picture>` that each table is a child of, -1 = none. */
  tablePicture: [] as number[],
  /**
   * Pictures (their index) and tables (-1 - index) in document order; what comes before a table
   * although it is written in it stands in a list of its own.
   */
  order: [] as number[],
  beforeTables: new Map<number, number[]>(),
  /** Table and cell around each open template. */
  aroundTemplates: [] as { table: number; cell: number }[],
  metas: [] as Map<string, string>[],
  title: null as string | null,
  lang: null as string | null,
  baseHref: null as string | null,
  /** Ids of elements whose text is asked for. */
  wanted: null as ReadonlySet<string> | null,
  byId: new Map<string, { start: number; end: number }>(),
  openIds: [] as { start: number; end: number }[],
}

// Insertion modes of the standard. Those up to M_CAPTION treat most tags as the body does.
export const M_BODY = 0
export const M_CELL = 1
export const M_CAPTION = 2
export const M_TABLE = 3
export const M_TABLE_BODY = 4
export const M_ROW = 5
export const M_COLUMNS = 6
export const M_SELECT = 7
export const M_SELECT_IN_TABLE = 8
export const M_TEMPLATE = 9
/** Before and in the head. */
export const M_HEAD = 10
export const M_HEAD_NOSCRIPT = 11
export const M_AFTER_HEAD = 12

// What a place in the page is, inherited by everything inside. Also the bits of an item.
/** hidden attribute, display:none, visibility:hidden, a closed dialog */
export const S_HIDDEN = 1 << 0
/** never words: controls, fallback of media, noscript, ruby readings, SVG */
export const S_NO_WORDS = 1 << 1
/** for screen readers only */
export const S_UNSEEN = 1 << 2
/** navigation, page header or footer, consent banner */
export const S_NAVIGATION = 1 << 3
/** looks like navigation by its class */
export const S_NAV_CLASS = 1 << 4
export const S_LINK = 1 << 5
export const S_PRE = 1 << 6
export const S_NOSCRIPT = 1 << 7
/** SVG or MathML, where no HTML may stand */
export const S_FOREIGN = 1 << 8
/** in article, main, section, figure: a header in it belongs to it, not to the page */
export const S_CONTENT = 1 << 9
export const S_TEMPLATE = 1 << 10
export const S_FIGURE_CLASS = 1 << 11
/** The bits of a place that its items keep. */
export const S_KEPT = 0x7f
/** The item has white space or nothing that shows before it. */
export const I_SPACE = 1 << 20
export const I_IMAGE = 1 << 21
export const I_BREAK = 1 << 22
/** References in it are text: a CDATA section. */
export const I_LITERAL = 1 << 23
/** What keeps text from being read on the page. */
export const UNREAD = S_HIDDEN | S_NO_WORDS | S_UNSEEN
