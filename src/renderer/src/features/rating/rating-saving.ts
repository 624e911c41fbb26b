import { ref, shallowRef } from 'vue'
import type { ErrorValue } from '#shared/errors.ts'
import { useClient } from '../../bridge/client.ts'
import { keep, recall } from '../../bridge/persist.ts'
import { createRatingWriter, type RatingWrite } from './rating-writer.ts'

const JOURNAL = 'rating-unsaved'
/** Milliseconds before another try: 0.25 s, 0.5 s, ... at most 5 s. */
const pauseOf = (attempt: number): number => Math.min(5000, 125 * 2 ** attempt)

/**
 * The way of all answers into their corpus. What is not written yet lies in the window's own storage
 * too, so that neither a crash of the engine nor of the window loses it.
 */
export function createSaving(onRefused: (entry: RatingWrite, error: unknown) => void) {
  const unsaved = ref(0)
  const problem = shallowRef<ErrorValue | null>(null)
  /** Corpora whose journal is not empty. */
  const written = new Set<string>()

  function note(pending: readonly RatingWrite[]): void {
    const corpora = new Set([...written, ...pending.map(({ corpus }) => corpus)])
    for (const corpus of corpora) {
      const those = pending.filter((entry) => entry.corpus === corpus)
      keep(corpus, JOURNAL, those)
      if (those.length > 0) written.add(corpus)
      else written.delete(corpus)
    }
  }

  const writer = createRatingWriter({
    async send({ mode: _, ...entry }) {
      await useClient().call('ratings.set', entry)
    },
    async read({ corpus, study, rater, task }) {
      const [found] = await useClient().call('ratings.tasks', {
        corpus,
        study,
        rater,
        tasks: [task],
      })
      return found?.answers ?? {}
    },
    wait: (attempt, wake) =>
      Promise.race([wake, new Promise<void>((done) => setTimeout(done, pauseOf(attempt)))]),
    onChange(pending, error) {
      note(pending)
      unsaved.value = pending.length
      if (error || pending.length === 0 || !problem.value) problem.value = error
    },
    onRefused,
  })

  return {
    unsaved,
    problem,
    writer,
    /** Takes up what an earlier window could not write; resolves when it is written or stuck. */
    async restore(corpus: string): Promise<void> {
      if (writer.pending.length > 0) return
      const left = recall<RatingWrite[]>(corpus, JOURNAL, [], Array.isArray)
      if (left.length === 0) return
      written.add(corpus)
      writer.restore(left)
      await writer.settled()
    },
  }
}

export type Saving = ReturnType<typeof createSaving>
