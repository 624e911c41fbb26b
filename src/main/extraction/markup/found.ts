/** An `<img>` as found. Attribute values are as written, references not decoded. */
export interface FoundImage {
  tagStart: number
  tagEnd: number
  /** Lower-case name to value as written; first of each name. */
  attributes: Map<string, string>
  /** `<source>` elements before it among the children of the `<picture>` that is its parent. */
  sources: Map<string, string>[]
  noscript: boolean
  /** Its place on the tape. */
  item: number
  figure: number
  cell: number
  table: number
  /** Serials of the open elements around it, innermost first. */
  containers: number[]
}

/** An element that says what a picture shows. */
export interface FoundCaption {
  kind: 'figcaption' | 'caption' | 'class' | 'title'
  /** The class attribute, for `class`. */
  className: string
  itemStart: number
  itemEnd: number
  figure: number
  table: number
  containers: number[]
}

/** All that one pass finds. Arrays are by index and shared with the next scan: use at once. */
export interface Scan {
  html: string
  /** Items on the tape. */
  count: number
  start: Int32Array
  end: Int32Array
  bits: Int32Array
  block: Int32Array
  blocks: number
  images: FoundImage[]
  captions: FoundCaption[]
  /** Parent figure of each figure, -1 at the top. */
  figureParent: number[]
  cells: Cells
  title: string | null
  lang: string | null
  /** `href` of the first `<base>` that has one, as written. */
  baseHref: string | null
  metas: Map<string, string>[]
  /** Text ranges of elements whose ids were asked for: id -> items. */
  byId: Map<string, { start: number; end: number }>
}

/** Table cells in document order, as parallel arrays. */
export interface Cells {
  count: number
  table: Int32Array
  row: Int32Array
  column: Int32Array
  itemStart: Int32Array
  itemEnd: Int32Array
  /** First cell of each row of each table: `rowFirst[table][row]`. */
  rowFirst: number[][]
  tableParent: number[]
  /** The cell around each cell's table, -1 where there is none. */
  parent: Int32Array
}
