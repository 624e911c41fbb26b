import type { Ref } from 'vue'
import { csvText, type ChartTable } from '#shared/csv-text.ts'
import { t } from '../../texts/index.ts'
import { useUi } from '../../state/ui.ts'

/** A chart that can be taken out of the window. */
export interface ChartHandle {
  toSvg(): string
  toPng(): Promise<Blob>
  toCsv(): string
}

/** Elements for the hand and the eye at the screen only: hover lines, areas that catch the pointer. */
const SCREEN_ONLY = '[data-screen]'
const STYLE = [
  'fill',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'stroke-linejoin',
  'font-size',
  'font-weight',
  'opacity',
  'text-anchor',
]
const COLOURS = new Set(['fill', 'stroke'])

/**
 * The chart as a file of its own: colours written out as sRGB, which every program reads (ours are
 * OKLCH), no class, no font of ours, the surface behind it.
 */
function svgText(source: SVGSVGElement): string {
  const copy = source.cloneNode(true) as SVGSVGElement
  const from = [source, ...source.querySelectorAll('*')]
  const to = [copy, ...copy.querySelectorAll('*')]
  const srgb = srgbReader()
  from.forEach((element, i) => {
    const style = getComputedStyle(element)
    const target = to[i] as SVGElement
    for (const name of STYLE) {
      const value = style.getPropertyValue(name)
      if (!value) continue
      if (!COLOURS.has(name) || value === 'none' || value.startsWith('url(')) {
        target.setAttribute(name, value)
        continue
      }
      const { colour, alpha } = srgb(value)
      target.setAttribute(name, colour)
      if (alpha < 1) target.setAttribute(`${name}-opacity`, String(alpha))
    }
    const own = [...target.attributes].map((attribute) => attribute.name)
    for (const name of own) {
      if (name === 'data-screen') continue
      if (/^(class|tabindex|role|style)$|^(aria|data)-/.test(name)) target.removeAttribute(name)
    }
  })
  for (const element of copy.querySelectorAll(SCREEN_ONLY)) element.remove()
  const { width, height } = source.getBoundingClientRect()
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg')
  copy.setAttribute('font-family', 'system-ui, sans-serif')
  copy.setAttribute('width', String(width))
  copy.setAttribute('height', String(height))
  const rect = document.createElementNS('http://www.w3.org/2000/svg', 'rect')
  rect.setAttribute('width', '100%')
  rect.setAttribute('height', '100%')
  rect.setAttribute('fill', srgb(getComputedStyle(document.body).backgroundColor).colour)
  copy.prepend(rect)
  return new XMLSerializer().serializeToString(copy)
}

/** Any colour that the window knows as `rgb(r, g, b)` and its opacity, read back from a pixel. */
function srgbReader(): (colour: string) => { colour: string; alpha: number } {
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = 1
  const context = canvas.getContext('2d', { willReadFrequently: true })
  const known = new Map<string, { colour: string; alpha: number }>()
  return (colour) => {
    let found = known.get(colour)
    if (!found && context) {
      context.clearRect(0, 0, 1, 1)
      context.fillStyle = colour
      context.fillRect(0, 0, 1, 1)
      const [r, g, b, a] = context.getImageData(0, 0, 1, 1).data as unknown as number[]
      found = { colour: `rgb(${r}, ${g}, ${b})`, alpha: Number(((a ?? 255) / 255).toFixed(3)) }
      known.set(colour, found)
    }
    return found ?? { colour, alpha: 1 }
  }
}

/** An SVG as PNG, twice as fine as the screen. Width and height in pixels of the screen. */
export async function pngOfSvg(svg: string, width: number, height: number): Promise<Blob> {
  const image = new Image()
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`
  await image.decode()
  const canvas = document.createElement('canvas')
  canvas.width = Math.round(width * 2)
  canvas.height = Math.round(height * 2)
  const context = canvas.getContext('2d') as CanvasRenderingContext2D
  context.scale(2, 2)
  context.drawImage(image, 0, 0, width, height)
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('no picture was made'))))
  })
}

/** What a chart component hands out, from its SVG and its table. */
export function useChartExport(
  svg: Readonly<Ref<SVGSVGElement | null>>,
  table: () => ChartTable,
): ChartHandle {
  const drawn = (): SVGSVGElement => {
    if (!svg.value) throw new Error('The chart is not drawn yet.')
    return svg.value
  }
  return {
    toSvg: () => svgText(drawn()),
    toPng: () => {
      const source = drawn()
      const { width, height } = source.getBoundingClientRect()
      return pngOfSvg(svgText(source), width, height)
    },
    toCsv: () => csvText(table()),
  }
}

export type ChartForm = 'svg' | 'png' | 'csv'

/** Puts a chart on the clipboard and says so. */
export async function copyChart(
  chart: ChartHandle,
  form: ChartForm,
  name = t('ui.charts.chart'),
): Promise<void> {
  const ui = useUi()
  try {
    if (form === 'svg') await ui.copy(chart.toSvg(), t('ui.charts.asSvg', { name }))
    else if (form === 'csv') await ui.copy(chart.toCsv(), t('ui.charts.asCsv', { name }))
    else {
      await navigator.clipboard.write([new ClipboardItem({ 'image/png': chart.toPng() })])
      ui.note(t('ui.charts.copiedPng', { name }))
    }
  } catch (error) {
    ui.fail(error)
  }
}

const TYPES: Record<ChartForm, string> = {
  svg: 'image/svg+xml',
  png: 'image/png',
  csv: 'text/csv',
}

/** Keeps a chart as a file; the system asks where. @param file its name without an ending */
export async function saveChart(chart: ChartHandle, form: ChartForm, file: string): Promise<void> {
  try {
    const content =
      form === 'svg' ? chart.toSvg() : form === 'csv' ? chart.toCsv() : await chart.toPng()
    const url = URL.createObjectURL(new Blob([content], { type: TYPES[form] }))
    const link = document.createElement('a')
    link.href = url
    link.download = `${file}.${form}`
    link.click()
    // The download has begun by then; what is kept longer is memory.
    setTimeout(() => URL.revokeObjectURL(url), 60_000)
  } catch (error) {
    useUi().fail(error)
  }
}
