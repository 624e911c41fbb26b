import type { ChartTable } from './csv-text.ts'
import { axisTitle } from './figure-text.ts'
import type { Estimate, EstimateRow, Figure, FigureAxis, FigureSeries } from './figures.ts'

type Cell = string | number | null

/** The numbers of a figure as a table, one row a mark: what is read aloud, copied and kept as CSV. */
export function figureTable(figure: Figure): ChartTable {
  switch (figure.kind) {
    case 'bars':
    case 'dots':
      return estimates(figure.categoryTitle, figure.series, figure.rows, figure.value)
    case 'lines': {
      const value = axisTitle(figure.y)
      const names = new Map(figure.levels?.map((level) => [level.x, level.label]))
      return {
        head: ['series', axisTitle(figure.x), ...estimateHead(value)],
        rows: figure.series.flatMap((series) =>
          series.points.map((point) => [
            series.name,
            names.get(point.x) ?? point.x,
            ...estimateCells(point),
          ]),
        ),
      }
    }
    case 'histogram':
      return {
        head: ['panel', `${axisTitle(figure.x)} from`, 'to', figure.nUnit, 'share'],
        rows: figure.panels.flatMap((panel) => {
          const sum = total(panel.counts)
          return figure.bins.map((bin, i) => {
            const n = panel.counts[i] ?? 0
            return [panel.label, bin.from, bin.to, n, share(n, sum)]
          })
        }),
      }
    case 'heat':
      return {
        head: [figure.rowTitle, figure.columnTitle, ...estimateHead(axisTitle(figure.value))],
        rows: figure.rows.flatMap((row, r) =>
          figure.columns.map((column, c) => [row, column, ...estimateCells(figure.cells[r]?.[c])]),
        ),
      }
    case 'scatter':
      return {
        head: ['series', 'label', axisTitle(figure.x), axisTitle(figure.y)],
        rows: figure.series.flatMap((series) =>
          series.points.map((point) => [series.name, point.label ?? null, point.x, point.y]),
        ),
      }
    case 'density':
      return {
        head: [
          `${axisTitle(figure.x)} from`,
          `${axisTitle(figure.x)} to`,
          `${axisTitle(figure.y)} from`,
          `${axisTitle(figure.y)} to`,
          figure.nUnit,
        ],
        rows: figure.counts.flatMap((n, i) => {
          if (n === 0) return []
          const x = edges(figure.x, i % figure.columns, figure.columns)
          const y = edges(figure.y, Math.floor(i / figure.columns), figure.rows)
          return [[...x, ...y, n]]
        }),
      }
    case 'proportions':
      return {
        head: [figure.categoryTitle, 'part', figure.nUnit, 'share'],
        rows: figure.rows.flatMap((row) => {
          const sum = total(row.counts)
          return figure.parts.map((part, i) => {
            const n = row.counts[i] ?? 0
            return [row.label, part, n, share(n, sum)]
          })
        }),
      }
  }
}

function estimates(
  title: string,
  series: readonly FigureSeries[],
  rows: readonly EstimateRow[],
  value: FigureAxis,
): ChartTable {
  return {
    head: [title, 'series', ...estimateHead(axisTitle(value))],
    rows: rows.flatMap((row) =>
      series.map((item, i) => [row.label, item.name, ...estimateCells(row.estimates[i])]),
    ),
  }
}

const estimateHead = (value: string): string[] => [value, 'interval from', 'interval to', 'n']

const estimateCells = (of: Estimate | null | undefined): Cell[] => [
  of?.value ?? null,
  of?.interval?.lo ?? null,
  of?.interval?.hi ?? null,
  of?.n ?? null,
]

const total = (counts: readonly number[]): number => counts.reduce((a, b) => a + b, 0)

const share = (n: number, sum: number): number | null =>
  sum > 0 ? Number((n / sum).toPrecision(6)) : null

/** The edges of a cell, without the noise of floating point. */
function edges({ lo, hi }: { lo: number; hi: number }, index: number, parts: number): number[] {
  return [index, index + 1].map((i) => Number((lo + ((hi - lo) * i) / parts).toFixed(6)))
}
