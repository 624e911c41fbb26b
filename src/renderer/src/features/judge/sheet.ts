import type { SheetCell, SheetImage, StudyPrompt } from '#shared/contract/index.ts'

/** One group of prompts on the contact sheet: a cell for each level of the sheet, or none. */
export interface SheetRow {
  group: string
  kind: string
  cells: (SheetCell | null)[]
}

/** Where one is on the sheet: a model's line of a group, and a picture of it. */
export interface Place {
  row: number
  model: number
  level: number
  take: number
}

/** The levels that a sheet has columns for. */
export function levelsOf(cells: readonly SheetCell[]): number[] {
  return [...new Set(cells.map(({ prompt }) => prompt.level))].sort((a, b) => a - b)
}

/** Groups in the order in which they come first, those of one kind, or all. */
export function rowsOf(
  cells: readonly SheetCell[],
  levels: readonly number[],
  kind: string | null,
): SheetRow[] {
  const rows = new Map<string, SheetRow>()
  for (const cell of cells) {
    const { group, level } = cell.prompt
    if (kind !== null && cell.prompt.kind !== kind) continue
    const row = rows.get(group) ?? { group, kind: cell.prompt.kind, cells: levels.map(() => null) }
    row.cells[levels.indexOf(level)] = cell
    rows.set(group, row)
  }
  return [...rows.values()]
}

/** The most pictures that a prompt has of a model: so many places stand in a cell. */
export function takesOf(cells: readonly SheetCell[]): number {
  return cells.reduce(
    (most, { images }) => images.reduce((m, line) => Math.max(m, line.length), most),
    1,
  )
}

/** The picture at a place; null where there is none. */
export function imageAt(rows: readonly SheetRow[], at: Place): SheetImage | null {
  return rows[at.row]?.cells[at.level]?.images[at.model]?.[at.take] ?? null
}

export function promptAt(rows: readonly SheetRow[], at: Place): StudyPrompt | null {
  return rows[at.row]?.cells[at.level]?.prompt ?? null
}

export type Move = 'left' | 'right' | 'up' | 'down' | 'start' | 'end' | 'first' | 'last'

/**
 * The place that a key leads to: across levels and takes, and down through models and groups. It
 * ends at the edges.
 */
export function moved(
  at: Place,
  move: Move,
  size: { rows: number; models: number; levels: number; takes: number },
  by = 1,
): Place {
  const column = at.level * size.takes + at.take
  const line = at.row * size.models + at.model
  const columns = size.levels * size.takes
  const lines = size.rows * size.models
  const to = (newLine: number, newColumn: number): Place => {
    const [l, c] = [clamp(newLine, lines), clamp(newColumn, columns)]
    return {
      row: Math.floor(l / size.models),
      model: l % size.models,
      level: Math.floor(c / size.takes),
      take: c % size.takes,
    }
  }
  switch (move) {
    case 'left':
      return to(line, column - by)
    case 'right':
      return to(line, column + by)
    case 'up':
      return to(line - by, column)
    case 'down':
      return to(line + by, column)
    case 'start':
      return to(line, 0)
    case 'end':
      return to(line, columns - 1)
    case 'first':
      return to(0, column)
    case 'last':
      return to(lines - 1, column)
  }
}

function clamp(value: number, n: number): number {
  return Math.max(0, Math.min(n - 1, value))
}
