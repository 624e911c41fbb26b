/**
 * The arithmetic of a grid of equal cells over any number of items. Browsers cap the height of
 * an element (Chromium at 2^25 px), so beyond `MAX_SCROLL` the scroll space is shorter than the
 * content: small moves (wheel, keys) are taken one to one, far ones (the scroll bar's thumb)
 * proportionally, and the two are brought together again when the hand rests.
 */
export const MAX_SCROLL = 8_000_000

export interface GridLayout {
  columns: number
  rows: number
  cellWidth: number
  cellHeight: number
  gap: number
  /** Height of all rows. */
  contentHeight: number
  /** Height that the scrolled element is given. */
  scrollHeight: number
  viewportHeight: number
}

export interface GridInput {
  total: number
  width: number
  viewportHeight: number
  /** Wished width of a cell; cells are stretched to fill the row. */
  size: number
  gap: number
  /** Height of what stands below the picture. */
  footer: number
  /** Height of the picture's mat per width. */
  aspect: number
}

export function layoutGrid(input: GridInput): GridLayout {
  const width = Math.max(1, input.width)
  const columns = Math.max(1, Math.floor((width + input.gap) / (input.size + input.gap)))
  const cellWidth = (width - input.gap * (columns - 1)) / columns
  const cellHeight = Math.round(cellWidth * input.aspect) + input.footer
  const rows = Math.ceil(input.total / columns)
  const contentHeight = rows === 0 ? 0 : rows * (cellHeight + input.gap) - input.gap
  return {
    columns,
    rows,
    cellWidth,
    cellHeight,
    gap: input.gap,
    contentHeight,
    scrollHeight: Math.min(contentHeight, MAX_SCROLL),
    viewportHeight: input.viewportHeight,
  }
}

/** Rows of one height, one below the other, as a grid of one column. */
export function layoutRows(input: {
  total: number
  width: number
  viewportHeight: number
  height: number
}): GridLayout {
  const contentHeight = input.total * input.height
  return {
    columns: 1,
    rows: input.total,
    cellWidth: input.width,
    cellHeight: input.height,
    gap: 0,
    contentHeight,
    scrollHeight: Math.min(contentHeight, MAX_SCROLL),
    viewportHeight: input.viewportHeight,
  }
}

/** Items from first to last (exclusive) that a viewport at `top` shows, with `overscan` rows. */
export function visibleRange(
  layout: GridLayout,
  top: number,
  total: number,
  overscan: number,
): { first: number; last: number } {
  const pitch = layout.cellHeight + layout.gap
  const firstRow = Math.max(0, Math.floor(top / pitch) - overscan)
  const lastRow = Math.min(layout.rows, Math.ceil((top + layout.viewportHeight) / pitch) + overscan)
  return {
    first: Math.min(total, firstRow * layout.columns),
    last: Math.min(total, Math.max(firstRow, lastRow) * layout.columns),
  }
}

/** Upper left corner of an item in the content. */
export function cellPosition(layout: GridLayout, index: number): { x: number; y: number } {
  const column = index % layout.columns
  const row = Math.floor(index / layout.columns)
  return {
    x: column * (layout.cellWidth + layout.gap),
    y: row * (layout.cellHeight + layout.gap),
  }
}

/** The content's top that brings an item into view with the least movement. */
export function topToShow(layout: GridLayout, index: number, top: number): number {
  const { y } = cellPosition(layout, index)
  const max = Math.max(0, layout.contentHeight - layout.viewportHeight)
  if (y < top) return Math.min(max, Math.max(0, y - layout.gap))
  const bottom = y + layout.cellHeight
  if (bottom > top + layout.viewportHeight) {
    return Math.min(max, bottom - layout.viewportHeight + layout.gap)
  }
  return Math.min(max, top)
}

/** Items that a rectangle in the content touches, as ranges of indexes, one a row. */
export function indexesInRect(
  layout: GridLayout,
  rect: { x0: number; y0: number; x1: number; y1: number },
  total: number,
): [number, number][] {
  const [left, right] = rect.x0 < rect.x1 ? [rect.x0, rect.x1] : [rect.x1, rect.x0]
  const [top, bottom] = rect.y0 < rect.y1 ? [rect.y0, rect.y1] : [rect.y1, rect.y0]
  const pitchX = layout.cellWidth + layout.gap
  const pitchY = layout.cellHeight + layout.gap
  const c0 = Math.max(0, Math.floor((left + layout.gap) / pitchX))
  const c1 = Math.min(layout.columns - 1, Math.floor(right / pitchX))
  const r0 = Math.max(0, Math.floor((top + layout.gap) / pitchY))
  const r1 = Math.min(layout.rows - 1, Math.floor(bottom / pitchY))
  const out: [number, number][] = []
  if (c1 < c0) return out
  for (let row = r0; row <= r1; row++) {
    const first = row * layout.columns + c0
    const last = Math.min(total - 1, row * layout.columns + c1)
    if (first <= last) out.push([first, last])
  }
  return out
}

export type GridMove =
  | 'left'
  | 'right'
  | 'up'
  | 'down'
  | 'page-up'
  | 'page-down'
  | 'home'
  | 'end'
  | 'row-start'
  | 'row-end'

/** Where a key takes the cursor; it never leaves the grid. */
export function moveIndex(
  layout: GridLayout,
  index: number,
  total: number,
  move: GridMove,
): number {
  if (total === 0) return -1
  const { columns } = layout
  const pageRows = Math.max(1, Math.floor(layout.viewportHeight / (layout.cellHeight + layout.gap)))
  const column = index % columns
  const down = (rows: number): number => {
    const wanted = index + rows * columns
    if (wanted < total) return wanted
    // The last row may be shorter: stay in the last full place of this column.
    const lastRow = Math.floor((total - 1) / columns)
    return Math.max(index, Math.min(total - 1, lastRow * columns + column))
  }
  const up = (rows: number): number => {
    const wanted = index - rows * columns
    return wanted >= 0 ? wanted : column
  }
  switch (move) {
    case 'left':
      return Math.max(0, index - 1)
    case 'right':
      return Math.min(total - 1, index + 1)
    case 'up':
      return index < columns ? index : index - columns
    case 'down':
      return down(1)
    case 'page-up':
      return up(pageRows)
    case 'page-down':
      return down(pageRows)
    case 'home':
      return 0
    case 'end':
      return total - 1
    case 'row-start':
      return index - column
    case 'row-end':
      return Math.min(total - 1, index - column + columns - 1)
  }
}

/** Where the viewport stands: in the content (`top`) and in the scrolled element (`scroll`). */
export interface ScrollState {
  top: number
  scroll: number
}

/**
 * Takes a new `scrollTop` of the element. A move shorter than `near` is one to one; a longer one,
 * or one that meets an end of the scroll space, is proportional.
 */
export function onScroll(layout: GridLayout, state: ScrollState, scroll: number): ScrollState {
  const maxScroll = Math.max(0, layout.scrollHeight - layout.viewportHeight)
  const maxTop = Math.max(0, layout.contentHeight - layout.viewportHeight)
  if (maxTop <= maxScroll) return { top: Math.min(scroll, maxTop), scroll }
  const near = layout.viewportHeight * 1.5
  const delta = scroll - state.scroll
  if (Math.abs(delta) > near) return { top: (scroll / maxScroll) * maxTop, scroll }
  return { top: Math.min(maxTop, Math.max(0, state.top + delta)), scroll }
}

/**
 * The `scrollTop` that stands for a top of the content: proportional, and one to one close to both
 * ends, so that small steps reach the first and the last row.
 */
export function settledScroll(layout: GridLayout, top: number): number {
  const maxScroll = Math.max(0, layout.scrollHeight - layout.viewportHeight)
  const maxTop = Math.max(0, layout.contentHeight - layout.viewportHeight)
  if (maxTop <= maxScroll) return top
  const near = layout.viewportHeight * 1.5
  const least = Math.min(top, near)
  const most = maxScroll - Math.min(Math.max(0, maxTop - top), near)
  return Math.min(most, Math.max(least, Math.round((top / maxTop) * maxScroll)))
}
