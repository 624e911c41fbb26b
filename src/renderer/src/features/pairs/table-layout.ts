/** How the columns of the table are arranged: their order, which are shown, their widths. Pure. */

/** What is known of a column to arrange it. */
export interface ColumnShape {
  id: string
  /** Width unless a person chose another, px. */
  width: number
  /** Takes a share of the room that is left. */
  grows: boolean
  /** Shown unless a person says otherwise. */
  shown: boolean
}

/** What a person changed. Columns that are not there now (scores of another corpus) are kept in it. */
export interface TableLook {
  order: readonly string[]
  shown: Readonly<Record<string, boolean>>
  widths: Readonly<Record<string, number>>
}

export const PLAIN_LOOK: TableLook = { order: [], shown: {}, widths: {} }
export const LEAST_WIDTH = 48
export const MOST_WIDTH = 1200

/** Whether something that was kept is a look. */
export function isLook(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const { order, shown, widths } = value as Partial<TableLook>
  const all = (part: unknown, type: string): boolean =>
    typeof part === 'object' &&
    part !== null &&
    Object.values(part).every((one) => typeof one === type)
  return (
    Array.isArray(order) && all(order, 'string') && all(shown, 'boolean') && all(widths, 'number')
  )
}

/** `some`, and those of `all` that it lacks behind the one that they follow in `all`. */
function woven(some: readonly string[], all: readonly string[]): string[] {
  const out = [...some]
  all.forEach((id, i) => {
    if (out.includes(id)) return
    const before = i === 0 ? -1 : out.indexOf(all[i - 1] as string)
    out.splice(before + 1, 0, id)
  })
  return out
}

/** All columns in the order that was chosen; what is new stands where it does by itself. */
export function inOrder<C extends ColumnShape>(columns: readonly C[], look: TableLook): C[] {
  const byId = new Map(columns.map((column) => [column.id, column]))
  const known = look.order.filter((id) => byId.has(id))
  return woven(
    known,
    columns.map(({ id }) => id),
  ).flatMap((id) => byId.get(id) ?? [])
}

export function isShown(column: ColumnShape, look: TableLook): boolean {
  return look.shown[column.id] ?? column.shown
}

/** Puts a column before another (null: behind all). */
export function moveColumn(
  columns: readonly ColumnShape[],
  look: TableLook,
  id: string,
  before: string | null,
): TableLook {
  if (id === before) return look
  const order = inOrder(columns, look)
    .map((column) => column.id)
    .filter((one) => one !== id)
  const at = before === null ? order.length : order.indexOf(before)
  if (at < 0) return look
  order.splice(at, 0, id)
  return { ...look, order: woven(order, look.order) }
}

/**
 * Moves a column past the next one that is shown.
 * @param by -1: to the left, 1: to the right
 */
export function nudgeColumn(
  columns: readonly ColumnShape[],
  look: TableLook,
  id: string,
  by: -1 | 1,
): TableLook {
  const shown = inOrder(columns, look).filter((one) => one.id === id || isShown(one, look))
  const at = shown.findIndex((one) => one.id === id)
  const next = by === -1 ? shown[at - 1] : shown[at + 2]
  const isAtEnd = at < 0 || (by === -1 ? at === 0 : at === shown.length - 1)
  return isAtEnd ? look : moveColumn(columns, look, id, next?.id ?? null)
}

export function showColumn(look: TableLook, id: string, shown: boolean): TableLook {
  return { ...look, shown: { ...look.shown, [id]: shown } }
}

/** @param width px; null: as wide as it is by itself */
export function sizeColumn(look: TableLook, id: string, width: number | null): TableLook {
  if (width === null) {
    const others = Object.entries(look.widths).filter(([one]) => one !== id)
    return { ...look, widths: Object.fromEntries(others) }
  }
  const held = Math.round(Math.min(MOST_WIDTH, Math.max(LEAST_WIDTH, width)))
  return { ...look, widths: { ...look.widths, [id]: held } }
}

/**
 * Widths of the columns that are shown, px: what was chosen, else their own; what is left of
 * `available` goes to those that grow and have no chosen width, in proportion.
 */
export function widthsOf(
  shown: readonly ColumnShape[],
  look: TableLook,
  available: number,
): number[] {
  const widths = shown.map((column) => look.widths[column.id] ?? column.width)
  const growing = shown.flatMap((column, i) =>
    column.grows && look.widths[column.id] === undefined ? [i] : [],
  )
  const own = growing.reduce((sum, i) => sum + (widths[i] as number), 0)
  const room = Math.floor(available - widths.reduce((sum, width) => sum + width, 0))
  if (room <= 0 || own === 0) return widths
  let left = room
  growing.forEach((i, n) => {
    const width = widths[i] as number
    const more = n === growing.length - 1 ? left : Math.floor((room * width) / own)
    widths[i] = width + more
    left -= more
  })
  return widths
}
