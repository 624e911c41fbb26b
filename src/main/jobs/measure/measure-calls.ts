import type { SetMeasure } from '#shared/contract/jobs/measure.ts'
import type { CompliancePart } from '#shared/contract/study-measures.ts'
import type { PictureScore } from '../../evaluation/measures/compliance.ts'
import type { Diversity } from '../../evaluation/measures/diversity.ts'
import type { Features } from '../../evaluation/measures/features.ts'
import type { TextRichness } from '../../evaluation/measures/text-richness.ts'
import type { TextKey } from '../../store/repositories/models.ts'
import { createAside } from '../run/aside.ts'

/** Measures that take seconds to minutes of a core; `measure-tasks.ts` does them. */
export interface MeasureCalls {
  /** Canceled: the thread is ended. */
  distance: {
    input: { measure: SetMeasure; a: Features; b: Features; seed: number }
    value: Distance
    event: { done: number; total: number; note: string }
  }
  diversity: { input: { features: Features }; value: Diversity | null }
  /** Of a source before and after a cutoff, on draws of one size. */
  richness: {
    input: { path: string; text: TextKey; ids: Int32Array | null; n: number; seed: number }
    value: RichnessOf
  }
  /** Of lists of texts, each on a draw of `n`; rarity is by the words of the first, which holds all. */
  richnessOfTexts: {
    input: { lists: { texts: string[]; n: number }[]; seed: number }
    value: (TextRichness | null)[]
  }
  /** Models in the order in which they are shown. */
  compliance: {
    input: { scores: PictureScore[]; models: string[]; seed: number; scale: number | null }
    value: CompliancePart[]
  }
}

export interface Distance {
  value: number
  sd: number | null
  interval: [number, number] | null
}

export interface RichnessOf {
  available: { before: number; after: number | null }
  /** Drawn of each side. */
  n: number
  before: TextRichness | null
  after: TextRichness | null
}

/** Runs one of them in the thread `entries.measureWorker`. */
export const runMeasureTask = createAside<MeasureCalls>()
