import type { EpochRecord, TrainingRun } from '#shared/contract/index.ts'
import { t, type TextKey } from '../../texts/index.ts'

/** The record whose weights came out; while a run is under way, the best so far. */
export function bestRecord(run: TrainingRun): EpochRecord | null {
  const stated = run.history.find((record) => record.epoch === run.bestEpoch)
  if (stated) return stated
  const monitor = run.config['monitor'] === 'loss' ? 'loss' : 'iou'
  return run.history.reduce<EpochRecord | null>((best, record) => {
    if (!best) return record
    const better =
      monitor === 'loss' ? record.validationLoss < best.validationLoss : record.iou > best.iou
    return better ? record : best
  }, null)
}

/** How long the loss must have risen, by how much, and how much IoU must have grown since. */
const RISING_EPOCHS = 2
const LEAST_RISE = 0.01
const LEAST_GAIN = 0.005

/**
 * Where validation loss turned while IoU went on growing: the epoch of the least loss, if two epochs
 * or more followed, the loss now is 1 % above it and the best IoU since then 0.005 above its own.
 * The measures of the run's own warning, so that it is seen while the run is under way.
 */
export function partingEpoch(history: readonly EpochRecord[]): number | null {
  const last = history.at(-1)
  const least = history.reduce<EpochRecord | null>(
    (best, record) => (best && best.validationLoss <= record.validationLoss ? best : record),
    null,
  )
  if (!last || !least) return null
  const later = history.filter((record) => record.epoch > least.epoch)
  if (later.length < RISING_EPOCHS) return null
  const rose = last.validationLoss > least.validationLoss * (1 + LEAST_RISE)
  const top = Math.max(...later.map((record) => record.iou))
  return rose && top >= least.iou + LEAST_GAIN ? least.epoch : null
}

/** What is said of it, plainly. */
export function partingText(history: readonly EpochRecord[]): string | null {
  const epoch = partingEpoch(history)
  if (epoch === null) return null
  return t('train.runs.overfit', { epoch })
}

/** A measure of a run over its epochs. */
export interface Curve {
  name: string
  points: readonly { x: number; y: number }[]
  dashed: boolean
  /** Of the run that is laid over. */
  second: boolean
}

type Measure = 'trainLoss' | 'validationLoss' | 'exactMatch' | 'iou'

/** The curves of a run and, laid over it, of another. */
export function curvesOf(
  run: TrainingRun,
  other: TrainingRun | null,
  measures: readonly { key: Measure; name: TextKey; dashed?: boolean }[],
): Curve[] {
  const of = (item: TrainingRun, second: boolean): Curve[] =>
    measures.map(({ key, name, dashed }) => ({
      name: other
        ? t('train.curves.ofRun', {
            measure: t(name),
            run: second ? t('train.runs.b') : t('train.runs.a'),
          })
        : t(name),
      dashed: dashed === true,
      second,
      points: item.history
        .filter((record) => Number.isFinite(record[key]))
        .map((record) => ({ x: record.epoch, y: record[key] })),
    }))
  return [...of(run, false), ...(other ? of(other, true) : [])]
}

export const LOSSES = [
  { key: 'validationLoss', name: 'train.curves.measures.validation' },
  { key: 'trainLoss', name: 'train.curves.measures.training', dashed: true },
] as const
export const MATCHES = [
  { key: 'iou', name: 'train.curves.measures.iou' },
  { key: 'exactMatch', name: 'train.curves.measures.exactMatch', dashed: true },
] as const

/** What differs between two runs' inputs, as it was given. */
export function differences(
  a: TrainingRun,
  b: TrainingRun,
): { key: string; a: string; b: string }[] {
  const text = (value: unknown): string =>
    value === undefined || value === null
      ? '–'
      : typeof value === 'object'
        ? JSON.stringify(value)
        : String(value)
  const keys = new Set([...Object.keys(a.config), ...Object.keys(b.config)])
  keys.delete('corpus')
  keys.delete('name')
  const out = [...keys]
    .map((key) => ({ key, a: text(a.config[key]), b: text(b.config[key]) }))
    .filter((item) => item.a !== item.b)
  if (a.encoder !== b.encoder && !out.some((item) => item.key === 'encoder')) {
    out.unshift({ key: 'encoder', a: a.encoder, b: b.encoder })
  }
  return out
}
