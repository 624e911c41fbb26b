import type { Figure } from '#shared/figures.ts'
import { words, SIZE, type Sheet } from './sheet.ts'
import { fitText } from './text-width.ts'
import type { LegendItem } from './chrome.ts'
import type { Palette } from './themes.ts'

/** How one kind of figure is drawn. */
export interface Plot<F extends Figure> {
  legend(figure: F, palette: Palette): LegendItem[]
  /** Pixels that it needs between legend and caption; null: it takes what there is. */
  height(figure: F, width: number): number | null
  /** Draws between two heights of the sheet. */
  draw(figure: F, sheet: Sheet, top: number, bottom: number): void
}

/** Room for a title above the plot, ticks below it, and a title below these. */
export const ROOM = { title: 24, ticks: 18, below: 18 } as const

/** The title of the x axis, centred below its ticks; `y` is the plot's lower edge. */
export function titleBelow(
  sheet: Sheet,
  text: string,
  left: number,
  right: number,
  y: number,
): void {
  if (text === '') return
  const width = sheet.width - left - right
  const at = y + ROOM.ticks + ROOM.below / 2
  sheet.put(
    words(
      fitText(text, Math.max(width, sheet.width * 0.6), SIZE),
      left + width / 2,
      at,
      sheet.palette.muted,
      { align: 'center' },
    ),
  )
}

/** The title of the y axis: level, above it, from the left edge. */
export function titleAbove(sheet: Sheet, text: string, left: number, y: number): void {
  if (text === '') return
  const fitted = fitText(text, sheet.width - left - 8, SIZE)
  sheet.put(words(fitted, left, y - ROOM.title / 2 - 4, sheet.palette.muted))
}

/** What stands where nothing does. */
export function sayNothing(
  sheet: Sheet,
  left: number,
  right: number,
  top: number,
  bottom: number,
): void {
  sheet.put(
    words('No values', (left + sheet.width - right) / 2, (top + bottom) / 2, sheet.palette.muted, {
      align: 'center',
      halo: sheet.palette.background,
    }),
  )
}
