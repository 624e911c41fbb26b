import type { Database } from 'better-sqlite3'
import { normalAddress, normalHost } from '#shared/address.ts'
import { shownShare } from '#shared/text/shown-words.ts'
import { linearPattern } from './linear-pattern.ts'
import { inMarks } from './mark-slots.ts'
import { hasWordsInSql } from './word-terms.ts'
import { inSet } from './set-slots.ts'

/** Characters of a text that a pattern is held against. */
const MAX_TEXT = 100_000

/** The functions that compiled queries use. Pure, so that SQLite may reuse their results. */
export function registerFunctions(db: Database): void {
  const options = { deterministic: true, directOnly: true }
  // LIKE folds ASCII only; this one is for words beyond it.
  db.function('folded_contains', options, (text: unknown, needle: unknown) =>
    typeof text === 'string' && typeof needle === 'string' && fold(text).includes(needle) ? 1 : 0,
  )
  db.function('shown_share', options, (text: unknown, read: unknown) =>
    typeof text === 'string' && typeof read === 'string' ? shownShare(text, read) : null,
  )
  db.function('has_words', { ...options, varargs: true }, hasWordsInSql)
  // What people say changes between statements, never within one.
  db.function('in_marks', { directOnly: true }, (slot: unknown, id: unknown) =>
    typeof slot === 'number' && typeof id === 'number' && inMarks(db, slot, id) ? 1 : 0,
  )
  db.function('in_set', { directOnly: true }, (slot: unknown, id: unknown) =>
    typeof slot === 'number' && typeof id === 'number' && inSet(db, slot, id) ? 1 : 0,
  )
  db.function('normal_address', options, (url: unknown) =>
    typeof url === 'string' ? normalAddress(url) : null,
  )
  db.function('normal_host', options, (host: unknown) =>
    typeof host === 'string' ? normalHost(host) : null,
  )
  db.function('sort_key', options, (text: unknown) =>
    typeof text === 'string' ? sortKey(text) : null,
  )
  db.function('matches', options, (text: unknown, source: unknown, ignoreCase: unknown) => {
    if (typeof text !== 'string') return 0
    const part = text.length > MAX_TEXT ? text.slice(0, MAX_TEXT) : text
    return linearPattern(String(source), ignoreCase === 1).test(part) ? 1 : 0
  })
}

/** Lower case and composed, so that "É" written either way is found; soft hyphens are not letters. */
export function fold(text: string): string {
  return text.replaceAll('\u00ad', '').normalize('NFC').toLowerCase()
}

/** Characters of a text that decide on its place among others. */
const SORTED_CHARACTERS = 64

/**
 * What texts are sorted by: without accents, case and signs before the first letter, so that
 * "Äpfel" stands beside "apple". null where nothing is left.
 */
export function sortKey(text: string): string | null {
  const key = text
    .slice(0, 4 * SORTED_CHARACTERS)
    .replace(/^[^\p{L}\p{N}]+/u, '')
    .slice(0, SORTED_CHARACTERS)
    .normalize('NFKD')
    .replace(/[\p{M}\u00ad]+/gu, '')
    .toLowerCase()
  return key === '' ? null : key
}
