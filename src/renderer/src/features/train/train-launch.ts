import { computed, ref, type Ref } from 'vue'
import {
  SpanPackageInput,
  TrainSpansInput,
  type CallInput,
  type TrainingRun,
} from '#shared/contract/index.ts'
import { canonicalJson } from '#shared/canonical-json.ts'
import { defaultsOf } from '#shared/limits.ts'
import { useClient } from '../../bridge/client.ts'
import { useMachine } from '../../state/machine.ts'
import { useUi } from '../../state/ui.ts'
import { t } from '../../texts/index.ts'
import type { TrainContext } from './train-context.ts'
import type { Data, DataChoice } from './train-data.ts'

type Input<N extends 'jobs.trainSpans' | 'jobs.spanPackage'> = Required<
  Omit<CallInput<N>, 'corpus'>
>

/** How a head is trained; the data stands beside it. */
export type HeadChoice = Omit<Input<'jobs.trainSpans'>, keyof DataChoice | 'encoder' | 'name'>
export const HEAD_DEFAULTS: HeadChoice = defaultsOf(TrainSpansInput, [
  'device',
  'hidden',
  'epochs',
  'batchSize',
  'learningRate',
  'weightDecay',
  'crossEntropy',
  'softIou',
  'patience',
  'monitor',
  'maxSpanTokens',
  'seed',
])

/** How the script of a package trains the whole model. */
export type PackageChoice = Omit<Input<'jobs.spanPackage'>, keyof DataChoice | 'out' | 'base'>
export const PACKAGE_DEFAULTS: PackageChoice = defaultsOf(SpanPackageInput, [
  'epochs',
  'learningRate',
  'batchSize',
  'maxLength',
  'crossEntropy',
  'softIou',
  'seed',
])

/** Training: a head here, or a package that is run by a launcher. */
export function createLaunch(
  { corpus, remember, isLive, start }: TrainContext,
  { data, obstacle, preview }: Data,
  encoder: Ref<string>,
  newest: () => TrainingRun | null,
) {
  const way = ref<'head' | 'package'>('head')
  const name = ref('')
  const head = ref<HeadChoice>({ ...HEAD_DEFAULTS })
  const pack = ref<PackageChoice>({ ...PACKAGE_DEFAULTS })
  const base = ref('')
  const packageFolder = ref('')
  const launcher = ref('')
  const launchers = computed(() => useMachine().settings?.launchers ?? [])

  /** The newest run has learned just what is chosen now: training again would give the same. */
  const trained = computed(() => {
    const run = newest()
    if (run?.kind !== 'head' || run.state !== 'done' || !preview.value) return false
    const choice = { ...data.value, ...head.value, encoder: encoder.value }
    const same = Object.entries(choice).every(
      ([key, value]) => canonicalJson(value) === canonicalJson(run.config[key]),
    )
    return same && canonicalJson(preview.value.splits) === canonicalJson(run.splits)
  })

  async function train(): Promise<boolean> {
    const path = corpus.value
    if (path === null || isLive('train-spans') || obstacle.value || !encoder.value) return false
    const called = name.value.trim()
    const started = await start(() =>
      useClient().call('jobs.trainSpans', {
        corpus: path,
        ...data.value,
        ...head.value,
        encoder: encoder.value,
        ...(called ? { name: called } : {}),
      }),
    )
    if (started) name.value = ''
    return started
  }

  /** Writes a package into a folder that the person chooses. */
  async function writePackage(): Promise<boolean> {
    const path = corpus.value
    if (path === null || isLive('span-package') || obstacle.value || !base.value.trim())
      return false
    try {
      const out = await useClient().shell('shell.openFolder', {
        title: t('train.package.saveTitle'),
      })
      if (!out) return false
      packageFolder.value = out
      return await start(() =>
        useClient().call('jobs.spanPackage', {
          corpus: path,
          ...data.value,
          ...pack.value,
          base: base.value.trim(),
          out,
        }),
      )
    } catch (thrown) {
      useUi().fail(thrown)
      return false
    }
  }

  async function choosePackage(): Promise<void> {
    try {
      const found = await useClient().shell('shell.openFolder', {
        title: t('train.package.openTitle'),
      })
      if (!found) return
      packageFolder.value = found
      remember()
    } catch (thrown) {
      useUi().fail(thrown)
    }
  }

  async function launch(): Promise<boolean> {
    const path = corpus.value
    const by = launchers.value.find((item) => item.name === launcher.value) ?? launchers.value[0]
    if (path === null || !by || packageFolder.value === '') return false
    return start(() =>
      useClient().call('jobs.launch', {
        corpus: path,
        package: packageFolder.value,
        launcher: by.name,
      }),
    )
  }

  return {
    way,
    name,
    head,
    pack,
    base,
    packageFolder,
    launcher,
    launchers,
    trained,
    train,
    writePackage,
    choosePackage,
    launch,
  }
}
