import type { ResultAutomatic, StudyResults } from '#shared/contract/results.ts'
import type { DotsFigure, Figure, LinesFigure, ScatterFigure } from '#shared/figures.ts'
import { pickKey } from '#shared/studies/pick.ts'
import { aspectName, estimate, idOf, intervalWords, say } from './figure-parts.ts'
import { pairsOf, pick, promptKey, type Prepared } from './prepared.ts'
import { withInterval } from './words.ts'

/** Do machines agree with people: cosines within prompts, and how they go with the ratings. */
export function machineFigures(results: StudyResults, of: Prepared): Figure[] {
  return results.automatic.flatMap((one, i) => [
    ...levels(results, one, i),
    ...correlations(results, one, i),
    ...differences(results, of, one, i),
  ])
}

const idFor = (what: string, i: number): string => idOf(what, ...(i === 0 ? [] : [String(i + 1)]))

function levels(results: StudyResults, of: ResultAutomatic, i: number): LinesFigure[] {
  const found = results.counts.levels
  if (found.length < 2) return []
  const at = (model: string, level: number) =>
    of.byLevel.find((row) => row.model === model && row.level === level)?.mean
  return [
    {
      kind: 'lines',
      id: idFor('compliance-levels', i),
      title: `Cosine by level (${of.by})`,
      caption: `Compare the models at one level only: cosines fall and rise with the length of the prompts, whatever the pictures show. ${intervalWords(results)}.`,
      alt: say(
        results.models.flatMap((model) =>
          found.map((level) => ({ label: `${model}, level ${level}`, of: at(model, level) })),
        ),
      ),
      n: of.images,
      nUnit: 'pictures',
      x: { title: 'Level of the prompt' },
      levels: found.map((level) => ({ x: level, label: String(level) })),
      y: { title: 'Cosine of picture and prompt', digits: 3 },
      intervals: 'whiskers',
      series: results.models.map((model) => ({
        name: model,
        points: found.flatMap((level) => {
          const mean = estimate(at(model, level), { models: [model], level })
          return mean ? [{ ...mean, x: level }] : []
        }),
      })),
    },
  ]
}

function correlations(results: StudyResults, of: ResultAutomatic, i: number): DotsFigure[] {
  const aspects = results.aspects.filter(({ id }) =>
    of.correlations.some(({ aspect, tau }) => aspect === id && tau.value !== null),
  )
  if (aspects.length === 0) return []
  const scopes = ['within prompts', 'overall'] as const
  const tauOf = (aspect: string, scope: (typeof scopes)[number]) =>
    of.correlations.find((row) => row.aspect === aspect && row.scope === scope)?.tau
  return [
    {
      kind: 'dots',
      id: idFor('human-automatic', i),
      title: `Do ${of.by} and the raters order pictures alike?`,
      caption: `Kendall's tau-b of cosine and mean rating: over pictures of the same prompt, and over all. ${intervalWords(results)}.`,
      alt: say(
        aspects.flatMap(({ id, name }) =>
          scopes.map((scope) => ({ label: `${name}, ${scope}`, of: tauOf(id, scope) })),
        ),
      ),
      n: of.images,
      nUnit: 'pictures',
      categoryTitle: 'Aspect',
      value: { title: 'Tau-b', digits: 2 },
      series: [{ name: 'Within prompts' }, { name: 'Overall' }],
      rows: aspects.map(({ id, name }) => ({
        label: name,
        estimates: scopes.map((scope) => estimate(tauOf(id, scope), { aspect: id })),
      })),
      reference: { value: 0, label: 'no relation' },
    },
  ]
}

/** Of every two models: by prompt, the difference of cosines against that of ratings. */
function differences(
  results: StudyResults,
  of: Prepared,
  one: ResultAutomatic,
  i: number,
): ScatterFigure[] {
  const aspect = results.byGroup.aspect
  const mean = <R extends { model: string; group: string; level: number }>(
    rows: readonly R[],
    value: (row: R) => number,
  ): Map<string, number> =>
    new Map(
      [...Map.groupBy(rows, (row) => JSON.stringify([row.model, promptKey(row)]))].map(
        ([key, some]) => [key, some.reduce((sum, row) => sum + value(row), 0) / some.length],
      ),
    )
  const cosines = mean(
    of.rows.scores.filter(({ digest }) => digest === one.digest),
    ({ cosine }) => cosine,
  )
  const ratings = mean(pick(of.numeric, { aspect }), ({ number }) => number)
  const tau = one.correlations.find(
    (row) => row.aspect === aspect && row.scope === 'within prompts',
  )?.tau
  const series = pairsOf(results.models).map(([a, b]) => ({
    name: `${b} − ${a}`,
    points: of.rows.prompts.flatMap((prompt) => {
      const at = (from: Map<string, number>, model: string): number | undefined =>
        from.get(JSON.stringify([model, promptKey(prompt)]))
      const [xa, xb] = [at(cosines, a), at(cosines, b)]
      const [ya, yb] = [at(ratings, a), at(ratings, b)]
      if (xa === undefined || xb === undefined || ya === undefined || yb === undefined) return []
      const { group, level, text } = prompt
      return [
        { x: xb - xa, y: yb - ya, label: text, key: pickKey({ models: [a, b], group, level }) },
      ]
    }),
  }))
  const n = series.reduce((sum, { points }) => sum + points.length, 0)
  if (n === 0) return []
  return [
    {
      kind: 'scatter',
      id: idFor('difference-by-prompt', i),
      title: 'By prompt: difference of cosines against difference of ratings',
      caption: `A point a prompt: both pictures have the same prompt, so that its length plays no part. ${aspectName(results, aspect)}.`,
      alt: `${n} prompts; tau-b within prompts ${tau ? withInterval(tau) : '–'}.`,
      n,
      nUnit: 'prompts',
      x: { title: 'Difference of cosines', digits: 3 },
      y: { title: `Difference of ratings, ${aspectName(results, aspect)}`, digits: 1 },
      series,
      remark: tau ? `tau-b within prompts ${withInterval(tau)}` : null,
    },
  ]
}
