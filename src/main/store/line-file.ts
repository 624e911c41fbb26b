import { createReadStream } from 'node:fs'

/** The longest line that is read, in bytes: 100 spans of a long text fit. */
export const MAX_LINE = 8 << 20

export interface Line {
  number: number
  /** null: longer than a line may be. */
  text: string | null
}

/** The lines of a file of JSON Lines, with their numbers from 1. Memory is bounded by the longest that is read. */
export async function* linesOf(path: string): AsyncGenerator<Line, void, void> {
  let parts: Buffer[] = []
  let size = 0
  let number = 1
  const line = (): Line => {
    const text =
      size > MAX_LINE
        ? null
        : Buffer.concat(parts)
            .toString('utf8')
            .replace(number === 1 ? /^\ufeff/ : /^$/, '')
    const made = { number: number++, text }
    parts = []
    size = 0
    return made
  }
  const add = (part: Buffer): void => {
    size += part.length
    // Of a line that is too long nothing is kept.
    if (size > MAX_LINE) parts = []
    else parts.push(part)
  }
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 18 })) {
    const bytes = chunk as Buffer
    let from = 0
    for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, from)) {
      add(bytes.subarray(from, at))
      yield line()
      from = at + 1
    }
    add(bytes.subarray(from))
  }
  if (size > 0) yield line()
}
