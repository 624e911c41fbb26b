import { ChoiceNeeded } from './choice-needed.ts'

/**
 * In what a column of similarities is written. `x100` is 100 * max(cos, 0) as in CLIPScore of
 * torchmetrics; `x2.5` is 2.5 * max(cos, 0) (Hessel et al. 2021, CLIPScore's w).
 */
export const SCORE_UNITS = ['cosine', 'x100', 'x2.5'] as const
export type ScoreUnit = (typeof SCORE_UNITS)[number]

const FACTOR: Record<ScoreUnit, number> = { cosine: 1, x100: 100, 'x2.5': 2.5 }
/** Rounding may lift a cosine over 1 by this much; float16 is the coarsest that is met. */
const SLACK = 2e-3

/** The raw cosine of a value, rounded to float32, or null if it is none in this unit. */
export function toCosine(value: number, unit: ScoreUnit): number | null {
  const cosine = value / FACTOR[unit]
  if (!Number.isFinite(cosine) || Math.abs(cosine) > 1 + SLACK) return null
  return Math.fround(Math.min(1, Math.max(-1, cosine)))
}

/** What is known of a column's values before it is read. */
export interface ScoreRange {
  min: number
  max: number
  /** Of a sample; null if there was none. */
  median: number | null
}

/**
 * Checks that a column can be in the unit that was declared, or, where none was, that it looks like
 * cosines. A unit is never guessed.
 * @throws AppError `invalid-input` that names column and range
 */
export function checkUnit(
  column: string,
  range: ScoreRange | null,
  declared: ScoreUnit | null,
): ScoreUnit {
  const unit = declared ?? 'cosine'
  if (!range) return unit
  const said = `the values of ${column} run from ${number(range.min)} to ${number(range.max)}`
  const factor = FACTOR[unit]
  if (range.max > factor * (1 + SLACK) || range.min < -factor * (1 + SLACK)) {
    const looks = (least: number, most: number): boolean =>
      range.min >= least && range.max <= most * (1 + SLACK)
    throw new ChoiceNeeded(
      'unit',
      declared === null
        ? `${said}, which are no cosines`
        : `${said}, which cannot be in the unit ${declared}`,
      looks(-2.5, 2.5)
        ? {
            window: 'They look like 2.5 * max(cos, 0): choose that unit.',
            command: 'They look like 2.5 * max(cos, 0): declare it with --unit x2.5.',
          }
        : looks(-100, 100)
          ? {
              window: 'They look like 100 * max(cos, 0): choose that unit.',
              command: 'They look like 100 * max(cos, 0): declare it with --unit x100.',
            }
          : {
              window: 'They are no similarities: do not use the column.',
              command: `They are no similarities: leave the column out with --column ignore=${column}.`,
            },
    )
  }
  if (
    declared === null &&
    range.median !== null &&
    range.median > 0.5 &&
    /clip_?s(core)?$/i.test(column.trim())
  ) {
    throw new ChoiceNeeded(
      'unit',
      `${said} with a median of ${number(range.median)}; cosines of CLIP lie lower`,
      {
        window: 'Choose their unit, or that they are cosines.',
        command:
          'Say which unit it is: --unit x2.5 for 2.5 * max(cos, 0), --unit cosine if they are cosines.',
      },
    )
  }
  return unit
}

function number(value: number): string {
  return String(Number(value.toPrecision(4)))
}
