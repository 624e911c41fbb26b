import { createReadStream } from 'node:fs'
import { setImmediate } from 'node:timers/promises'

/** The longest line that is read, in bytes: 100 spans of a long text fit. */
export const MAX_LINE = 1 << 20
/** What is committed at once: so many lines, or so many bytes where they are long. */
const BATCH = 500
const BATCH_BYTES = 1 << 18

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

/** Hands things on in batches that are committed at once without holding the program up. */
export async function* batchesOf<T>(
  all: AsyncIterable<T>,
  bytesOf: (one: T) => number,
): AsyncGenerator<T[], void, void> {
  let batch: T[] = []
  let bytes = 0
  for await (const one of all) {
    batch.push(one)
    bytes += bytesOf(one)
    if (batch.length < BATCH && bytes < BATCH_BYTES) continue
    yield batch
    batch = []
    bytes = 0
    // A stream that has more at hand would let nobody else have a turn.
    await setImmediate()
  }
  if (batch.length > 0) yield batch
}

/** Deeper than any event; values in values without end take a parser the longest. */
const MOST_DEPTH = 32

/** As `JSON.parse`, in a time that is short for any line that is read. @throws SyntaxError */
export function parseLine(text: string): unknown {
  let depth = 0
  let inString = false
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (inString) {
      if (code === BACKSLASH) i++
      else if (code === QUOTE) inString = false
    } else if (code === QUOTE) inString = true
    else if (code === OPEN_LIST || code === OPEN_OBJECT) {
      if (++depth > MOST_DEPTH) throw new SyntaxError('too many values in values')
    } else if (code === CLOSE_LIST || code === CLOSE_OBJECT) depth--
  }
  return JSON.parse(text)
}

const QUOTE = 34
const OPEN_LIST = 91
const BACKSLASH = 92
const CLOSE_LIST = 93
const OPEN_OBJECT = 123
const CLOSE_OBJECT = 125
