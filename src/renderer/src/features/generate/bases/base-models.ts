import { defineStore } from 'pinia'
import { computed, ref, watch } from 'vue'
import type { Device } from '#shared/contract/index.ts'
import { keep, recall } from '../../../bridge/persist.ts'
import { useMachine } from '../../../state/machine.ts'
import { t } from '../../../texts/index.ts'

/** By which models prompts are embedded and pictures are looked up; where none is chosen, the usual ones. */
export const useBaseModels = defineStore('prompt-base-models', () => {
  const machine = useMachine()
  const wanted = ref(recall(null, 'prompt-base-models', { clip: '', sentence: '' }))
  watch(wanted, (value) => keep(null, 'prompt-base-models', value), { deep: true })
  const device = ref<Device>('auto')

  /** The one that scores unless told otherwise comes first. */
  const clips = computed(() =>
    machine.models.filter((one) => one.state === 'installed' && one.family !== 'imported'),
  )
  /** Those made for sentences first, demonstrations last. */
  const encoders = computed(() =>
    machine.everyModel
      .flatMap((one) => (one.kind === 'text-encoder' && one.state === 'installed' ? [one] : []))
      .sort((a, b) => rankOf(b) - rankOf(a)),
  )
  const clip = computed(() => chosen(clips.value, wanted.value.clip))
  const sentence = computed(() => chosen(encoders.value, wanted.value.sentence))
  const isForSentences = computed(() => sentence.value !== null && sentence.value.pooling !== null)

  const clipOptions = computed(() =>
    clips.value.map(({ id, name, isDemonstration, dtype }) => ({
      value: id,
      label: name,
      hint: isDemonstration ? t('ui.demo.remark') : (dtype ?? ''),
    })),
  )
  const sentenceOptions = computed(() =>
    encoders.value.map(({ id, name, pooling }) => ({
      value: id,
      label: name,
      hint: t(pooling === null ? 'bases.models.notForSentences' : 'bases.models.forSentences'),
    })),
  )
  const notForSentences = computed(
    () => new Set(encoders.value.filter(({ pooling }) => pooling === null).map(({ id }) => id)),
  )
  /** As calls name them. */
  const asked = computed(() => ({
    ...(clip.value === null ? {} : { model: clip.value.id }),
    ...(sentence.value === null ? {} : { sentenceModel: sentence.value.id }),
  }))

  return {
    ...{
      wanted,
      device,
      clip,
      sentence,
      isForSentences,
      notForSentences,
      clipOptions,
      sentenceOptions,
      asked,
    },
  }
})

const rankOf = (one: { pooling: string | null; isDemonstration: boolean }): number =>
  (one.pooling === null ? 0 : 2) + (one.isDemonstration ? 0 : 1)

function chosen<M extends { id: string }>(among: readonly M[], id: string): M | null {
  return among.find((one) => one.id === id) ?? among[0] ?? null
}
