import type { CopyColours } from '#shared/duplicates.ts'
import type { OwnText } from '#shared/domain.ts'
import type { LeakInput, Leaks, PairsOf, SeenPrint } from './leak-calls.ts'
import type { MissingPicture, SeenPicture } from './seen-picture.ts'

export interface Found {
  things: number
  groups: number
  copies: number
  leftOut: { reason: string; n: number }[]
  /** Comparisons that were left out. */
  skipped: number
}

type Progress = { done: number; total: number; note: string }

/** Work on a corpus and its duplicates.db, in a thread of its own; `duplicate-tasks.ts` does it. */
export interface DuplicateCalls {
  /** Pictures without a fingerprint behind one, by name, and how many there are in all. */
  missing: {
    input: { path: string; after: string; limit: number }
    value: { pictures: MissingPicture[]; total: number; note: string | null }
  }
  fingerprint: { input: { path: string; pictures: SeenPicture[] }; value: null }
  perceptual: {
    input: { path: string; threshold: number; colours: CopyColours }
    value: Found
    event: Progress
  }
  semantic: {
    input: { path: string; threshold: number; model: string | null }
    value: Found & { model: string }
    event: Progress
  }
  /** What is kept of pictures that are not of the corpus. */
  prints: { input: SeenPicture[]; value: SeenPrint[] }
  /** Pictures of a set, each once; those of another corpus are not looked at there. */
  pictures: { input: PairsOf; value: MissingPicture[] }
  leaks: { input: LeakInput; value: Leaks; event: Progress }
  text: {
    input: { path: string; threshold: number; text: OwnText }
    value: Found
    event: Progress
  }
}
