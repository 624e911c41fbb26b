import type { CorpusPart } from '#shared/contract/index.ts'

/** A part of a corpus whose rows changed. */
export type Changed = CorpusPart

/** How often each part was said to have changed; what was read is used again while these stay. */
export type Versions = Readonly<Record<Changed, number>>
