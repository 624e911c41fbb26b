import { CustomChart } from 'echarts/charts'
import { GraphicComponent, GridComponent } from 'echarts/components'
import { init, setPlatformAPI, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import type { CustomSeriesOption } from 'echarts/charts'
import type { GraphicComponentOption, GridComponentOption } from 'echarts/components'
import type { ComposeOption, XAXisComponentOption, YAXisComponentOption } from 'echarts'
import { textWidth } from './text-width.ts'

use([CustomChart, GridComponent, GraphicComponent, SVGRenderer])

// The same widths with a screen and without: the same figure, the same bytes.
setPlatformAPI({
  measureText: (text, font) => ({
    width: textWidth(text, Number(/(\d+(?:\.\d+)?)px/.exec(font ?? '')?.[1] ?? 11)),
  }),
})

export type ChartOption = ComposeOption<
  CustomSeriesOption | GraphicComponentOption | GridComponentOption
>
export type XAxis = XAXisComponentOption
export type YAxis = YAXisComponentOption
export type RenderItem = NonNullable<CustomSeriesOption['renderItem']>
export type RenderApi = Parameters<RenderItem>[1]

/** What ECharts makes of an option, without a document. */
export function renderSvg(option: ChartOption, width: number, height: number): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height })
  try {
    chart.setOption(option)
    return chart.renderToSVGString()
  } finally {
    chart.dispose()
  }
}
