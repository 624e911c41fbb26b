import type { FigureMark } from '#figures/sheet.ts'

/** A mark where it was drawn, in pixels of the drawing: the middle of its first shape. */
export interface PlacedMark {
  mark: number
  x: number
  y: number
}

/** What is read in one step: a mark, or all that stand at one place of an axis. */
export interface Stop {
  marks: readonly number[]
  title: string
  lines: FigureMark['lines']
}

/** The steps of reading a figure, in their order. @param together marks of one stop are read at once */
export function stopsOf(marks: readonly FigureMark[], together: boolean): Stop[] {
  const groups = new Map<number, number[]>()
  marks.forEach((mark, i) => {
    const at = together ? mark.stop : i
    groups.set(at, [...(groups.get(at) ?? []), i])
  })
  return [...groups.values()]
    .sort((a, b) => stopAt(marks, a) - stopAt(marks, b))
    .map((of) => ({
      marks: of,
      title: marks[of[0] as number]?.title ?? '',
      lines: of.flatMap((i) => marks[i]?.lines ?? []),
    }))
}

const stopAt = (marks: readonly FigureMark[], of: readonly number[]) =>
  marks[of[0] as number]?.stop ?? 0

/** A step as it is said: epoch 4: validation 0.250, training 0.201 */
export function spoken(stop: Stop): string {
  return `${stop.title}: ${stop.lines.map((line) => `${line.name} ${line.text}`.trim()).join(', ')}`
}

/**
 * The mark nearest to a point: along x alone where marks stand at places of an axis, otherwise
 * within a reach in pixels; null where there is none.
 */
export function nearest(
  placed: readonly PlacedMark[],
  x: number,
  y: number,
  along: boolean,
  reach = 24,
): number | null {
  let best: number | null = null
  let least = along ? Infinity : reach
  for (const item of placed) {
    const far = along
      ? Math.abs(item.x - x) + Math.abs(item.y - y) * 1e-3
      : Math.hypot(item.x - x, item.y - y)
    if (far < least) {
      least = far
      best = item.mark
    }
  }
  return best
}

/** Where the keys of reading lead, or null for other keys. `now` is null before the first step. */
export function stepBy(key: string, now: number | null, count: number): number | null {
  if (count === 0) return null
  const last = count - 1
  const to: Record<string, number> = {
    ArrowLeft: (now ?? count) - 1,
    ArrowUp: (now ?? count) - 1,
    ArrowRight: (now ?? -1) + 1,
    ArrowDown: (now ?? -1) + 1,
    Home: 0,
    End: last,
  }
  return key in to ? Math.min(last, Math.max(0, to[key] as number)) : null
}
