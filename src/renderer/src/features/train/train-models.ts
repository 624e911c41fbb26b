import { computed, ref, shallowRef } from 'vue'
import { isTextModel, TEXT_KINDS, type TextModelInfo } from '#shared/contract/index.ts'
import { latest, useClient } from '../../bridge/client.ts'
import { useUi } from '../../state/ui.ts'
import { t } from '../../texts/index.ts'

/**
 * Encoders that a head can stand on, and models that find spans; which of each is chosen.
 * @param made the models that the runs of the corpus made, the newest first
 */
export function createModels(made: () => readonly string[]) {
  const models = shallowRef<readonly TextModelInfo[]>([])
  const encoder = ref('')
  const predictor = ref('')
  const encoders = computed(() => models.value.filter((item) => item.kind === 'text-encoder'))
  const spanModels = computed(() => models.value.filter((item) => item.kind === 'span'))

  const readModels = latest(async () =>
    (await useClient().call('models.list', {})).filter(isTextModel),
  )

  async function loadModels(): Promise<void> {
    const answer = await readModels()
    if (answer.late) return
    models.value = answer.value
    const usable = (list: readonly TextModelInfo[], id: string) =>
      list.some((item) => item.id === id && item.state === 'installed')
    const best = (list: readonly TextModelInfo[]) =>
      (
        list.find((item) => item.state === 'installed' && !item.isDemonstration) ??
        list.find((item) => item.state === 'installed')
      )?.id ?? ''
    if (!usable(encoders.value, encoder.value)) encoder.value = best(encoders.value)
    if (!usable(spanModels.value, predictor.value)) {
      predictor.value = made().find((id) => usable(spanModels.value, id)) ?? best(spanModels.value)
    }
  }

  async function addModel(): Promise<void> {
    try {
      const source = await useClient().shell('shell.openFolder', {
        title: t('train.predict.addTitle'),
      })
      if (!source) return
      const { model: made } = await useClient().call('models.add', { source, kinds: TEXT_KINDS })
      await loadModels()
      if (made === null) return
      if (made.state === 'installed') {
        if (made.kind === 'text-encoder') encoder.value = made.id
        else predictor.value = made.id
        useUi().note(t('train.predict.added', { name: made.name }))
      } else {
        useUi().note(
          t('train.common.cannotUse', {
            name: made.name,
            problem: made.problem ?? t('train.predict.noReason'),
          }),
        )
      }
    } catch (thrown) {
      useUi().fail(thrown)
    }
  }

  async function removeModel(model: TextModelInfo): Promise<void> {
    const sure = await useUi().ask(
      t('train.predict.removeTitle', { name: model.name }),
      model.kind === 'span'
        ? t('train.predict.removeModelText')
        : t('train.predict.removeFolderText'),
      t('train.common.remove'),
    )
    if (!sure) return
    try {
      await useClient().call('models.remove', { id: model.id })
      await loadModels()
    } catch (thrown) {
      useUi().fail(thrown)
    }
  }

  return {
    models,
    encoder,
    predictor,
    encoders,
    spanModels,
    load: loadModels,
    addModel,
    removeModel,
  }
}

export type Models = ReturnType<typeof createModels>
