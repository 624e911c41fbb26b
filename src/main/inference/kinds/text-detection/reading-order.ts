import type { Rectangle } from './rectangle.ts'

/**
 * Boxes as one reads: lines from top to bottom, within a line from left to right. Boxes are of one
 * line while their middles lie less than half of the lower one's height apart.
 */
export function inReadingOrder<T extends { rectangle: Rectangle }>(boxes: readonly T[]): T[] {
  const down = [...boxes].sort((a, b) => a.rectangle.y - b.rectangle.y)
  const lines: T[][] = []
  for (const box of down) {
    const line = lines.at(-1)
    const before = line?.at(-1)
    const near =
      before !== undefined &&
      Math.abs(box.rectangle.y - before.rectangle.y) <
        Math.min(box.rectangle.height, before.rectangle.height) / 2
    if (line && near) line.push(box)
    else lines.push([box])
  }
  return lines.flatMap((line) => line.sort((a, b) => a.rectangle.x - b.rectangle.x))
}
