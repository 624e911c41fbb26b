import type { Handlers } from '#shared/contract/index.ts'
import type { EngineContext } from '../context.ts'
import { corporaCalls } from './corpora.ts'
import { jobCalls } from './jobs.ts'
import { labelCalls } from './labels.ts'
import { modelCalls } from './models.ts'
import { pairCalls } from './pairs.ts'
import { ratingCalls } from './ratings.ts'
import { promptCalls } from './prompts.ts'
import { resultCalls } from './results.ts'
import { readCalls } from './read-calls.ts'
import { spanCalls } from './spans.ts'
import { studyCalls } from './studies.ts'
import { studyMeasureCalls } from './study-measures.ts'
import { systemCalls } from './system.ts'
import { tableCalls } from './tables.ts'
import { trainingCalls } from './training.ts'
import { versionCalls } from './versions.ts'

/** Everything the engine answers. A call of the contract that nobody implements does not compile. */
export function createHandlers(context: EngineContext): Handlers {
  return {
    ...readCalls(context),
    ...corporaCalls(context),
    ...jobCalls(context),
    ...pairCalls(context),
    ...modelCalls(context),
    ...systemCalls(context),
    ...tableCalls(context),
    ...spanCalls(context),
    ...labelCalls(context),
    ...studyCalls(context),
    ...studyMeasureCalls(context),
    ...ratingCalls(context),
    ...resultCalls(context),
    ...trainingCalls(context),
    ...promptCalls(context),
    ...versionCalls(context),
  }
}
