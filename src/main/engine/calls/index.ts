import type { Handlers } from '#shared/contract/index.ts'
import type { EngineContext } from '../context.ts'
import { altKindHandlers } from './alt-kinds.ts'
import { corporaCalls } from './corpora.ts'
import { duplicateCalls } from './duplicates.ts'
import { fetchingCalls } from './fetching.ts'
import { filterCalls } from './filters.ts'
import { jobCalls } from './jobs.ts'
import { judgingCalls } from './judging.ts'
import { labelCalls } from './labels.ts'
import { mapCalls } from './maps.ts'
import { markCalls } from './marks.ts'
import { modelCalls } from './models.ts'
import { pairCalls } from './pairs.ts'
import { pictureFileCalls } from './pictures.ts'
import { ratingCalls } from './ratings.ts'
import { promptBaseCalls } from './prompt-bases.ts'
import { promptCalls } from './prompts.ts'
import { resultCalls } from './results.ts'
import { readCalls } from './read-calls.ts'
import { scoreCalls } from './scores.ts'
import { searchCalls } from './search.ts'
import { spanCalls } from './spans.ts'
import { studyCalls } from './studies.ts'
import { studyMeasureCalls } from './study-measures.ts'
import { systemCalls } from './system.ts'
import { tableCalls } from './tables.ts'
import { textCalls } from './texts.ts'
import { trainingCalls } from './training.ts'
import { versionCalls } from './versions.ts'

/** Everything the engine answers. A call of the contract that nobody implements does not compile. */
export function createHandlers(context: EngineContext): Handlers {
  return {
    ...readCalls(context),
    ...corporaCalls(context),
    ...fetchingCalls(context),
    ...jobCalls(context),
    ...pairCalls(context),
    ...pictureFileCalls(context),
    ...modelCalls(context),
    ...systemCalls(context),
    ...tableCalls(context),
    ...scoreCalls(context),
    ...searchCalls(context),
    ...spanCalls(context),
    ...judgingCalls(context),
    ...labelCalls(context),
    ...mapCalls(context),
    ...markCalls(context),
    ...duplicateCalls(context),
    ...altKindHandlers(context),
    ...filterCalls(context),
    ...studyCalls(context),
    ...studyMeasureCalls(context),
    ...ratingCalls(context),
    ...resultCalls(context),
    ...textCalls(context),
    ...trainingCalls(context),
    ...promptCalls(context),
    ...promptBaseCalls(context),
    ...versionCalls(context),
  }
}
