import { resolve } from 'node:path'
import type { CorpusPart, Handlers } from '#shared/contract/index.ts'
import { AltReport } from '#shared/contract/spans.ts'
import type { SpanSet } from '#shared/contract/spans.ts'
import { SOFTWARE } from '#shared/version.ts'
import { addTextModelFolder, listTextModels } from '../../inference/models/text-models.ts'
import { removeModel } from '../../inference/models/registry.ts'
import type { ModelsFolders } from '../../inference/models/types.ts'
import { runAside } from '../../jobs/spans/aside.ts'
import { AGREEMENT_DEFAULTS } from '../../labeling/agreement.ts'
import { freezeLabels } from '../../store/repositories/gold-labels.ts'
import { mergeLabelEvents, saveLabelEvents } from '../../store/repositories/label-files.ts'
import {
  annotators,
  labelTypes,
  putLabelEvent,
  redoLabel,
  setLabelTypes,
  undoLabel,
} from '../../store/repositories/labels.ts'
import { listSpanSets, spanSet, useSpanSet } from '../../store/repositories/span-sets.ts'
import { listTrainingRuns } from '../../store/repositories/training-runs.ts'
import type { EngineContext } from './handlers.ts'
import { rulesInUse } from './rules.ts'
import type { JobStarter } from '../jobs/start-jobs.ts'

type SpanCalls = Extract<
  keyof Handlers,
  | `labels.${string}`
  | `spans.${string}`
  | `training.${string}`
  | 'jobs.altSpans'
  | 'jobs.trainSpans'
  | 'jobs.predictSpans'
  | 'jobs.spanPackage'
  | 'jobs.launch'
>

/** A pattern that somebody wrote may never end; patterns run in a thread that can be ended. */
const CHECK_MS = 10_000
const TRY_MS = 120_000

/** Everything about descriptions: labels, sets of spans, training. */
export function createSpanHandlers(
  context: EngineContext,
  folders: ModelsFolders,
  start: JobStarter,
): Pick<Handlers, SpanCalls> {
  const { corpora, entries, emit, rules } = context
  const opened = (path: string) => corpora.get(path).corpus
  const reads = (path: string) => corpora.get(path).reads
  const changed = (path: string, what: CorpusPart[]): void => {
    corpora.changed(path, what)
    emit('corpus.changed', { corpus: opened(path).path, what })
  }

  return {
    'labels.types': ({ corpus }) => labelTypes(opened(corpus).reader),
    'labels.setTypes'({ corpus, types }) {
      setLabelTypes(opened(corpus).writer, types)
      changed(corpus, ['labels'])
      return {}
    },
    'labels.annotators': ({ corpus }) => annotators(opened(corpus).reader),
    'labels.queue': ({ corpus, ...args }) => reads(corpus).labelQueue(args),
    'labels.queuePage': ({ corpus, ...args }) => reads(corpus).labelQueuePage(args),
    'labels.item': ({ corpus, ...args }) => reads(corpus).labelItem(args),
    'labels.set'({ corpus, annotator, review, pair, state, seconds }) {
      const event = putLabelEvent(opened(corpus).writer, {
        annotator,
        review,
        pairId: pair,
        state,
        seconds,
        software: SOFTWARE,
      })
      changed(corpus, ['labels'])
      return event
    },
    'labels.undo'({ corpus, annotator, review }) {
      const restored = undoLabel(opened(corpus).writer, { annotator, review, software: SOFTWARE })
      if (restored) changed(corpus, ['labels'])
      return restored
    },
    'labels.redo'({ corpus, annotator, review }) {
      const restored = redoLabel(opened(corpus).writer, { annotator, review, software: SOFTWARE })
      if (restored) changed(corpus, ['labels'])
      return restored
    },
    'labels.progress': ({ corpus, ...args }) => reads(corpus).labelProgress(args),
    async 'labels.agreement'({ corpus, where, ...options }) {
      const { path } = opened(corpus)
      const found = await runAside(entries.spanWorker, 'agreement', { path, where, options })
      const { alphaUnitizing, ...rest } = found
      return {
        annotators: rest.annotators,
        items: rest.items,
        exactMatch: rest.exactMatch,
        f1: rest.f1,
        iou: rest.iou,
        alpha: rest.alpha,
        alphaUnitizing: {
          value: alphaUnitizing.value,
          low: alphaUnitizing.low,
          high: alphaUnitizing.high,
          items: alphaUnitizing.items,
        },
        level: AGREEMENT_DEFAULTS.level,
      }
    },
    'labels.export': ({ corpus, out }) => saveLabelEvents(opened(corpus).reader, resolve(out)),
    async 'labels.merge'({ corpus, files }) {
      const merged = await mergeLabelEvents(
        opened(corpus).writer,
        files.map((file) => resolve(file)),
      )
      changed(corpus, ['labels'])
      return merged
    },

    'spans.sets': ({ corpus }) => listSpanSets(opened(corpus).reader),
    'spans.use'({ corpus, set }) {
      useSpanSet(opened(corpus).writer, set)
      changed(corpus, ['spans', 'scores'])
      return {}
    },
    'spans.freezeLabels'({ corpus }) {
      const title = `Labels of ${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC`
      const { writer } = opened(corpus)
      const { id } = freezeLabels(writer, { title, software: SOFTWARE })
      changed(corpus, ['spans'])
      return listSpanSets(writer).find((set) => set.id === id) as SpanSet
    },
    'spans.altReport'({ corpus, set }) {
      // Parsed: a corpus may come from somebody else.
      const { data } = AltReport.safeParse(spanSet(opened(corpus).reader, set).report)
      return data ?? null
    },
    'spans.rules': () => rulesInUse(rules),
    async 'spans.setRules'({ rules: wanted }) {
      if (wanted !== null) {
        await runAside(entries.spanWorker, 'checkRules', { rules: wanted }, { timeoutMs: CHECK_MS })
      }
      rules.set(wanted)
      return {}
    },
    'spans.tryRules': ({ corpus, rules: tried }) =>
      runAside(
        entries.spanWorker,
        'tryRules',
        { path: opened(corpus).path, rules: tried },
        { timeoutMs: TRY_MS },
      ),
    'spans.measures': ({ corpus, set }) =>
      runAside(entries.spanWorker, 'measureSet', { path: opened(corpus).path, set }),
    'spans.coverage': ({ corpus, ...args }) => reads(corpus).spanCoverage(args),
    'spans.density': ({ corpus, ...args }) => reads(corpus).spanDensity(args),

    // Of the models, those that the training view works with.
    'training.models': () => listTextModels(folders),
    async 'training.addModel'({ source }) {
      const model = await addTextModelFolder(folders, resolve(source))
      emit('models.changed', {})
      return model
    },
    async 'training.removeModel'({ id }) {
      await removeModel(folders, id)
      emit('models.changed', {})
      return {}
    },
    async 'training.preview'(input) {
      const { path } = opened(input.corpus)
      const { splits, origins, warnings } = await runAside(entries.spanWorker, 'collectTraining', {
        path,
        input,
      })
      return { splits, origins, warnings }
    },
    'training.runs': ({ corpus }) => listTrainingRuns(opened(corpus).reader),
    'jobs.altSpans': (input) => start.altSpans(input),
    'jobs.trainSpans': (input) => start.trainSpans(input),
    'jobs.predictSpans': (input) => start.predictSpans(input),
    'jobs.spanPackage': (input) => start.spanPackage(input),
    'jobs.launch': (input) => start.launch(input),
  }
}
