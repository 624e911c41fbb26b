import type { Figure, FigureKind } from '#shared/figures.ts'
import type { Plot } from '../plot.ts'
import { bars } from './bars.ts'
import { density } from './density.ts'
import { dots } from './dots.ts'
import { heat } from './heat.ts'
import { histogram } from './histogram.ts'
import { lines } from './lines.ts'
import { proportions } from './proportions.ts'
import { scatter } from './scatter.ts'

/** Every kind of figure with its drawing; one that is missing does not compile. */
const PLOTS: { [K in FigureKind]: Plot<Extract<Figure, { kind: K }>> } = {
  bars,
  dots,
  lines,
  histogram,
  heat,
  scatter,
  density,
  proportions,
}

export function plotOf(figure: Figure): Plot<Figure> {
  return PLOTS[figure.kind] as Plot<Figure>
}
