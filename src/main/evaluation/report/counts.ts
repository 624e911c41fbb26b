import type { ResultUse, StudyResults } from '#shared/contract/results.ts'
import { answersOf, valueOf } from '#shared/studies/design.ts'
import { median } from '#shared/statistics.ts'
import { scaleUse } from '../../statistics/trends/scale-use.ts'
import { wilson } from '../../statistics/wilson.ts'
import { method, missing, type Maker } from './numbers.ts'
import { isCannot, pick, type Prepared } from './prepared.ts'

/** What there is to count, "cannot judge" by model first: who cannot judge is not a random part. */
export function counts(make: Maker, of: Prepared): StudyResults['counts'] {
  const { rows, answers } = of
  const how = method(
    make,
    'cannot',
    'Share of answers that say "cannot judge", with Wilson’s score interval.',
  )
  const perImage = [
    ...Map.groupBy(of.numeric, ({ image, aspect }) => `${image} ${aspect}`).values(),
  ].map(({ length }) => length)
  const kinds = Map.groupBy(rows.prompts, ({ kind }) => kind)
  return {
    prompts: rows.prompts.length,
    groups: new Set(rows.prompts.map(({ group }) => group)).size,
    kinds: [...kinds].map(([kind, prompts]) => ({ kind, prompts: prompts.length })),
    levels: [...new Set(rows.prompts.map(({ level }) => level))].sort((a, b) => a - b),
    images: rows.study.images,
    missing: rows.study.missing,
    raters: new Set([...answers, ...of.votes].map(({ rater }) => rater)).size,
    answers: answers.length,
    cannot: answers.filter(isCannot).length,
    votes: of.votes.length,
    unblinded: of.unblinded,
    leftOut: of.leftOut,
    perImage: {
      least: perImage.reduce((least, n) => Math.min(least, n), perImage[0] ?? 0),
      median: median(perImage) ?? 0,
      most: perImage.reduce((most, n) => Math.max(most, n), 0),
    },
    byModel: rows.models.map(({ name, images }) => {
      const mine = answers.filter(({ model }) => model === name)
      const n = mine.length
      const value = n === 0 ? 0 : mine.filter(isCannot).length / n
      const at = n === 0 ? null : wilson(value, n, make.level)
      return {
        model: name,
        images,
        answers: n,
        cannot: at
          ? { value, interval: { lo: at.low, hi: at.high }, n, unit: 'answers', how, why: null }
          : missing(0, 'answers', how, 'There are no answers.'),
      }
    }),
  }
}

/** How each scale was used, by model; ends that hold more than 40 % are flagged. */
export function use(of: Prepared): ResultUse[] {
  return of.aspects.flatMap((aspect) =>
    of.models.map((model): ResultUse => {
      const numbers = pick(of.numeric, { aspect: aspect.id, model }).map(({ number }) => number)
      const steps =
        aspect.top === null
          ? [...new Set(numbers)]
              .sort((a, b) => a - b)
              .map((n) => ({ value: n, answer: String(n) }))
          : answersOf(aspect.form).map((answer) => ({
              value: valueOf(aspect.form, answer) as number,
              answer,
            }))
      const used = scaleUse(
        numbers,
        steps.map(({ value }) => value),
      )
      const bounded = aspect.top !== null
      return {
        model,
        aspect: aspect.id,
        counts: steps.map(({ value, answer }, i) => ({ value, answer, n: used.counts[i]?.n ?? 0 })),
        cannot: of.answers.filter(
          (row) => row.aspect === aspect.id && row.model === model && isCannot(row),
        ).length,
        n: used.n,
        floor: bounded ? used.floor : null,
        ceiling: bounded ? used.ceiling : null,
        atFloor: bounded && used.atFloor,
        atCeiling: bounded && used.atCeiling,
      }
    }),
  )
}
