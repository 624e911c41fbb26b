import type { ToldPage } from './texts/told/types.ts'

/** Words of a block, told apart by the picture that they describe (null = by none). */
export interface Run {
  text: string
  describes: string | null
}

/** `runs` with pictures between them: a string is the id of a picture. */
export type Line = (Run | string)[]

export type Block =
  | { kind: 'text' | 'heading' | 'item' | 'quote' | 'meta'; line: Line }
  | { kind: 'row'; cells: Line[] }
  | { kind: 'picture'; id: string; caption: Line | null }
  | { kind: 'rule' }

const PREFIXES = [
  ['## ', 'heading'],
  ['- ', 'item'],
  ['> ', 'quote'],
  ['@ ', 'meta'],
] as const

/** Reads the body of a page; see `ToldPage`. Throws RangeError on what it cannot read. */
export function parseBody(body: string): Block[] {
  return body
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map(parseBlock)
}

function parseBlock(line: string): Block {
  if (line === '---') return { kind: 'rule' }
  const alone = /^\[(\w+)\](?:: (.+))?$/.exec(line)
  if (alone) {
    return {
      kind: 'picture',
      id: alone[1] as string,
      caption: alone[2] === undefined ? null : parseLine(alone[2]),
    }
  }
  if (line.startsWith('| '))
    return { kind: 'row', cells: line.slice(2).split(' | ').map(parseLine) }
  const prefix = PREFIXES.find(([sign]) => line.startsWith(sign))
  return prefix
    ? { kind: prefix[1], line: parseLine(line.slice(prefix[0].length)) }
    : { kind: 'text', line: parseLine(line) }
}

/** Reads `words {id:words} words [id] words`. */
export function parseLine(text: string): Line {
  const line: Line = []
  let at = 0
  for (const match of text.matchAll(/\{(\w+):([^{}]+)\}|\[(\w+)\]/g)) {
    if (match.index > at) line.push({ text: text.slice(at, match.index), describes: null })
    line.push(match[3] ?? { text: match[2] as string, describes: match[1] as string })
    at = match.index + match[0].length
  }
  if (at < text.length) line.push({ text: text.slice(at), describes: null })
  for (const part of line)
    if (typeof part !== 'string' && /[[\]{}|]/.test(part.text))
      throw new RangeError(`a sign of the notation stands in "${part.text}"`)
  return line
}

/** A run or the id of a picture, and the picture whose caption it stands in. */
export interface Part {
  part: Run | string
  caption: string | null
}

/** All parts of a page's body in the order in which they are read; captions after their picture. */
export function partsOf(blocks: readonly Block[]): Part[] {
  return blocks.flatMap((block): Part[] => {
    if (block.kind === 'rule') return []
    if (block.kind === 'picture') {
      const words = block.caption ?? []
      return [
        { part: block.id, caption: null },
        ...words.map((part) => ({ part, caption: block.id })),
      ]
    }
    const lines = block.kind === 'row' ? block.cells : [block.line]
    return lines.flat().map((part) => ({ part, caption: null }))
  })
}

/** What a page says of its pictures, by id. */
export interface Described {
  source: 'before' | 'caption' | 'after'
  quote: string
}

/**
 * Where the words for each picture stand. Throws RangeError when a picture is not shown exactly
 * once, when words belong to a picture that is not there, or when a picture is described twice.
 */
export function describedIn(page: ToldPage): Map<string, Described> {
  const parts = partsOf(parseBody(page.body))
  const shown = parts.flatMap(({ part }) => (typeof part === 'string' ? [part] : []))
  const wrong = (what: string): RangeError => new RangeError(`${page.slug}: ${what}`)
  for (const id of Object.keys(page.pictures))
    if (shown.filter((other) => other === id).length !== 1)
      throw wrong(`picture ${id} is not shown once`)
  const found = new Map<string, Described>()
  const seen = new Set<string>()
  for (const { part, caption } of parts) {
    if (typeof part === 'string') {
      if (!(part in page.pictures)) throw wrong(`there is no picture ${part}`)
      seen.add(part)
      continue
    }
    const id = part.describes
    if (id === null) continue
    if (!(id in page.pictures)) throw wrong(`there is no picture ${id} for "${part.text}"`)
    if (found.has(id)) throw wrong(`picture ${id} is described twice`)
    if (caption !== null && caption !== id) throw wrong(`the caption of ${caption} describes ${id}`)
    const source = caption === id ? 'caption' : seen.has(id) ? 'after' : 'before'
    found.set(id, { source, quote: part.text })
  }
  return found
}
