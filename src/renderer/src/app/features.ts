import { corpora } from '../features/corpora/index.ts'
import { cutoff } from '../features/cutoff/index.ts'
import { exporting } from '../features/export/index.ts'
import { fetching } from '../features/fetch/index.ts'
import { generate } from '../features/generate/index.ts'
import { importing } from '../features/import/index.ts'
import { jobs } from '../features/jobs/index.ts'
import { judge } from '../features/judge/index.ts'
import { label } from '../features/label/index.ts'
import { pairs } from '../features/pairs/index.ts'
import { rating } from '../features/rating/index.ts'
import { settings } from '../features/settings/index.ts'
import { scoring } from '../features/scoring/index.ts'
import { train } from '../features/train/index.ts'
import type { Feature } from '../state/features.ts'

/** The parts of the window; those with a place stand in the rail in this order. */
export const FEATURES: readonly Feature[] = [
  corpora,
  pairs,
  cutoff,
  label,
  train,
  generate,
  judge,
  exporting,
  jobs,
  settings,
  importing,
  scoring,
  fetching,
  rating,
]
