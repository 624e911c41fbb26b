import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { useClient } from '../../bridge/client.ts'
import { useJobs } from '../../state/jobs.ts'
import { useMachine } from '../../state/machine.ts'
import { usePairs } from '../../state/pairs.ts'
import { explicitScores } from '../../state/query-text.ts'
import { useSession } from '../../state/session.ts'
import { useUi } from '../../state/ui.ts'

export type TextScope = 'all' | 'filter' | 'selection'

/** The dialog that looks for text in pictures. */
export const useTextFinding = defineStore('text-finding', () => {
  const isOpen = ref(false)
  const model = ref<string | null>(null)
  const scope = ref<TextScope>('all')
  const busy = ref(false)

  const usable = computed(() =>
    useMachine().everyModel.filter(
      (one) => one.kind === 'text-detection' && one.state === 'installed',
    ),
  )
  const running = computed(() =>
    useJobs().live.some((job) => job.kind === 'text-in-image' && job.corpus === useSession().path),
  )

  function open(): void {
    const pairs = usePairs()
    scope.value = pairs.markedCount > 0 ? 'selection' : pairs.where === '' ? 'all' : 'filter'
    if (!usable.value.some(({ id }) => id === model.value)) {
      const preferred = usable.value.find((one) => !one.isDemonstration) ?? usable.value[0]
      model.value = preferred?.id ?? null
    }
    isOpen.value = true
  }

  async function whereOf(): Promise<string> {
    const pairs = usePairs()
    if (scope.value === 'selection') return pairs.markedQuery()
    return scope.value === 'filter' ? explicitScores(pairs.where, pairs.score) : ''
  }

  async function start(): Promise<void> {
    const { path } = useSession()
    if (path === null || model.value === null) return
    busy.value = true
    try {
      await useClient().call('jobs.textInImage', {
        corpus: path,
        model: model.value,
        where: await whereOf(),
        device: useMachine().settings?.device ?? 'auto',
      })
      await useJobs().load()
      isOpen.value = false
    } catch (error) {
      useUi().fail(error)
    } finally {
      busy.value = false
    }
  }

  return { isOpen, model, scope, busy, usable, running, open, start }
})
