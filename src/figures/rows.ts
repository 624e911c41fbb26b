import { SIZE, words, type Sheet } from './sheet.ts'
import { fitText, textWidth, wrapText } from './text-width.ts'
import { PAD } from './chrome.ts'

/** Rows that begin with their names, one below the other. */
export interface RowLayout {
  /** From the left edge to where the plot begins. */
  left: number
  rowHeight: number
  lines: readonly (readonly string[])[]
  notes: readonly string[]
}

const LINE = 13

/**
 * How wide the names' column is and how high a row: a name takes up to 40 % of the width and two
 * lines (three where rows are high enough), a note the line below it.
 * @param marks height of what is drawn in a row
 */
export function layoutRows(
  rows: readonly { label: string; note?: string | null | undefined }[],
  width: number,
  marks: number,
): RowLayout {
  const most = Math.max(60, width * 0.4 - PAD)
  const lines = rows.map((row) => wrapText(row.label, most, SIZE, marks >= 40 ? 3 : 2))
  const notes = rows.map((row) => (row.note ? fitText(row.note, most, SIZE) : ''))
  const widest = Math.max(0, ...[...lines.flat(), ...notes].map((text) => textWidth(text, SIZE)))
  const deepest = Math.max(1, ...lines.map((of, i) => of.length + (notes[i] === '' ? 0 : 1)))
  return {
    left: PAD + Math.ceil(widest) + 10,
    rowHeight: Math.max(marks + 10, deepest * LINE + 8),
    lines,
    notes,
  }
}

/** Writes the names of rows right-aligned before the plot. */
export function drawRowNames(
  sheet: Sheet,
  layout: RowLayout,
  top: number,
  rowHeight: number,
): void {
  layout.lines.forEach((of, row) => {
    const note = layout.notes[row] as string
    const all = note === '' ? of : [...of, note]
    const middle = top + rowHeight * (row + 0.5)
    all.forEach((text, i) => {
      const y = middle + (i - (all.length - 1) / 2) * LINE
      const isNote = note !== '' && i === all.length - 1
      const colour = isNote ? sheet.palette.muted : sheet.palette.text
      sheet.put(words(text, layout.left - 8, y, colour, { align: 'right' }))
    })
  })
}
