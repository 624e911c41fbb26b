import { createHash } from 'node:crypto'
import { CANNOT_JUDGE, topOf, valueOf, type Aspect } from '#shared/studies/design.ts'
import type { ResultAspect } from '#shared/contract/results.ts'
import type { Rating } from '../../statistics/rating.ts'
import type { RatingRow, ReportRows, VoteRow } from './rows.ts'

/** An answer that is a number. */
export interface NumericRating extends RatingRow {
  number: number
  /** Group and level. */
  prompt: string
}

/** The rows that count, with what was left out. Raters go by R1, R2, ... */
export interface Prepared {
  rows: ReportRows
  aspects: ResultAspect[]
  models: string[]
  /** Name of a rater to R1, R2, ... */
  pseudonyms: ReadonlyMap<string, string>
  /** Answers that count, "cannot judge" too. */
  answers: RatingRow[]
  numeric: NumericRating[]
  votes: VoteRow[]
  unblinded: number
  leftOut: number
}

export const promptKey = (of: { group: string; level: number }): string =>
  JSON.stringify([of.group, of.level])

/**
 * R1, R2, ... in an order that tells nothing of names or times; the same for the same raters, in
 * whatever order their files were merged.
 */
export function pseudonymsOf(uid: string, raters: Iterable<string>): Map<string, string> {
  const digest = (name: string): string =>
    createHash('sha256')
      .update(JSON.stringify([uid, name]))
      .digest('hex')
  const order = [...new Set(raters)].map((name) => ({ name, key: digest(name) }))
  order.sort((a, b) => (a.key < b.key ? -1 : 1))
  return new Map(order.map(({ name }, i) => [name, `R${i + 1}`]))
}

interface Ordered {
  rater: string
  group: string
  level: number
  item: string
  aspect?: string
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

export function prepare(rows: ReportRows): Prepared {
  const { design } = rows.study
  const { without, unblinded: keep } = rows.options
  const pseudonyms = pseudonymsOf(rows.study.uid, [
    ...rows.raters.map(({ rater }) => rater),
    ...rows.ratings.map(({ rater }) => rater),
    ...rows.votes.map(({ rater }) => rater),
  ])
  const out = new Set(without)
  let unblinded = 0
  let leftOut = 0
  const counts = (row: { rater: string; blind: number }): boolean => {
    if (out.has(row.rater)) {
      leftOut++
      return false
    }
    if (row.blind === 0) {
      unblinded++
      return keep === 'in'
    }
    return true
  }
  const named = <R extends { rater: string }>(row: R): R => ({
    ...row,
    rater: pseudonyms.get(row.rater) ?? '',
  })
  // In one order, in whatever order files were merged: sums and draws are then the same.
  const places = new Map(rows.prompts.map((prompt, i) => [promptKey(prompt), i]))
  const inOrder = <R extends Ordered>(some: readonly R[]): R[] =>
    some
      .map((row) => ({ row, place: places.get(promptKey(row)) ?? 0 }))
      .sort(
        (a, b) =>
          a.place - b.place ||
          compareText(a.row.item, b.row.item) ||
          compareText(a.row.rater, b.row.rater) ||
          compareText(a.row.aspect ?? '', b.row.aspect ?? ''),
      )
      .map(({ row }) => row)
  const forms = new Map(design.aspects.map((aspect) => [aspect.id, aspect.form]))
  const answers = inOrder(
    rows.ratings.filter((row) => forms.has(row.aspect) && counts(row)).map(named),
  )
  const votes = inOrder(rows.votes.filter(counts).map(named))
  const numeric = answers.flatMap((row): NumericRating[] => {
    const number = valueOf(forms.get(row.aspect) as Aspect['form'], row.value)
    return number === null ? [] : [{ ...row, number, prompt: promptKey(row) }]
  })
  const primary = new Set(design.primary)
  return {
    rows,
    models: rows.models.map(({ name }) => name),
    aspects: design.aspects.map(({ id, name, question, form }) => ({
      id,
      name,
      question,
      form,
      top: topOf(form),
      primary: primary.size === 0 || primary.has(id),
    })),
    pseudonyms,
    answers,
    numeric,
    votes,
    unblinded,
    leftOut,
  }
}

export function isCannot(row: { value: string }): boolean {
  return row.value === CANNOT_JUDGE
}

/** Ratings of one aspect, by models and prompts that are asked for. */
export function pick(
  all: readonly NumericRating[],
  of: { aspect: string; model?: string; kind?: string | null; level?: number | null },
): NumericRating[] {
  return all.filter(
    (row) =>
      row.aspect === of.aspect &&
      (of.model === undefined || row.model === of.model) &&
      (typeof of.kind !== 'string' || row.kind === of.kind) &&
      (typeof of.level !== 'number' || row.level === of.level),
  )
}

/** As the statistics take them: a picture is a unit, its prompt a cluster. */
export function asRatings(rows: readonly NumericRating[]): Rating[] {
  return rows.map(({ rater, image, prompt, number }) => ({
    rater,
    unit: String(image),
    cluster: prompt,
    value: number,
  }))
}

/** Every two models, the earlier first. */
export function pairsOf(models: readonly string[]): [string, string][] {
  return models.flatMap((a, i) => models.slice(i + 1).map((b): [string, string] => [a, b]))
}

/** All prompts, then each kind, then each level, where there is more than one. */
export function scopesOf(rows: ReportRows): { kind: string | null; level: number | null }[] {
  const kinds = [...new Set(rows.prompts.map(({ kind }) => kind))]
  const levels = [...new Set(rows.prompts.map(({ level }) => level))].sort((a, b) => a - b)
  return [
    { kind: null, level: null },
    ...(kinds.length > 1 ? kinds.map((kind) => ({ kind, level: null })) : []),
    ...(levels.length > 1 ? levels.map((level) => ({ kind: null, level })) : []),
  ]
}
