import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type {
  CallInput,
  CallOutput,
  CleanStep,
  PromptBaseInfo,
  PromptCleaning,
  PromptEvaluationReport,
} from '#shared/contract/index.ts'
import { toErrorValue, type ErrorValue } from '#shared/errors.ts'
import { latest, useClient } from '../../../bridge/client.ts'
import { pictureUrl } from '../../../bridge/pictures.ts'
import { keep, recall } from '../../../bridge/persist.ts'
import { useJobs } from '../../../state/jobs.ts'
import { usePairs } from '../../../state/pairs.ts'
import { base64Of, MOST_BYTES } from '../../../state/searching.ts'
import { useSession } from '../../../state/session.ts'
import { useUi } from '../../../state/ui.ts'
import { t } from '../../../texts/index.ts'
import { useBaseModels } from './base-models.ts'

type Asked = CallInput<'promptBases.try'>
export interface Shown {
  name: string
  /** Of what is shown: an object or a picture of a corpus. */
  src: string
  asked: Asked['picture']
}
export type BasePart = 'picture' | 'cleaning' | 'judge'
/** What is about to be read, into a new base or into one that is there. */
export interface Reading {
  paths: string[]
  corpus: boolean
  name: string
  isNew: boolean
}
/** Prompts in use, all that were taken out, or those that a step took out. */
export type PromptsShown = 'kept' | 'out' | CleanStep

/** Prompt bases, the one that is open, the picture that is asked about and what came of it. */
export const usePromptBases = defineStore('prompt-bases', () => {
  /** Which tab of the view is shown. */
  const tab = ref<'prompts' | 'bases'>('prompts')
  const part = ref<BasePart>('picture')
  const list = shallowRef<readonly PromptBaseInfo[]>([])
  const loaded = ref(false)
  const error = shallowRef<ErrorValue | null>(null)
  const name = ref<string | null>(recall<string | null>(null, 'prompt-base', null))
  const base = computed(() => list.value.find((one) => one.name === name.value) ?? null)
  const cleanings = shallowRef<readonly PromptCleaning[]>([])
  const cleaning = computed(() => cleanings.value.find(({ undoneAt }) => undoneAt === null) ?? null)
  const report = shallowRef<PromptEvaluationReport | null>(null)
  /** Where it lies. */
  const reportPath = ref<string | null>(null)

  const picture = shallowRef<Shown | null>(null)
  const result = shallowRef<CallOutput<'promptBases.try'> | null>(null)
  /** By what the result was had. */
  const how = shallowRef<Required<Pick<Asked, 'k' | 'weights' | 'averaging' | 'space'>> | null>(
    null,
  )
  const problem = shallowRef<ErrorValue | null>(null)
  const busy = ref(false)
  const draft = ref('')
  const isEdited = computed(() => result.value !== null && draft.value !== result.value.prompt)
  const k = ref(100)
  const weights = ref<[number, number]>([0.6, 0.4])
  const averaging = ref<'mean' | 'cosine'>('mean')
  const space = ref<'sentence' | 'clip'>('sentence')

  /** The job of each base that was begun here or runs, by its kind. */
  const began = ref<Record<string, string>>({})
  const own = computed(() => useJobs().byId.get(began.value[name.value ?? ''] ?? '') ?? null)
  const job = computed(() => (own.value?.state === 'done' ? null : own.value))
  /** The last one that is done, while it is not sent away. */
  const done = computed(() => (own.value?.state === 'done' ? own.value : null))
  function dismiss(): void {
    began.value = Object.fromEntries(
      Object.entries(began.value).filter(([of]) => of !== name.value),
    )
  }

  const readCleanings = latest((of: string) =>
    useClient().call('promptBases.cleanings', { base: of }),
  )
  const ask = latest((asked: Asked) => useClient().call('promptBases.try', asked))

  async function load(): Promise<void> {
    try {
      list.value = await useClient().call('promptBases.list', {})
      if (!base.value) name.value = list.value[0]?.name ?? null
      error.value = null
      loaded.value = true
      await details()
    } catch (thrown) {
      error.value = toErrorValue(thrown)
    }
  }

  async function details(): Promise<void> {
    if (name.value === null || !base.value) cleanings.value = []
    else {
      const read = await readCleanings(name.value)
      if (!read.late) cleanings.value = read.value
    }
  }

  function open(which: string): void {
    if (which === name.value) return
    name.value = which
    keep(null, 'prompt-base', which)
    cleanings.value = []
    report.value = null
    result.value = null
    draft.value = ''
    void details().catch(useUi().fail)
    void look()
  }

  /** Asks again, by what is chosen now; what was edited is kept. */
  async function look(): Promise<void> {
    if (!picture.value || !base.value) return
    busy.value = true
    const by = {
      k: k.value,
      weights: weights.value,
      averaging: averaging.value,
      space: space.value,
    }
    const wasEdited = isEdited.value
    try {
      const answer = await ask({
        base: base.value.name,
        picture: picture.value.asked,
        ...by,
        shown: Math.min(k.value, 1000),
        ...useBaseModels().asked,
      })
      if (answer.late) return
      result.value = answer.value
      how.value = by
      problem.value = null
      if (!wasEdited) draft.value = answer.value.prompt
      busy.value = false
    } catch (thrown) {
      result.value = null
      problem.value = toErrorValue(thrown)
      busy.value = false
    }
  }

  function show(next: Shown): void {
    if (picture.value?.src.startsWith('blob:')) URL.revokeObjectURL(picture.value.src)
    picture.value = next
    result.value = null
    draft.value = ''
    part.value = 'picture'
    void look()
  }

  /** The picture under the cursor of the pairs. */
  const pair = computed(() => {
    const pairs = usePairs()
    const row = pairs.cursor < 0 ? undefined : pairs.rowAt(pairs.cursor)
    return row && row.sha256 !== null ? { id: row.id, sha256: row.sha256 } : null
  })
  function takePair(): void {
    const corpus = useSession().path
    if (!pair.value || corpus === null) return
    const { id, sha256 } = pair.value
    show({
      name: t('bases.picture.pairName', { id }),
      src: pictureUrl(sha256, corpus),
      asked: { corpus, sha256 },
    })
  }

  async function take(file: File): Promise<void> {
    const named =
      file.name === '' || file.name === 'image.png' ? t('bases.picture.pasted') : file.name
    if (file.size > MOST_BYTES) {
      useUi().tell(t('bases.picture.tooLarge', { name: named }))
      return
    }
    const base64 = base64Of(new Uint8Array(await file.arrayBuffer()))
    show({
      name: named,
      src: URL.createObjectURL(file),
      asked: { base64, name: named.slice(0, 300) },
    })
  }

  /** Begins a job of a base. @returns whether it began */
  async function begin(of: string, start: () => Promise<{ job: string }>): Promise<boolean> {
    try {
      const { job: id } = await start()
      await useJobs().load()
      began.value = { ...began.value, [of]: id }
      await load()
      return true
    } catch (thrown) {
      useUi().fail(thrown)
      return false
    }
  }

  function build(input: CallInput<'promptBases.build'>): Promise<boolean> {
    const { asked, device } = useBaseModels()
    return begin(input.base, () =>
      useClient().call('promptBases.build', { ...asked, device, ...input }),
    )
  }

  async function undo(): Promise<void> {
    if (!base.value) return
    try {
      await useClient().call('promptBases.undo', { base: base.value.name })
      // What it warned of is no longer so.
      dismiss()
      await load()
    } catch (thrown) {
      useUi().fail(thrown)
    }
  }

  async function remove(which: string): Promise<void> {
    try {
      await useClient().call('promptBases.remove', { base: which })
      result.value = null
      await load()
    } catch (thrown) {
      useUi().fail(thrown)
    }
  }

  async function openReport(path: string): Promise<void> {
    try {
      report.value = await useClient().call('promptBases.report', { path })
      reportPath.value = path
    } catch (thrown) {
      useUi().fail(thrown)
    }
  }

  return {
    ...{ tab, part, list, loaded, error, name, base, cleanings, cleaning, report },
    reportPath,
    ...{ picture, result, how, problem, busy, draft, isEdited, k, weights, averaging, space },
    ...{ job, done, dismiss },
    ...{ pair, takePair },
    ...{ load, open, look, show, take, begin, build, undo, remove, openReport },
  }
})
