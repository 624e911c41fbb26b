import { defineStore } from 'pinia'
import { t } from '../texts/index.ts'
import { computed, ref, shallowRef } from 'vue'
import type {
  CallInput,
  CallOutput,
  DeviceState,
  DoctorCheck,
  ModelInfo,
  PictureTextInfo,
} from '#shared/contract/index.ts'
import type { Settings } from '#shared/settings.ts'
import { toErrorValue } from '#shared/errors.ts'
import { latest, useClient } from '../bridge/client.ts'
import { keep, recall } from '../bridge/persist.ts'
import { useUi } from './ui.ts'
import { useUndo } from './undo.ts'

export type Verification = CallOutput<'models.verify'>

function isPictureText(model: ModelInfo): model is PictureTextInfo {
  return model.kind === 'picture-text'
}

/** Settings, models and the state of this machine. */
export const useMachine = defineStore('machine', () => {
  const settings = ref<Settings | null>(null)
  const everyModel = shallowRef<readonly ModelInfo[]>([])
  /** Those that score pictures with texts. */
  const models = computed(() => everyModel.value.filter(isPictureText))
  const modelsLoaded = ref(false)
  const checks = shallowRef<readonly DoctorCheck[] | null>(null)
  const checking = ref(false)
  const info = shallowRef<CallOutput<'system.info'> | null>(null)
  const verifications = ref(new Map<string, Verification | 'running'>())

  /** Digests of models whose last check went wrong, also before the window was opened. */
  const bad = ref<readonly string[]>(recall(null, 'models-bad', []))

  /** What is shown of a model: as it lies on the disk, and whether it passed its last check. */
  function stateOf(model: ModelInfo): ModelInfo['state'] | 'failed' {
    const isBad = model.digest !== null && bad.value.includes(model.digest)
    return model.state === 'installed' && isBad ? 'failed' : model.state
  }

  function judge(id: string, isGood: boolean): void {
    const digest = everyModel.value.find((model) => model.id === id)?.digest
    if (!digest) return
    const others = bad.value.filter((one) => one !== digest)
    bad.value = isGood ? others : [...others, digest]
    keep(null, 'models-bad', bad.value)
  }

  const theme = computed(() => settings.value?.theme ?? 'system')
  const deviceStates = shallowRef<readonly DeviceState[]>([])
  /** What can be chosen, with what came of trying it. */
  const devices = computed(() =>
    ['auto', ...(info.value?.devices ?? [])].map((value) => {
      const state = deviceStates.value.find(({ device }) => device === value)
      return {
        value,
        label: value === 'auto' ? t('ui.score.bestDevice') : value,
        hint: state
          ? state.works
            ? t('settings.general.deviceWorks', { rate: Math.round(state.gflops ?? 0) })
            : t('settings.general.deviceFails')
          : undefined,
      }
    }),
  )
  const modelById = computed(() => new Map(models.value.map((model) => [model.id, model])))

  /** Of the model behind a score; a model that is gone is taken for a real one. */
  function isDemonstration(id: string | null): boolean {
    return id !== null && modelById.value.get(id)?.isDemonstration === true
  }

  /** What is said of a score beside its model's name, where the name does not say it itself. */
  function remark(id: string, name: string): string | null {
    return isDemonstration(id) && !/demonstration/i.test(name) ? t('ui.demo.remark') : null
  }

  const readModels = latest(() => useClient().call('models.list', {}))

  async function loadModels(): Promise<void> {
    const answer = await readModels()
    if (answer.late) return
    everyModel.value = answer.value
    modelsLoaded.value = true
  }

  async function load(): Promise<void> {
    const client = useClient()
    const [readSettings, readInfo] = await Promise.all([
      client.call('settings.get', {}),
      client.call('system.info', {}),
    ])
    settings.value = readSettings
    info.value = readInfo
    await loadModels()
  }

  /** Shows the change at once; goes back if the engine refuses it. */
  async function change(patch: CallInput<'settings.set'>, label: string): Promise<void> {
    const before = settings.value
    if (!before) return
    const backwards = Object.fromEntries(
      Object.keys(patch).map((key) => [key, before[key as keyof Settings]]),
    ) as CallInput<'settings.set'>
    if (await write(patch)) {
      useUndo().push({
        label,
        undo: () => void write(backwards),
        redo: () => void write(patch),
      })
    }
  }

  /** The same without an undo. false: the engine refused it, and it was said. */
  async function write(patch: CallInput<'settings.set'>): Promise<boolean> {
    const before = settings.value
    if (before) settings.value = { ...before, ...(patch as Partial<Settings>) }
    try {
      settings.value = await useClient().call('settings.set', patch)
      return true
    } catch (error) {
      settings.value = before
      useUi().fail(error)
      return false
    }
  }

  async function runChecks(): Promise<void> {
    checking.value = true
    try {
      checks.value = await useClient().call('system.doctor', {})
    } catch (error) {
      useUi().fail(error)
    } finally {
      checking.value = false
    }
  }

  async function verify(id: string): Promise<void> {
    const set = (value: Verification | 'running' | null) => {
      const next = new Map(verifications.value)
      if (value === null) next.delete(id)
      else next.set(id, value)
      verifications.value = next
    }
    set('running')
    try {
      const result = await useClient().call('models.verify', { id })
      judge(id, result.ok)
      set(result)
    } catch (error) {
      // One that is busy or gone says nothing of its files.
      if (['model', 'damaged'].includes(toErrorValue(error).kind)) judge(id, false)
      set(null)
      useUi().fail(error)
    }
  }

  /** Adds a folder or a hub repository; true when it is there or on its way. */
  async function addModel(source: string): Promise<boolean> {
    try {
      const { model, job } = await useClient().call('models.add', { source })
      useUi().note(
        model
          ? t('settings.models.ready', { name: model.name })
          : t(job ? 'settings.models.downloading' : 'settings.models.added', { name: source }),
      )
      await loadModels()
      return true
    } catch (error) {
      useUi().fail(error)
      return false
    }
  }

  async function removeModel(id: string): Promise<void> {
    try {
      await useClient().call('models.remove', { id })
      await loadModels()
    } catch (error) {
      useUi().fail(error)
    }
  }

  /** Starts the making of an int8 twin, checked on the pictures of a folder or corpus. */
  async function quantize(model: ModelInfo, check: string): Promise<void> {
    try {
      await useClient().call('models.quantize', { id: model.id, check })
      useUi().note(t('settings.models.quantizing', { name: model.name }))
    } catch (error) {
      useUi().fail(error)
    }
  }

  /** Tries the devices once; it takes seconds, so only where they are chosen. */
  async function tryDevices(): Promise<void> {
    if (deviceStates.value.length > 0) return
    try {
      deviceStates.value = await useClient().call('system.devices', {})
    } catch {
      // The check of the system says why; here they stay without a remark.
    }
  }

  return {
    settings,
    everyModel,
    models,
    modelsLoaded,
    modelById,
    isDemonstration,
    remark,
    checks,
    checking,
    info,
    devices,
    deviceStates,
    tryDevices,
    theme,
    verifications,
    stateOf,
    load,
    loadModels,
    change,
    write,
    runChecks,
    verify,
    addModel,
    removeModel,
    quantize,
  }
})
