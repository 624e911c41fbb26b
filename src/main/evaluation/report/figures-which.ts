import type { StudyResults } from '#shared/contract/results.ts'
import type { DotsFigure, Figure, HistogramFigure } from '#shared/figures.ts'
import { pickKey } from '#shared/studies/pick.ts'
import { aspectName, byScale, estimate, idOf, intervalWords, say } from './figure-parts.ts'
import { percentOf } from './words.ts'

/** Which model: means and differences over all prompts, wins side by side. */
export function whichFigures(results: StudyResults): Figure[] {
  return [
    ...(results.counts.answers > 0
      ? [...byScale(results).flatMap((of) => [means(results, of), ...differences(results, of)])]
      : []),
    ...wins(results),
  ]
}

type Scale = ReturnType<typeof byScale>[number]

function meanOf(results: StudyResults, model: string, aspect: string) {
  return results.means.find(
    (row) =>
      row.model === model && row.aspect === aspect && row.kind === null && row.level === null,
  )?.mean
}

function means(results: StudyResults, { id, axis, aspects }: Scale): DotsFigure {
  return {
    kind: 'dots',
    id: idOf('means', id),
    title: 'Mean rating by model',
    caption: `Means of prompt means over all prompts, ${intervalWords(results)}.`,
    alt: say(
      aspects.flatMap(({ id: aspect, name }) =>
        results.models.map((model) => ({
          label: `${name}, ${model}`,
          of: meanOf(results, model, aspect),
        })),
      ),
    ),
    n: results.counts.prompts,
    nUnit: 'prompts',
    categoryTitle: 'Aspect',
    value: axis,
    series: results.models.map((name) => ({ name })),
    rows: aspects.map(({ id: aspect, name }) => ({
      label: name,
      estimates: results.models.map((model) =>
        estimate(meanOf(results, model, aspect), { models: [model], aspect }),
      ),
    })),
  }
}

function differences(results: StudyResults, { id, aspects }: Scale): DotsFigure[] {
  const rows = results.differences.filter(
    (row) =>
      row.kind === null && row.level === null && aspects.some((one) => one.id === row.aspect),
  )
  if (rows.length === 0) return []
  const several = results.models.length > 2
  const [a = '', b = ''] = results.models
  return [
    {
      kind: 'dots',
      id: idOf('differences', id),
      title: several ? 'Differences of models' : `${b} minus ${a}`,
      caption: `Mean differences of prompt means, paired by prompt, ${intervalWords(results)}. Right of 0 ${several ? 'the second model' : b} is rated higher.`,
      alt: say(
        rows.map((row) => ({
          label: `${aspectName(results, row.aspect)}, ${row.b} minus ${row.a}`,
          of: row.difference,
        })),
      ),
      n: Math.max(...rows.map(({ difference }) => difference.n)),
      nUnit: 'prompts',
      categoryTitle: 'Aspect',
      value: { title: 'Difference', unit: 'steps of the scale', digits: 2 },
      series: [{ name: 'Difference', tone: 'accent' }],
      rows: rows.map((row) => ({
        label: several
          ? `${aspectName(results, row.aspect)}: ${row.b} − ${row.a}`
          : aspectName(results, row.aspect),
        estimates: [estimate(row.difference, { models: [row.a, row.b], aspect: row.aspect })],
      })),
      reference: { value: 0, label: 'no difference' },
    },
  ]
}

function wins(results: StudyResults): Figure[] {
  const of = results.comparisons
  if (!of) return []
  const rate = (i: number, j: number) => {
    const [row, column] = [of.models[i] as string, of.models[j] as string]
    const forward = of.pairs.find(({ a, b }) => a === column && b === row)
    const backward = of.pairs.find(({ a, b }) => a === row && b === column)
    if (forward) return estimate(forward.rateB, { models: [row, column] })
    const found = backward && estimate(backward.rateB, { models: [row, column] })
    if (!found) return null
    const turn = (value: number): number => 1 - value
    return {
      ...found,
      value: found.value === null ? null : turn(found.value),
      interval: found.interval
        ? { lo: turn(found.interval.hi), hi: turn(found.interval.lo) }
        : null,
    }
  }
  return [
    {
      kind: 'heat',
      id: 'win-rates',
      title: 'Preferred side by side',
      caption: `Share of comparisons in which the model of the row is preferred to that of the column; a tie counts half. ${intervalWords(results)}.`,
      alt: of.pairs
        .map(({ a, b, rateB }) => `${b} is preferred to ${a} in ${percentOf(rateB.value)}`)
        .join('; '),
      n: of.n,
      nUnit: 'comparisons',
      rowTitle: 'Model',
      columnTitle: 'Other model',
      rows: of.models,
      columns: of.models,
      cells: of.models.map((_, i) => of.models.map((_, j) => (i === j ? null : rate(i, j)))),
      value: { title: 'Preferred', lo: 0, hi: 1, percent: true },
      palette: 'diverging',
      middle: 0.5,
    },
    {
      kind: 'dots',
      id: 'strengths',
      title: 'Strength by Bradley and Terry',
      caption: `Log strengths that sum to 0: Bradley-Terry with ties as half a win, Rao-Kupper with ties of their own. ${intervalWords(results)}.`,
      alt: say(of.bradleyTerry.map(({ model, strength }) => ({ label: model, of: strength }))),
      n: of.n,
      nUnit: 'comparisons',
      categoryTitle: 'Model',
      value: { title: 'Log strength', digits: 2 },
      series: [{ name: 'Bradley-Terry' }, { name: 'Rao-Kupper' }],
      rows: of.models.map((model, i) => ({
        label: model,
        estimates: [
          estimate(of.bradleyTerry[i]?.strength, { models: [model] }),
          estimate(of.raoKupper[i]?.strength, { models: [model] }),
        ],
      })),
      reference: { value: 0, label: 'mean of the models' },
    },
  ]
}

/** How sure: how the scales were used. */
export function sureFigures(results: StudyResults): Figure[] {
  return results.aspects.flatMap((aspect): HistogramFigure[] => {
    const rows = results.use.filter((row) => row.aspect === aspect.id && row.n > 0)
    const steps = rows[0]?.counts ?? []
    if (steps.length === 0) return []
    const values = [...new Set(rows.flatMap(({ counts }) => counts.map(({ value }) => value)))]
    values.sort((a, b) => a - b)
    const labelOf = (value: number): string =>
      rows.flatMap(({ counts }) => counts).find((one) => one.value === value)?.answer ?? ''
    return [
      {
        kind: 'histogram',
        id: idOf('use', aspect.id),
        title: `${aspect.name}: how the scale was used`,
        caption: `Ratings of each step by model; the mark is the mean of the prompts.${rows
          .filter(({ atCeiling, atFloor }) => atCeiling || atFloor)
          .map(
            ({ model, atCeiling, ceiling, floor }) =>
              ` ${model}: ${percentOf(atCeiling ? ceiling : floor)} at the ${atCeiling ? 'top' : 'bottom'}.`,
          )
          .join('')}`,
        alt: rows
          .map(
            ({ model, counts }) =>
              `${model}: ${counts.map(({ answer, n }) => `${answer} ${n} times`).join(', ')}.`,
          )
          .join(' '),
        n: rows.reduce((sum, { n }) => sum + n, 0),
        nUnit: 'ratings',
        x: { title: aspect.name },
        bins: values.map((value) => ({
          from: value - 0.5,
          to: value + 0.5,
          label: labelOf(value),
        })),
        y: 'share',
        panels: rows.map(({ model, counts }) => ({
          label: model,
          counts: values.map((value) => counts.find((one) => one.value === value)?.n ?? 0),
          keys: values.map((value) => pickKey({ models: [model], aspect: aspect.id, value })),
          mean: meanOf(results, model, aspect.id)?.value ?? null,
        })),
      },
    ]
  })
}
