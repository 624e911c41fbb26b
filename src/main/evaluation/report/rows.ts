import type { StudyDesign } from '#shared/studies/design.ts'
import type { RaterSummary } from '#shared/contract/ratings.ts'
import type { ResultOptions, StudyResults } from '#shared/contract/results.ts'
import type { StudyPrompt } from '#shared/contract/studies.ts'

/** An answer to an aspect of one picture, as it is now. */
export interface RatingRow {
  rater: string
  /** Token of the task. */
  item: string
  image: number
  model: string
  kind: string
  group: string
  level: number
  take: number
  aspect: string
  /** As it was answered. */
  value: string
  at: string
  ms: number | null
  position: number | null
  /** 0: given after the study was unblinded. */
  blind: number
}

/** A comparison of two pictures of one prompt. */
export interface VoteRow {
  rater: string
  item: string
  first: string
  second: string
  kind: string
  group: string
  level: number
  /** first, second, tie, bad, cannot. */
  choice: string
  firstLeft: number | null
  at: string
  ms: number | null
  position: number | null
  blind: number
}

/** The cosine of a picture and its prompt. */
export interface ScoreRow {
  image: number
  model: string
  group: string
  kind: string
  level: number
  take: number
  by: string
  digest: string
  cosine: number
}

/** All that a report is made of. Models by the names that may be shown. */
export interface ReportRows {
  study: StudyResults['study'] & {
    design: StudyDesign
    promptsFrom: string
    images: number
    missing: number
    /** null: nobody has looked. */
    leaks: { pictures: number | null; prompts: number | null }
    log: readonly { at: string; what: string; detail: string }[]
  }
  software: string
  models: readonly {
    name: string
    version: string | null
    /** null: not told while the study is blind. */
    images: number | null
  }[]
  prompts: readonly StudyPrompt[]
  ratings: readonly RatingRow[]
  votes: readonly VoteRow[]
  scores: readonly ScoreRow[]
  raters: readonly RaterSummary[]
  options: ResultOptions
}
