import type { ResultAspect, ResultNumber, StudyResults } from '#shared/contract/results.ts'
import type { Estimate, FigureAxis } from '#shared/figures.ts'
import { pickKey, type StudyPick } from '#shared/studies/pick.ts'
import { withInterval } from './words.ts'

/** What the figures of a report share. */

/** A number as a mark; what is behind it is given back on a click. */
export function estimate(of: ResultNumber | undefined, pick?: StudyPick): Estimate | null {
  if (!of) return null
  return {
    value: of.value,
    interval: of.interval,
    n: of.n,
    ...(pick ? { key: pickKey(pick) } : {}),
  }
}

/** Aspects that share a scale are shown on one axis. */
export function byScale(
  results: StudyResults,
): { axis: FigureAxis; id: string; aspects: ResultAspect[] }[] {
  return [...Map.groupBy(results.aspects, ({ form }) => form)].map(([form, aspects]) => ({
    id: form === '0-5' ? 'scale' : form === 'count' ? 'counts' : 'yes-no',
    axis:
      form === '0-5'
        ? { title: 'Mean rating', unit: '0 to 5', lo: 0, hi: 5, digits: 2 }
        : form === 'yes-partly-no'
          ? { title: 'Mean answer', unit: 'no 0, partly 1, yes 2', lo: 0, hi: 2, digits: 2 }
          : { title: 'Mean count', lo: 0, digits: 2 },
    aspects,
  }))
}

export function aspectName(results: StudyResults, id: string): string {
  return results.aspects.find((aspect) => aspect.id === id)?.name ?? id
}

/** Of a figure's file: small letters, digits, hyphens. */
export function idOf(...parts: string[]): string {
  const id = parts
    .join('-')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
  return id === '' ? 'figure' : id
}

/** The numbers in words, for those who do not see them. */
export function say(rows: readonly { label: string; of: ResultNumber | undefined }[]): string {
  return `${rows.map(({ label, of }) => `${label} ${of ? withInterval(of) : '–'}`).join('; ')}.`
}

/** "95 % intervals by bootstrap over prompts" */
export function intervalWords(results: StudyResults, over = 'bootstrap over prompts'): string {
  return `${Number((results.options.level * 100).toFixed(1))} % intervals by ${over}`
}
