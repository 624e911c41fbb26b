import type { CorpusPart } from '#shared/contract/index.ts'

/** A part of a corpus whose rows changed. */
export type Changed = CorpusPart

/** How often each part was said to have changed; what was read is used again while these stay. */
export type Versions = Readonly<Record<Changed, number>>

/** What the numbers of a column depend on: those that were worked out on pictures, too. */
export function columnStamp(version: Versions, column: number): string {
  return column >= 0
    ? String(version.pairs)
    : `${version.pairs} ${version.images} ${version.pictureTexts}`
}
