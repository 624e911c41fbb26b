import type { OwnText } from '../domain.ts'
import { fieldNamed, isPlainColumn } from './fields.ts'
import type { Query, ScoreRef } from './ast.ts'

/**
 * The canonical form of a query: what recipes of exports hold. Reading it gives the same query.
 */
export function printQuery(query: Query): string {
  switch (query.kind) {
    case 'all':
      return ''
    case 'and':
      return query.items.map((item) => within(item, ['or'])).join(' ')
    case 'or':
      return query.items.map((item) => within(item, [])).join(' OR ')
    case 'not':
      return `-${within(query.item, ['and', 'or', 'not'])}`
    case 'words':
      return bareWord(query.words)
    case 'wordSearch': {
      const { phrase, prefix, near } = query.search
      const name = query.text === null ? 'words' : `words.${query.text}`
      if (near !== null) return `${name}:${quote(phrase)}~${near}`
      return `${name}:${value(phrase + (prefix ? '*' : ''))}`
    }
    case 'contains':
      return `${query.field}:${value(query.words)}`
    case 'equals':
      return query.value === ''
        ? `${query.field}:""`
        : fieldNamed(query.field)?.values
          ? `${query.field}:${query.value}`
          : `${query.field}=${value(query.value)}`
    case 'matches':
      return `${query.field}:/${query.pattern}/${query.ignoreCase ? 'i' : ''}`
    case 'present':
      return `${query.field}:*`
    case 'compare':
      return `${query.field}${query.op}${query.value}`
    case 'range':
      return `${query.field}:${query.from ?? ''}..${query.to ?? ''}`
    case 'dateCompare':
      return `date${query.op}${query.value}`
    case 'dateRange':
      return `date:${query.from ?? ''}..${query.to ?? ''}`
    case 'scorePresent':
      return `${score(query.score)}:*`
    case 'scoreCompare':
      return `${score(query.score)}${query.op}${query.value}`
    case 'scoreRange':
      return `${score(query.score)}:${query.from ?? ''}..${query.to ?? ''}`
    case 'tokensPresent':
      return `${score(query.score, 'tokens')}:*`
    case 'tokensCompare':
      return `${score(query.score, 'tokens')}${query.op}${query.value}`
    case 'tokensRange':
      return `${score(query.score, 'tokens')}:${query.from ?? ''}..${query.to ?? ''}`
    case 'shownPresent':
      return `${shown(query.text)}:*`
    case 'shownCompare':
      return `${shown(query.text)}${query.op}${query.value}`
    case 'shownRange':
      return `${shown(query.text)}:${query.from ?? ''}..${query.to ?? ''}`
    case 'columnPresent':
      return `${column(query.column)}:*`
    case 'columnCompare':
      return `${column(query.column)}${query.op}${query.value}`
    case 'columnRange':
      return `${column(query.column)}:${query.from ?? ''}..${query.to ?? ''}`
  }
}

function within(item: Query, parenthesised: readonly Query['kind'][]): string {
  const text = printQuery(item)
  return parenthesised.includes(item.kind) ? `(${text})` : text
}

function shown(text: OwnText | null): string {
  return `caption-in-image${text === null ? '' : `.${text}`}`
}

function score(ref: ScoreRef, name = 'score'): string {
  const model =
    ref.model === null ? '' : /[\]"\s]/.test(ref.model) ? `[${quote(ref.model)}]` : `[${ref.model}]`
  return `${name}${model}${ref.text === null ? '' : `.${ref.text}`}`
}

/** A plain name stands alone; one that is a field's or has other signs stands in `column[...]`. */
function column(name: string): string {
  if (isPlainColumn(name)) return name
  return /[\]"\s]/.test(name) || name === '' ? `column[${quote(name)}]` : `column[${name}]`
}

function bareWord(words: string): string {
  const plain =
    /^[^\s()":<>=!/*.[\]-][^\s()":<>=![\]]*$/u.test(words) && !/^(AND|OR|NOT)$/.test(words)
  // "score.x" would begin a score.
  return plain && !/^(score|tokens|caption-in-image)\./i.test(words) ? words : quote(words)
}

function value(words: string): string {
  return /^[^\s()"/*][^\s()"]*$/u.test(words) ? words : quote(words)
}

function quote(words: string): string {
  return `"${words.replace(/[\\"]/g, '\\$&')}"`
}
