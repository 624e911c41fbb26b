import type { TextSource } from '../domain.ts'
import { OWN_TEXTS } from '../domain.ts'
import { SCORE_TEXTS, WORD_TEXTS, FIELDS, fieldNamed } from './fields.ts'
import type { FieldName } from './fields.ts'

/** One suggestion; what it means in words is for the window to say. */
export interface CompletionItem {
  insert: string
  label: string
  /** What is offered: a field, the text of a score, or a value that speaks for itself. */
  of: { field: FieldName } | { score: TextSource } | { words: TextSource } | null
}

/** What the filter bar offers where the cursor stands. */
export interface Completion {
  /** The part of the query that a suggestion replaces. */
  from: number
  to: number
  items: CompletionItem[]
  /** Set when the values of a field are wanted that only the corpus knows (`pairs.suggest`). */
  valuesOf: { field: string; prefix: string } | null
}

const ASK_CORPUS = new Set([
  'host',
  'lang',
  'mime',
  'archive',
  'status',
  'labeled',
  'flagged',
  'label',
  'alt-rule',
  'tag',
  'marker',
])

/** Suggestions at a cursor (UTF-16 units from 0). */
export function completeQuery(source: string, cursor: number): Completion {
  const before = source.slice(0, cursor)
  const word = /[^\s()]*$/.exec(before)?.[0] ?? ''
  const sign = word.startsWith('-') ? 1 : 0
  const typed = word.slice(sign)
  const from = cursor - typed.length
  const colon = typed.indexOf(':')
  const nothing: Completion = { from: cursor, to: cursor, items: [], valuesOf: null }
  // Inside quotes nothing is offered.
  if ((before.match(/(?<!\\)"/g)?.length ?? 0) % 2 === 1) return nothing
  if (colon >= 0) {
    const field = fieldNamed(typed.slice(0, colon))
    const prefix = typed.slice(colon + 1)
    if (!field) return nothing
    return {
      from: from + colon + 1,
      to: cursor,
      items: (field.values ?? [])
        .filter((value) => value.startsWith(prefix.toLowerCase()))
        .map((value) => ({ insert: value, label: value, of: null })),
      valuesOf: ASK_CORPUS.has(field.name) ? { field: field.name, prefix } : null,
    }
  }
  const score = /^(score|tokens)(?:\[[^\]]*\])?\.([a-z]*)$/i.exec(typed)
  if (score) {
    const start = cursor - (score[2] ?? '').length
    const sign = score[1]?.toLowerCase() === 'tokens' ? '>' : '>='
    return {
      from: start,
      to: cursor,
      items: SCORE_TEXTS.filter((text) => text.startsWith((score[2] ?? '').toLowerCase())).map(
        (text) => ({
          insert: `${text}${sign}`,
          label: text,
          of: { score: text },
        }),
      ),
      valuesOf: null,
    }
  }
  const shown = /^caption-in-image\.([a-z]*)$/i.exec(typed)
  if (shown) {
    const start = (shown[1] ?? '').toLowerCase()
    return {
      from: cursor - start.length,
      to: cursor,
      items: OWN_TEXTS.filter((text) => text.startsWith(start)).map((text) => ({
        insert: `${text}>`,
        label: text,
        of: { words: text },
      })),
      valuesOf: null,
    }
  }
  const words = /^words\.([a-z-]*)$/i.exec(typed)
  if (words) {
    const start = (words[1] ?? '').toLowerCase()
    return {
      from: cursor - start.length,
      to: cursor,
      items: WORD_TEXTS.filter((text) => text.startsWith(start)).map((text) => ({
        insert: `${text}:`,
        label: text,
        of: text === 'page-title' ? null : { words: text },
      })),
      valuesOf: null,
    }
  }
  return {
    from,
    to: cursor,
    items: FIELDS.filter((field) => field.name.startsWith(typed.toLowerCase())).map((field) => ({
      insert: ['text', 'word', 'words'].includes(field.kind) ? `${field.name}:` : `${field.name}>=`,
      label: field.name,
      of: { field: field.name },
    })),
    valuesOf: null,
  }
}
