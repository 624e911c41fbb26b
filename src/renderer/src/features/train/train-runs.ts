import { computed, ref, shallowRef } from 'vue'
import type { TrainingRun } from '#shared/contract/index.ts'
import { latest, useClient } from '../../bridge/client.ts'
import type { TrainContext } from './train-context.ts'

/**
 * The runs of a corpus, the one that is looked at, and the one beside it.
 * @param follows whether a run that has just begun becomes the one to look at
 */
export function createRuns({ corpus }: TrainContext, follows: () => boolean) {
  const runs = shallowRef<readonly TrainingRun[]>([])
  const chosenRun = ref<string | null>(null)
  const secondRun = ref<string | null>(null)

  const run = computed(
    () => runs.value.find((item) => item.id === chosenRun.value) ?? runs.value[0] ?? null,
  )
  const other = computed(() => {
    const found = runs.value.find((item) => item.id === secondRun.value) ?? null
    return found && found.id !== run.value?.id ? found : null
  })

  const readRuns = latest((path: string) => useClient().call('training.runs', { corpus: path }))

  async function loadRuns(): Promise<void> {
    if (!corpus.value) return
    const path = corpus.value
    const answer = await readRuns(path)
    if (answer.late || corpus.value !== path) return
    // A run that has just begun is the one to look at.
    const known = new Set(runs.value.map((item) => item.id))
    const begun = answer.value.find((item) => item.state === 'running' && !known.has(item.id))
    runs.value = answer.value
    if (begun && follows()) chosenRun.value = begun.id
  }

  function forget(): void {
    runs.value = []
    chosenRun.value = null
    secondRun.value = null
  }

  return { runs, chosenRun, secondRun, run, other, load: loadRuns, forget }
}
