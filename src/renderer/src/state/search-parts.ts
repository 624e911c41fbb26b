import type { SearchInput } from '#shared/contract/index.ts'
import type { Searched } from '#shared/contract/search.ts'
import { t } from '../texts/index.ts'

/** One thing that is searched by, as a chip of the bar. */
export type SearchChip = { key: number; weight: number } & (
  | { kind: 'words'; words: string }
  | { kind: 'bytes'; base64: string; name: string; preview: string }
  | { kind: 'pair'; id: number; sha256: string | null }
)

/** Steps of a weight; 0 would leave the part out and is jumped over. */
const STEP = 0.25
const MOST = 4

/** The weight one step further; across 0 it changes sides. */
export function nextWeight(weight: number, by: 1 | -1): number {
  const next = Math.round((weight + by * STEP) / STEP) * STEP
  const other = next === 0 ? by * STEP : next
  return Math.min(MOST, Math.max(-MOST, other))
}

/** `-snow` is taken away. */
export function typedPart(text: string): { words: string; weight: number } | null {
  const isMinus = /^\s*[-−]/.test(text)
  const words = text.replace(/^\s*[-−]/, '').trim()
  return words === '' ? null : { words, weight: isMinus ? -1 : 1 }
}

/** By whose embeddings, and what of the pairs is ranked; without a model the engine chooses. */
export interface SearchScope {
  model: string | null
  among: Searched
}

/** What the engine is asked for chips and what is being typed; null where that is nothing. */
export function searchOf(
  chips: readonly SearchChip[],
  typed: string,
  scope: SearchScope,
): SearchInput | null {
  const parts: SearchInput['parts'] = chips.map((chip) => {
    switch (chip.kind) {
      case 'words':
        return { kind: 'words', words: chip.words, weight: chip.weight }
      case 'bytes':
        return { kind: 'bytes', base64: chip.base64, name: chip.name, weight: chip.weight }
      case 'pair':
        return { kind: 'pair', id: chip.id, weight: chip.weight }
    }
  })
  const last = typedPart(typed)
  if (last) parts.push({ kind: 'words', ...last })
  return parts.length === 0 ? null : { parts, ...scope }
}

/** A part as people say it. */
export function chipName(chip: SearchChip): string {
  switch (chip.kind) {
    case 'words':
      return chip.words
    case 'bytes':
      return chip.name
    case 'pair':
      return t('search.pair', { id: chip.id })
  }
}

/** What can be searched for again: pictures from outside are not kept. */
export type KeptPart =
  | { kind: 'words'; words: string; weight: number }
  | { kind: 'pair'; id: number; sha256: string | null; weight: number }

export function keptParts(chips: readonly SearchChip[], typed: string): KeptPart[] | null {
  const kept: KeptPart[] = []
  for (const chip of chips) {
    if (chip.kind === 'bytes') return null
    if (chip.kind === 'words') kept.push({ kind: 'words', words: chip.words, weight: chip.weight })
    else kept.push({ kind: 'pair', id: chip.id, sha256: chip.sha256, weight: chip.weight })
  }
  const last = typedPart(typed)
  if (last) kept.push({ kind: 'words', ...last })
  return kept.length === 0 ? null : kept
}

/** A search of before in one line: `+ pair 12 + night − snow`. */
export function lineOf(parts: readonly KeptPart[]): string {
  return parts
    .map((part, i) => {
      const name = part.kind === 'words' ? part.words : t('search.pair', { id: part.id })
      const size = Math.abs(part.weight) === 1 ? '' : ` × ${Math.abs(part.weight)}`
      const sign = part.weight < 0 ? '− ' : i > 0 ? '+ ' : ''
      return `${sign}${name}${size}`
    })
    .join(' ')
}
