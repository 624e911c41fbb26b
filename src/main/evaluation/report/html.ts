/** HTML whose texts are escaped by being put in. */
export interface Html {
  readonly html: string
}

type Part = Html | string | number | null | false | readonly Part[]

/** A template whose values are escaped, but for what is `Html` itself. */
export function html(strings: TemplateStringsArray, ...values: readonly Part[]): Html {
  return {
    html: strings.map((text, i) => text + (i < values.length ? put(values[i]) : '')).join(''),
  }
}

/** What is HTML already and ours: a drawing, a style sheet. */
export function raw(text: string): Html {
  return { html: text }
}

function put(value: Part | undefined): string {
  if (value === null || value === undefined || value === false) return ''
  if (typeof value === 'string' || typeof value === 'number') return escapeHtml(String(value))
  if ('html' in value) return value.html
  return value.map(put).join('')
}

const NAMES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text as HTML and in attributes; control characters, which no HTML may hold, are left out. */
export function escapeHtml(text: string): string {
  return text
    .toWellFormed()
    .replace(/[^\P{Cc}\n\t]/gu, '')
    .replace(/[&<>"']/g, (sign) => NAMES[sign] as string)
}

export interface HtmlColumn {
  name: string
  /** Numbers stand at the right. */
  number?: boolean
}

export function table(
  caption: string,
  columns: readonly HtmlColumn[],
  rows: readonly (readonly (string | number | null)[])[],
): Html {
  const cell = (value: string | number | null, i: number): Html =>
    columns[i]?.number ? html`<td class="n">${value}</td>` : html`<td>${value}</td>`
  const head = columns.map(({ name, number }) =>
    number ? html`<th class="n" scope="col">${name}</th>` : html`<th scope="col">${name}</th>`,
  )
  return html`<div class="scroll">
    <table>
      <caption>
        ${caption}
      </caption>
      <thead>
        <tr>
          ${head}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              ${row.map(cell)}
            </tr> `,
        )}
      </tbody>
    </table>
  </div> `
}
