/** What a chart shows, as rows of a table. null = there is no value. */
export interface ChartTable {
  head: readonly string[]
  rows: readonly (readonly (string | number | null)[])[]
}

/** RFC 4180 with line feeds; numbers as they are, never in a language's own form. */
export function csvText({ head, rows }: ChartTable): string {
  const cell = (value: string | number | null) => {
    const text = value === null ? '' : String(value)
    return /[",\n\r]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text
  }
  return [head, ...rows].map((row) => row.map(cell).join(',') + '\n').join('')
}
