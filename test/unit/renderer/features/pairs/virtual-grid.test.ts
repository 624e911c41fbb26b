import { describe, expect, test } from 'vitest'
import {
  cellPosition,
  indexesInRect,
  layoutGrid,
  MAX_SCROLL,
  moveIndex,
  onScroll,
  settledScroll,
  topToShow,
  visibleRange,
} from '../../../../../src/renderer/src/features/pairs/virtual-grid.ts'

const grid = (total: number, width = 1000, size = 150) =>
  layoutGrid({ total, width, viewportHeight: 800, size, gap: 8, footer: 40, aspect: 0.8 })

describe('the layout of the grid', () => {
  test('cells fill the row exactly and are never narrower than wished', () => {
    const layout = grid(1000)
    expect(layout.columns).toBe(6)
    expect(layout.columns * layout.cellWidth + (layout.columns - 1) * 8).toBeCloseTo(1000)
    expect(layout.cellWidth).toBeGreaterThanOrEqual(150)
  })

  test('there is one column at least, however narrow the pane', () => {
    expect(grid(10, 50).columns).toBe(1)
  })

  test('the scrolled element stays below what browsers can lay out at a million pairs', () => {
    const layout = grid(1_000_000)
    expect(layout.contentHeight).toBeGreaterThan(MAX_SCROLL)
    expect(layout.scrollHeight).toBe(MAX_SCROLL)
  })

  test('a short corpus is not stretched', () => {
    const layout = grid(10)
    expect(layout.scrollHeight).toBe(layout.contentHeight)
  })

  test('the visible range covers the viewport and little more', () => {
    const layout = grid(1_000_000)
    const top = layout.contentHeight / 2
    const { first, last } = visibleRange(layout, top, 1_000_000, 2)
    expect(cellPosition(layout, first).y).toBeLessThanOrEqual(top)
    expect(cellPosition(layout, last).y).toBeGreaterThanOrEqual(top + 800)
    expect(last - first).toBeLessThan(12 * layout.columns)
  })

  test('the range ends with the last pair', () => {
    const layout = grid(1_000_003)
    const range = visibleRange(layout, layout.contentHeight - 800, 1_000_003, 2)
    expect(range.last).toBe(1_000_003)
  })
})

describe('scrolling a space that is shorter than its content', () => {
  const layout = grid(1_000_000)
  const maxTop = layout.contentHeight - 800
  const maxScroll = layout.scrollHeight - 800

  test('a turn of the wheel moves the content by as many pixels', () => {
    const at = { top: maxTop / 3, scroll: settledScroll(layout, maxTop / 3) }
    expect(onScroll(layout, at, at.scroll + 100).top).toBeCloseTo(at.top + 100)
  })

  test('a drag of the scroll bar is proportional, and its ends are the ends', () => {
    const at = { top: 0, scroll: 0 }
    expect(onScroll(layout, at, maxScroll).top).toBeCloseTo(maxTop)
    expect(onScroll(layout, { top: maxTop, scroll: maxScroll }, 0).top).toBe(0)
    expect(onScroll(layout, at, maxScroll / 2).top).toBeCloseTo(maxTop / 2)
  })

  test('when the hand rests, the bar stands where the content is and the content stays', () => {
    let at = { top: maxTop / 2, scroll: settledScroll(layout, maxTop / 2) }
    for (let i = 0; i < 500; i++) at = onScroll(layout, at, at.scroll + 120)
    const scroll = settledScroll(layout, at.top)
    expect(Math.abs(scroll / maxScroll - at.top / maxTop)).toBeLessThan(1e-6)
  })

  test('the first and the last pair can be reached by small steps alone', () => {
    let at = { top: 5000, scroll: settledScroll(layout, 5000) }
    for (let i = 0; i < 100; i++) {
      at = onScroll(layout, at, Math.max(0, at.scroll - 100))
      if (at.scroll === 0) at = { top: at.top, scroll: settledScroll(layout, at.top) }
    }
    expect(at.top).toBe(0)
  })

  test('a short corpus scrolls one to one', () => {
    const short = grid(100)
    expect(onScroll(short, { top: 0, scroll: 0 }, 900).top).toBe(900)
  })
})

describe('the cursor', () => {
  const layout = grid(20)

  test('moves by cell, row and page and never leaves the grid', () => {
    expect(moveIndex(layout, 0, 20, 'left')).toBe(0)
    expect(moveIndex(layout, 0, 20, 'right')).toBe(1)
    expect(moveIndex(layout, 0, 20, 'down')).toBe(6)
    expect(moveIndex(layout, 3, 20, 'up')).toBe(3)
    expect(moveIndex(layout, 19, 20, 'right')).toBe(19)
    expect(moveIndex(layout, 8, 20, 'row-start')).toBe(6)
    expect(moveIndex(layout, 8, 20, 'row-end')).toBe(11)
    expect(moveIndex(layout, 8, 20, 'end')).toBe(19)
    expect(moveIndex(layout, 7, 20, 'page-up')).toBe(1)
    expect(moveIndex(layout, 0, 0, 'down')).toBe(-1)
  })

  test('goes down to the last pair from a column that the last row does not have', () => {
    expect(moveIndex(layout, 16, 20, 'down')).toBe(19)
    expect(moveIndex(layout, 12, 20, 'down')).toBe(18)
  })

  test('is brought into view with the least movement', () => {
    const big = grid(1000)
    expect(topToShow(big, 0, 500)).toBe(0)
    const visible = topToShow(big, 12, 0)
    expect(visible).toBe(0)
    const below = topToShow(big, 600, 0)
    expect(cellPosition(big, 600).y + big.cellHeight).toBeLessThanOrEqual(below + 800)
  })
})

describe('the lasso', () => {
  test('takes every cell that it touches, whichever way it was drawn', () => {
    const layout = grid(20)
    const second = cellPosition(layout, 1)
    const ninth = cellPosition(layout, 8)
    const rect = { x0: ninth.x + 5, y0: ninth.y + 5, x1: second.x + 5, y1: second.y + 5 }
    expect(indexesInRect(layout, rect, 20)).toEqual([
      [1, 2],
      [7, 8],
    ])
  })

  test('takes nothing beyond the last pair', () => {
    const layout = grid(20)
    const all = indexesInRect(layout, { x0: 0, y0: 0, x1: 2000, y1: 5000 }, 20)
    expect(all.at(-1)).toEqual([18, 19])
  })
})
