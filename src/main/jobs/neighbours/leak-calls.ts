import type { CopyColours, CopyView, DuplicateKind } from '#shared/duplicates.ts'
import type { OwnText } from '#shared/domain.ts'
import type { Fingerprint } from '../../search/duplicates/fingerprint.ts'

/** A picture of a test set. */
export interface TestPicture {
  /** Its file, or its address in a corpus. */
  name: string
  /** Pairs of the test set's corpus that show it. */
  pairs: number[]
  /** Rows of a table that name it, from 1. */
  rows?: number[]
  sha256: string
}

/** A picture of a folder or a table. */
export interface TestFile {
  path: string
  /** As it is named in what comes out. */
  name: string
  rows?: number[]
}

/** A text of a test set that is no corpus. */
export interface TestText {
  text: string
  /** Rows of the table, from 1. */
  rows: number[]
}

/** What is kept of a picture of a test set whose fingerprint is not in the corpus; or why nothing is. */
export type SeenPrint = { sha256: string } & (
  { print: Fingerprint; reason: null } | { print: null; reason: string }
)

/** A line of the file that comes out: a thing of the test set and what it is a copy of. */
export interface LeakLine {
  kind: DuplicateKind
  /** Of a split, which part was looked for in which. */
  parts?: Parts
  test: { name: string; pairs: number[]; rows?: number[]; sha256: string | null }
  /** Pairs of the training set that show it, or have the text. */
  train: { name: string; pairs: number[]; sha256: string | null }
  /** As `DuplicateMember.distance`. */
  distance: number
  view: CopyView | null
  /** Perceptual: how far its colours are from the other's, levels of 256. */
  colour: number | null
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

export type TestSet = { pictures: TestPicture[] } | { texts: TestText[] } | PairsOf

/** Parts of a split. */
export interface Parts {
  test: string
  train: string
}

export interface LeakInput {
  train: PairsOf
  kind: DuplicateKind
  threshold: number
  model: string | null
  colours: CopyColours
  text: OwnText
  /** Pictures of a folder, pictures or texts of a table, or pairs of a corpus. */
  test: TestSet
  /** Of pictures of the test set whose fingerprint is not in the corpus. */
  seen: SeenPrint[]
  parts?: Parts
  /** Lines are put behind those that are there. */
  out: string
}
