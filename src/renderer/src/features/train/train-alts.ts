import { ref, shallowRef } from 'vue'
import type { AltReport } from '#shared/contract/index.ts'
import { latest, useClient } from '../../bridge/client.ts'
import type { TrainContext } from './train-context.ts'
import type { Sets } from './train-sets.ts'

/** Alts that were found in the texts around their pictures. */
export function createAlts({ corpus, isLive, start }: TrainContext, { altSet }: Sets) {
  const threshold = ref<number | null>(null)
  const report = shallowRef<AltReport | null>(null)
  /** The example whose pair is looked at. */
  const example = ref<number | null>(null)

  const readReport = latest((path: string, set: number) =>
    useClient().call('spans.altReport', { corpus: path, set }),
  )

  async function loadReport(): Promise<void> {
    const set = altSet.value
    if (!corpus.value || !set) {
      report.value = null
      return
    }
    const path = corpus.value
    const answer = await readReport(path, set.id)
    if (!answer.late && corpus.value === path) report.value = answer.value
  }

  async function findAlts(): Promise<boolean> {
    const path = corpus.value
    if (path === null || isLive('alt-spans')) return false
    return start(() =>
      useClient().call('jobs.altSpans', {
        corpus: path,
        ...(threshold.value === null ? {} : { threshold: threshold.value }),
      }),
    )
  }

  function forget(): void {
    report.value = null
    example.value = null
  }

  return { threshold, report, example, load: loadReport, findAlts, forget }
}
