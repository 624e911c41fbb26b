import type { JobStarter } from './jobs/start-jobs.ts'
import type { EngineParts } from './parts.ts'
import type { Searches } from './searches.ts'

/** What the calls work with. */
export interface EngineContext extends EngineParts {
  jobs: JobStarter
  searches: Searches
}
