import type { DuplicateKind, CopyView } from '#shared/duplicates.ts'
import type { OwnText } from '#shared/domain.ts'
import type { SeenPicture } from './seen-picture.ts'

/** A picture of a test set. */
export interface TestPicture {
  /** Its file, or its address in a corpus. */
  name: string
  /** Pairs of the test set's corpus that show it. */
  pairs: number[]
  sha256: string
}

/** A line of the file that comes out: a thing of the test set and what it is a copy of. */
export interface LeakLine {
  kind: DuplicateKind
  test: { name: string; pairs: number[]; sha256: string | null }
  /** Pairs of the training set that show it, or have the text. */
  train: { name: string; pairs: number[]; sha256: string | null }
  /** As `DuplicateMember.distance`. */
  distance: number
  view: CopyView | null
}

/** What was compared, and how much of the test set stands in the training set. */
export interface Leaks {
  train: number
  test: number
  /** Things of the test set of which a copy stands in the training set. */
  found: number
  /** Pairs of things that were written. */
  lines: number
  leftOut: { reason: string; n: number }[]
}

/** Pairs of a corpus that a set is. */
export interface PairsOf {
  path: string
  ids: Int32Array
}

export interface LeakInput {
  train: PairsOf
  kind: DuplicateKind
  threshold: number
  model: string | null
  text: OwnText
  /** Pictures of a folder, or pairs of a corpus. */
  test: { pictures: TestPicture[] } | PairsOf
  /** By name: of pictures of the test set whose fingerprint is not in the corpus. */
  seen: SeenPicture[]
  out: string
}
