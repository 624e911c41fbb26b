/** Signs that XML 1.0 has no place for. */

const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g

/** A text that may stand in XML: lone halves of signs and control signs are replaced. */
export function cleanText(text: string): string {
  return text.toWellFormed().replace(FORBIDDEN, '\ufffd')
}

/** A value with all of its texts cleaned. */
export function cleanTexts<T>(value: T): T {
  if (typeof value === 'string') return cleanText(value) as T
  if (Array.isArray(value)) return value.map(cleanTexts) as T
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, cleanTexts(item)]),
  ) as T
}

export function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

export interface SvgFrame {
  width: number
  height: number
  title: string
  description: string
  background: string | null
}

/**
 * ECharts' drawing as a file of its own: with a name and a description, one font for all, no style
 * sheet, ids that do not count how many charts there were, and marks by their number.
 * @param marks by series and datum, the number of the mark
 */
export function finishSvg(drawn: string, marks: readonly number[][], frame: SvgFrame): string {
  const body = drawn
    .replace(/^<svg[^>]*>\s*(?:<rect[^>]*><\/rect>)?/, '')
    .replace(/<style\s*>[\s\S]*?<\/style>/g, '')
    .replace(/<\/svg>\s*$/, '')
    .replace(/<(?!\/)[a-zA-Z][^>]*>/g, (tag) => finishTag(tag, marks))
    .replace(/\n+/g, '\n')
  const { width, height } = frame
  const behind =
    frame.background === null
      ? ''
      : `<rect width="${width}" height="${height}" fill="${frame.background}"/>`
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" ` +
    `viewBox="0 0 ${width} ${height}" role="img" font-family="system-ui, sans-serif" ` +
    `font-variant="tabular-nums">` +
    `<title>${escapeXml(frame.title)}</title><desc>${escapeXml(frame.description)}</desc>` +
    `${behind}${body}</svg>\n`
  )
}

// Values never hold `>`: ECharts escapes it.
function finishTag(tag: string, marks: readonly number[][]): string {
  return tag
    .replace(/ class="[^"]*"/, '')
    .replace(/ pointer-events="visible"/, '')
    .replace(/ style="([^"]*)"/, (_, style: string) => attributesOf(style))
    .replace(/\bzr\d+-/g, 'figure-')
    .replace(
      /\s*ecmeta_series_index="(\d+)" ecmeta_data_index="(\d+)"/,
      (_, series: string, datum: string) => {
        const mark = marks[Number(series)]?.[Number(datum)]
        return mark === undefined || mark < 0 ? '' : ` data-mark="${mark}"`
      },
    )
    .replace(/ ecmeta_[a-z_]+="[^"]*"/g, '')
}

/** `font-size:11px;font-family:x` as attributes, without what the whole file says. */
function attributesOf(style: string): string {
  return style
    .split(';')
    .map((part) => part.split(':'))
    .filter(([name, value]) => name && value && name !== 'font-family')
    .map(([name, value]) => ` ${name}="${value}"`)
    .join('')
}
