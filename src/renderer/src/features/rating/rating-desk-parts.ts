import type { RatingMode } from '#shared/contract/ratings.ts'
import type { Study } from '#shared/contract/studies.ts'
import type { Saving } from './rating-saving.ts'
import type { Pictures } from './rating-shown.ts'
import type { Times } from './rating-times.ts'

/** Why a key did nothing. */
export type Refusal = 'open' | 'notShown' | 'first' | 'count'

export interface DeskParts {
  saving: Saving
  times: Times
  pictures: Pictures
  /** 1 = 100 %; of the picture that is in view. */
  zoom(): number
  /** Another item comes. */
  moved(): void
  /** Behind the last practice item, or behind the last item at all. */
  through(what: 'practice' | 'all'): void
  failed(error: unknown): void
}

/** Of whom and what the items are. */
export interface Seat {
  corpus: string
  study: Study
  rater: string
  mode: RatingMode
}
