import { SCORE_TEXTS, FIELDS, fieldNamed } from './fields.ts'

/** What the filter bar offers where the cursor stands. */
export interface Completion {
  /** The part of the query that a suggestion replaces. */
  from: number
  to: number
  items: { insert: string; label: string; help: string }[]
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
        .map((value) => ({ insert: value, label: value, help: '' })),
      valuesOf: ASK_CORPUS.has(field.name) ? { field: field.name, prefix } : null,
    }
  }
  const score = /^score(\[[^\]]*\])?\.([a-z]*)$/i.exec(typed)
  if (score) {
    const start = cursor - (score[2] ?? '').length
    return {
      from: start,
      to: cursor,
      items: SCORE_TEXTS.filter((text) => text.startsWith((score[2] ?? '').toLowerCase())).map(
        (text) => ({
          insert: `${text}>=`,
          label: text,
          help: `cosine of the ${text}`,
        }),
      ),
      valuesOf: null,
    }
  }
  return {
    from,
    to: cursor,
    items: FIELDS.filter((field) => field.name.startsWith(typed.toLowerCase())).map((field) => ({
      insert: field.kind === 'text' || field.kind === 'word' ? `${field.name}:` : `${field.name}>=`,
      label: field.name,
      help: field.help,
    })),
    valuesOf: null,
  }
}

/** The language in a few lines, for the `?` sheet and the command line's help. */
export const QUERY_HELP: readonly { example: string; help: string }[] = [
  { example: 'harbour boat', help: 'both words in alt text, caption or title' },
  { example: '"red apple"', help: 'the words as they stand, in any case' },
  { example: 'alt:boat OR caption:boat', help: 'one of two; AND binds closer, ( ) groups' },
  { example: '-alt:logo', help: 'not; NOT works, too' },
  { example: 'caption:*', help: 'has a caption; alt:"" has an empty alt text' },
  { example: 'alt="Logo"', help: 'exactly this text' },
  { example: 'alt:/^img_\\d+/i', help: 'a pattern (regular expression)' },
  { example: 'width>=512 ratio:0.5..2', help: 'numbers: = != < <= > >= and ranges' },
  { example: 'date:2019-06..2020', help: 'dates; a month or a year means all of it' },
  { example: 'span:* confidence>=0.5', help: 'a description was found in the texts' },
  { example: 'labeled:* -label:*', help: 'labeled by somebody, as having no description' },
  { example: 'score>=0.28', help: 'of the score chosen in the view' },
  { example: 'score[MODEL].caption<0.2', help: 'of a model and a text by name' },
]
