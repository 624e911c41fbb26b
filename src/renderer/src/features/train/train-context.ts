import { ref } from 'vue'
import type { Job } from '#shared/contract/index.ts'
import { useJobs } from '../../state/jobs.ts'
import { useUi } from '../../state/ui.ts'

/**
 * What all parts of the training share: the corpus, and the long work in it.
 * @param remember keeps what was chosen for the next time
 */
export function createContext(remember: () => void) {
  const corpus = ref<string | null>(null)

  /** The newest job of a kind for this corpus, and of a subject where one is named. */
  function jobOf(kind: Job['kind'], subject?: string): Job | null {
    const isMeant = (job: Job): boolean =>
      job.kind === kind &&
      job.corpus === corpus.value &&
      (subject === undefined || job.subject === subject)
    return useJobs().list.find(isMeant) ?? null
  }

  function isLive(kind: Job['kind']): boolean {
    const state = jobOf(kind)?.state
    return state === 'running' || state === 'queued'
  }

  /** Starts long work; true when it is on its way. */
  async function start(ask: () => Promise<{ job: string }>): Promise<boolean> {
    remember()
    try {
      await ask()
      await useJobs().load()
      return true
    } catch (thrown) {
      useUi().fail(thrown)
      return false
    }
  }

  return { corpus, remember, jobOf, isLive, start }
}

export type TrainContext = ReturnType<typeof createContext>
