import { normalTag, PAIR_MARKS } from '#shared/marks.ts'
import type { Query } from '#shared/query/index.ts'
import { linearPattern } from './linear-pattern.ts'
import type { MarkTerm } from './mark-state.ts'
import { fold } from './sql-functions.ts'

const FIELDS = ['mark', 'tag', 'note', 'marker'] as const

/**
 * The condition on marks that a part of a query is; `isNot`: its opposite is meant. null for any
 * other part.
 */
export function markTerm(part: Query): { term: MarkTerm; isNot: boolean } | null {
  if (!('field' in part)) return null
  const of = FIELDS.find((field) => field === part.field)
  if (of === undefined) return null
  const plain = (key: string, test: MarkTerm['test'], isNot = false) => ({
    term: { of, key, test },
    isNot,
  })
  switch (part.kind) {
    case 'present':
      return plain('*', () => true)
    case 'contains':
      return of === 'note'
        ? plain(`:${part.words}`, holds(part.words))
        : plain(`=${part.words}`, same(of, part.words))
    case 'equals':
      // An empty value is that of pairs without one.
      return (of === 'mark' && part.value === 'none') || part.value === ''
        ? plain('*', () => true, true)
        : plain(`=${part.value}`, same(of, part.value))
    case 'matches': {
      const regexp = linearPattern(part.pattern, part.ignoreCase)
      return plain(`/${part.pattern}/${part.ignoreCase ? 'i' : ''}`, (value) => regexp.test(value))
    }
    default:
      return null
  }
}

function holds(words: string): MarkTerm['test'] {
  const wanted = fold(words)
  return (note) => fold(note).includes(wanted)
}

function same(of: MarkTerm['of'], value: string): MarkTerm['test'] {
  if (of === 'tag') return (tag) => tag === normalTag(value)
  if (of === 'marker') return (person) => fold(person) === fold(value)
  if (of === 'mark') return (mark) => PAIR_MARKS.some((one) => one === mark) && mark === value
  return (note) => note === value
}
