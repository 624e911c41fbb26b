import type { CustomSeriesOption } from 'echarts/charts'
import type { ChartOption, RenderApi, XAxis, YAxis } from './echarts.ts'
import type { Palette, Shape } from './themes.ts'

/** What can be pointed at: a bar, a dot, a cell. */
export interface FigureMark {
  /** As its datum says it; null = nothing is behind it. */
  key: string | null
  title: string
  lines: readonly { name: string; text: string }[]
  /** Where it comes in reading; marks of one place on an axis share it. */
  stop: number
}

/** A shape as ECharts draws it; the same for marks, legends and titles. */
export interface Shaped {
  type: string
  style?: object
  [more: string]: unknown
}
type Item = ReturnType<NonNullable<CustomSeriesOption['renderItem']>>

export const SIZE = 11
export const TITLE_SIZE = 13

export interface Box {
  left: number
  right: number
  top: number
  bottom: number
}

/** Where a figure is drawn: what is put on it becomes ECharts' option. */
export interface Sheet {
  readonly width: number
  readonly height: number
  readonly palette: Palette
  readonly marks: FigureMark[]
  /** By series and datum, the number of the mark; -1 for what is not to be pointed at. */
  readonly markOf: number[][]
  /** Adds axes around a box; gives the number by which `paint` finds them. */
  axes(box: Box, x: XAxis, y: YAxis): number
  /** Draws each item in the coordinates of axes; `mark` says what is pointed at. */
  paint<T>(
    axes: number,
    items: readonly T[],
    shapes: (item: T, at: (x: number, y: number) => readonly [number, number]) => Shaped[],
    mark?: (item: T) => FigureMark,
  ): void
  /** Draws in pixels of the sheet. */
  put(...shapes: Shaped[]): void
  option(): ChartOption
}

export function createSheet(width: number, height: number, palette: Palette): Sheet {
  const grids: NonNullable<ChartOption['grid']>[] = []
  const xs: XAxis[] = []
  const ys: YAxis[] = []
  const series: CustomSeriesOption[] = []
  const graphic: Shaped[] = []
  const marks: FigureMark[] = []
  const markOf: number[][] = []
  return {
    width,
    height,
    palette,
    marks,
    markOf,
    axes(box, x, y) {
      const index = grids.length
      grids.push({
        left: box.left,
        top: box.top,
        width: Math.max(1, width - box.left - box.right),
        height: Math.max(1, height - box.top - box.bottom),
        outerBoundsMode: 'none',
      })
      xs.push({ ...x, gridIndex: index } as XAxis)
      ys.push({ ...y, gridIndex: index } as YAxis)
      return index
    },
    paint(axes, items, shapes, mark) {
      markOf.push(items.map((item) => (mark ? marks.push(mark(item)) - 1 : -1)))
      series.push({
        type: 'custom',
        coordinateSystem: 'cartesian2d',
        xAxisIndex: axes,
        yAxisIndex: axes,
        silent: mark === undefined,
        // Places come from the items; the data only count them.
        data: items.map(() => [0, 0]),
        progressive: 0,
        clip: false,
        animation: false,
        renderItem(params, api: RenderApi) {
          const at = (x: number, y: number) =>
            (api.coord as (data: number[]) => number[])([x, y]) as unknown as readonly [
              number,
              number,
            ]
          const children = shapes(items[params.dataIndex] as (typeof items)[number], at)
          return (children.length === 1 ? children[0] : { type: 'group', children }) as Item
        },
      })
    },
    put(...shapes) {
      graphic.push(...shapes)
    },
    option: () =>
      ({
        animation: false,
        grid: grids,
        xAxis: xs,
        yAxis: ys,
        series,
        graphic: { elements: graphic },
      }) as ChartOption,
  }
}

/** Words in pixels of the sheet; `y` is their middle. */
export function words(
  text: string,
  x: number,
  y: number,
  fill: string,
  more: {
    align?: 'left' | 'center' | 'right'
    size?: number
    strong?: boolean
    halo?: string
  } = {},
): Shaped {
  return {
    type: 'text',
    z: 10,
    x,
    y,
    style: {
      text,
      fill,
      fontSize: more.size ?? SIZE,
      fontFamily: 'sans-serif',
      ...(more.strong ? { fontWeight: 600 } : {}),
      align: more.align ?? 'left',
      verticalAlign: 'middle',
      ...(more.halo ? { stroke: more.halo, lineWidth: 3 } : {}),
    },
  } as Shaped
}

export function line(
  from: readonly [number, number],
  to: readonly [number, number],
  stroke: string,
  more: { width?: number; dash?: readonly number[] } = {},
): Shaped {
  return {
    type: 'line',
    shape: { x1: from[0], y1: from[1], x2: to[0], y2: to[1] },
    style: { stroke, fill: 'none', lineWidth: more.width ?? 1, lineDash: dashOf(more.dash) },
  } as Shaped
}

export function polyline(
  points: readonly (readonly [number, number])[],
  stroke: string,
  more: { width?: number; dash?: readonly number[] } = {},
): Shaped {
  return {
    type: 'polyline',
    shape: { points },
    style: {
      stroke,
      fill: 'none',
      lineWidth: more.width ?? 1.5,
      lineJoin: 'round',
      lineDash: dashOf(more.dash),
    },
  } as Shaped
}

const dashOf = (dash: readonly number[] | undefined) => (dash && dash.length > 0 ? [...dash] : null)

export function rect(
  x: number,
  y: number,
  width: number,
  height: number,
  style: Record<string, unknown>,
): Shaped {
  return { type: 'rect', shape: { x, y, width, height }, style } as Shaped
}

/** Something to point at that is not seen, around a point. */
export function target(x: number, y: number, radius: number): Shaped {
  return rect(x - radius, y - radius, 2 * radius, 2 * radius, { fill: '#000000', opacity: 0 })
}

/** A sign of a series around a point; hollow ones are filled with the ground. */
export function symbol(
  shape: Shape,
  [x, y]: readonly [number, number],
  radius: number,
  colour: string,
  ground: string | null = null,
): Shaped {
  const style = { fill: ground ?? colour, stroke: colour, lineWidth: ground === null ? 0 : 1.25 }
  if (shape === 'circle')
    return { type: 'circle', shape: { cx: x, cy: y, r: radius }, style } as Shaped
  const r = radius
  const corners: Record<Exclude<Shape, 'circle'>, number[][]> = {
    square: [
      [-0.9, -0.9],
      [0.9, -0.9],
      [0.9, 0.9],
      [-0.9, 0.9],
    ],
    triangle: [
      [0, -1.15],
      [1.1, 0.85],
      [-1.1, 0.85],
    ],
    down: [
      [0, 1.15],
      [1.1, -0.85],
      [-1.1, -0.85],
    ],
    diamond: [
      [0, -1.3],
      [1.3, 0],
      [0, 1.3],
      [-1.3, 0],
    ],
    cross: [
      [-1, -0.6],
      [-0.6, -1],
      [0, -0.4],
      [0.6, -1],
      [1, -0.6],
      [0.4, 0],
      [1, 0.6],
      [0.6, 1],
      [0, 0.4],
      [-0.6, 1],
      [-1, 0.6],
      [-0.4, 0],
    ],
  }
  return {
    type: 'polygon',
    shape: { points: corners[shape].map(([dx, dy]) => [x + (dx ?? 0) * r, y + (dy ?? 0) * r]) },
    style,
  } as Shaped
}
