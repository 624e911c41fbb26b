import { headerText } from './fields.ts'

/** The head of an HTTP message as it stands: names and values in their order, spelt as they are. */
export interface HttpHead {
  statusLine: string
  fields: [name: string, value: string][]
}

/** Looked for in so many bytes of a block. */
const MAX_HEAD = 64 << 10

/** The head at the beginning of a block; null where there is none. Never throws. */
export function httpHead(block: Uint8Array): HttpHead | null {
  const bytes = Buffer.from(block.buffer, block.byteOffset, Math.min(block.length, MAX_HEAD))
  if (!/^HTTP\//i.test(bytes.toString('latin1', 0, 5))) return null
  const end = /\r?\n\r?\n/.exec(bytes.toString('latin1'))?.index ?? bytes.length
  const [statusLine = '', ...lines] = headerText(bytes, 0, end).split(/\r?\n/)
  const fields: HttpHead['fields'] = []
  for (const line of lines) {
    const last = fields.at(-1)
    const colon = line.indexOf(':')
    if (/^[ \t]/.test(line) && last) last[1] += ` ${line.trim()}`
    else if (colon > 0) fields.push([line.slice(0, colon).trim(), line.slice(colon + 1).trim()])
  }
  return { statusLine, fields }
}
