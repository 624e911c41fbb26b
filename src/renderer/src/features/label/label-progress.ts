import { shallowRef } from 'vue'
import type { CallOutput, LabelState } from '#shared/contract/index.ts'
import { latest, useClient } from '../../bridge/client.ts'
import type { Speaker } from './label-speaker.ts'
import { isNone } from './label-state.ts'

export type Progress = CallOutput<'labels.progress'>

/** The engine is asked at most this often, in ms. */
const PROGRESS_MS = 600

/**
 * How many pairs are labeled, of how many.
 * @param where the filter of the queue
 * @param pending how many answers are on their way: until they are kept, numbers are not read
 */
export function createProgress(who: Speaker, where: () => string, pending: () => number) {
  const progress = shallowRef<Progress | null>(null)
  const read = latest(() =>
    useClient().call('labels.progress', { ...who.speaker(), where: where() }),
  )
  let timer: ReturnType<typeof setTimeout> | undefined

  async function load(): Promise<void> {
    if (who.corpus.value === null || !who.named.value) return
    try {
      const answer = await read()
      if (!answer.late && pending() === 0) progress.value = answer.value
    } catch {
      // A number that is a moment old does no harm; the next write asks again.
    }
  }

  function soon(): void {
    timer ??= setTimeout(() => {
      timer = undefined
      void load()
    }, PROGRESS_MS)
    if (progress.value === null) void load()
  }

  /** The numbers follow at once; the engine's own come after. */
  function count(before: LabelState, after: LabelState): void {
    const sum = progress.value
    if (!sum) return
    const is = (answer: LabelState, status: LabelState['status']): number =>
      answer.status === status ? 1 : 0
    const labeled = is(after, 'labeled') - is(before, 'labeled')
    progress.value = {
      ...sum,
      labeled: sum.labeled + labeled,
      today: Math.max(0, sum.today + labeled),
      none: sum.none + Number(isNone(after)) - Number(isNone(before)),
      skipped: sum.skipped + is(after, 'skipped') - is(before, 'skipped'),
      flagged: sum.flagged + Number(after.flagged) - Number(before.flagged),
    }
  }

  function forget(): void {
    progress.value = null
  }

  return { progress, load, soon, count, forget }
}
