import { resolve } from 'node:path'
import type { labels as contract } from '#shared/contract/labels.ts'
import { SOFTWARE } from '#shared/version.ts'
import { runSpanTask } from '../../jobs/spans/span-calls.ts'
import { AGREEMENT_DEFAULTS } from '../../labeling/agreement.ts'
import { mergeLabelEvents, saveLabelEvents } from '../../store/repositories/label-files.ts'
import {
  annotators,
  labelTypes,
  putLabelEvent,
  redoLabel,
  setLabelTypes,
  undoLabel,
} from '../../store/repositories/labels.ts'
import type { EngineContext } from '../context.ts'
import type { CallsOf } from './calls-of.ts'
import type { ReadCall } from './read-calls.ts'

export function labelCalls(context: EngineContext): CallsOf<Omit<typeof contract, ReadCall>> {
  const { corpora, entries, announce } = context
  const opened = (path: string) => corpora.get(path).corpus
  return {
    'labels.types': ({ corpus }) => labelTypes(opened(corpus).reader),
    'labels.setTypes'({ corpus, types }) {
      setLabelTypes(opened(corpus).writer, types)
      announce(corpus, ['labels'])
      return {}
    },
    'labels.annotators': ({ corpus }) => annotators(opened(corpus).reader),
    'labels.set'({ corpus, annotator, review, pair, state, seconds }) {
      const event = putLabelEvent(opened(corpus).writer, {
        annotator,
        review,
        pairId: pair,
        state,
        seconds,
        software: SOFTWARE,
      })
      announce(corpus, ['labels'])
      return event
    },
    'labels.undo'({ corpus, annotator, review }) {
      const restored = undoLabel(opened(corpus).writer, { annotator, review, software: SOFTWARE })
      if (restored) announce(corpus, ['labels'])
      return restored
    },
    'labels.redo'({ corpus, annotator, review }) {
      const restored = redoLabel(opened(corpus).writer, { annotator, review, software: SOFTWARE })
      if (restored) announce(corpus, ['labels'])
      return restored
    },
    async 'labels.agreement'({ corpus, where, ...options }) {
      const { path } = opened(corpus)
      const found = await runSpanTask(entries.spanWorker, 'agreement', { path, where, options })
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
      announce(corpus, ['labels'])
      return merged
    },
  }
}
