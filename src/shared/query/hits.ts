import type { OwnText } from '../domain.ts'
import { placesOfWords } from '../text/search-words.ts'
import type { Query } from './ast.ts'

/** A part of a text, UTF-16 units. */
export interface Hit {
  start: number
  end: number
}

const BARE: readonly OwnText[] = ['alt', 'caption', 'title']

/** Where a text holds what a filter looks for in it, in order; what is excluded counts for nothing. */
export function hitsIn(query: Query, source: OwnText, text: string): Hit[] {
  const hits = found(query, source, text).sort((a, b) => a.start - b.start)
  const joined: Hit[] = []
  for (const hit of hits) {
    const last = joined.at(-1)
    if (last && hit.start <= last.end) last.end = Math.max(last.end, hit.end)
    else joined.push({ ...hit })
  }
  return joined
}

function found(query: Query, source: OwnText, text: string): Hit[] {
  switch (query.kind) {
    case 'and':
    case 'or':
      return query.items.flatMap((item) => found(item, source, text))
    case 'words':
      return BARE.includes(source) ? everywhere(text, query.words) : []
    case 'contains':
      return query.field === source || (query.field === 'text' && source !== 'span')
        ? everywhere(text, query.words)
        : []
    case 'wordSearch':
      return query.text === null || query.text === source ? placesOfWords(text, query.search) : []
    default:
      return []
  }
}

function everywhere(text: string, words: string): Hit[] {
  const [where, what] = [text.toLowerCase(), words.toLowerCase()]
  // Where small letters are longer, places are not those of the text.
  if (what === '' || where.length !== text.length) return []
  const hits: Hit[] = []
  for (let at = where.indexOf(what); at >= 0; at = where.indexOf(what, at + what.length))
    hits.push({ start: at, end: at + what.length })
  return hits
}
