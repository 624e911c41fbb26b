import type { ResultMean, StudyResults } from '#shared/contract/results.ts'
import type { DotsFigure, Figure, HeatFigure, LinesFigure } from '#shared/figures.ts'
import { aspectName, byScale, estimate, idOf, intervalWords, say } from './figure-parts.ts'

/** Rows of a heat map that can be read. */
const MOST_GROUPS = 120

/** Where: by level, by kind, by group. */
export function whereFigures(results: StudyResults): Figure[] {
  if (results.counts.answers === 0) return []
  return [...levelCurves(results), ...kinds(results), ...groups(results)]
}

function levelCurves(results: StudyResults): LinesFigure[] {
  const { levels } = results.counts
  if (levels.length < 2) return []
  return byScale(results).flatMap(({ axis, aspects }) =>
    aspects.map(({ id, name }): LinesFigure => {
      const at = (model: string, level: number) =>
        results.means.find((row) => row.aspect === id && row.model === model && row.level === level)
          ?.mean
      return {
        kind: 'lines',
        id: idOf('levels', id),
        title: `${name} by level of detail`,
        caption: `Means of the prompts of each level, ${intervalWords(results)}.`,
        alt: say(
          results.models.flatMap((model) =>
            levels.map((level) => ({ label: `${model}, level ${level}`, of: at(model, level) })),
          ),
        ),
        n: results.counts.prompts,
        nUnit: 'prompts',
        x: { title: 'Level of the prompt' },
        levels: levels.map((level) => ({ x: level, label: String(level) })),
        y: axis,
        intervals: 'whiskers',
        series: results.models.map((model) => ({
          name: model,
          points: levels.flatMap((level) => {
            const found = estimate(at(model, level), { models: [model], aspect: id, level })
            return found ? [{ ...found, x: level }] : []
          }),
        })),
      }
    }),
  )
}

function kinds(results: StudyResults): DotsFigure[] {
  const found = results.counts.kinds.map(({ kind }) => kind)
  if (found.length < 2) return []
  return byScale(results).map(({ id, axis, aspects }) => {
    const rows = aspects.flatMap((aspect) =>
      found.map((kind) => ({
        label: `${aspect.name}, ${kind}`,
        aspect: aspect.id,
        kind,
        of: results.models.map((model) =>
          results.means.find(
            (row: ResultMean) =>
              row.aspect === aspect.id && row.model === model && row.kind === kind,
          ),
        ),
      })),
    )
    return {
      kind: 'dots',
      id: idOf('kinds', id),
      title: 'Mean rating by kind of prompt',
      caption: `Means of the prompts of each kind, ${intervalWords(results)}.`,
      alt: say(
        rows.flatMap(({ label, of }) =>
          of.map((row) => ({ label: `${label}, ${row?.model ?? ''}`, of: row?.mean })),
        ),
      ),
      n: results.counts.prompts,
      nUnit: 'prompts',
      categoryTitle: 'Aspect and kind',
      value: axis,
      series: results.models.map((name) => ({ name })),
      rows: rows.map(({ label, aspect, kind, of }) => ({
        label,
        estimates: of.map((row, i) =>
          estimate(row?.mean, { models: [results.models[i] as string], aspect, kind }),
        ),
      })),
    }
  })
}

function groups(results: StudyResults): HeatFigure[] {
  const { aspect, rows } = results.byGroup
  const shown = rows.filter(({ means }) => means.some(({ value }) => value !== null))
  if (shown.length < 2 || shown.length > MOST_GROUPS) return []
  const scale = byScale(results).find(({ aspects }) => aspects.some(({ id }) => id === aspect))
  return [
    {
      kind: 'heat',
      id: 'groups',
      title: `${aspectName(results, aspect)} by group of prompts`,
      caption: 'Mean of the means of the prompts of each group.',
      alt: say(
        shown.flatMap(({ group, means }) =>
          means.map((of, i) => ({ label: `${group}, ${results.models[i] ?? ''}`, of })),
        ),
      ),
      n: results.counts.prompts,
      nUnit: 'prompts',
      rowTitle: 'Group',
      columnTitle: 'Model',
      rows: shown.map(({ group }) => group),
      columns: results.models,
      cells: shown.map(({ group, means }) =>
        means.map((of, i) =>
          estimate(of, { models: [results.models[i] as string], aspect, group }),
        ),
      ),
      value: scale?.axis ?? { title: 'Mean' },
      palette: 'cividis',
    },
  ]
}
