import { DUPLICATE_DECISIONS, DUPLICATE_KINDS, DuplicateKind } from '#shared/duplicates.ts'
import { and, parts } from '#shared/query/index.ts'
import type { Query } from '#shared/query/index.ts'
import { AppError } from '#shared/errors.ts'
import type { ReaderDb } from '../open.ts'
import { decisionsOf } from '../repositories/duplicate-decisions.ts'
import { duplicateGroups } from './duplicate-groups.ts'
import { duplicateBits, oneOfEach } from './duplicate-picks.ts'
import { linearPattern } from './linear-pattern.ts'
import { setSlot } from './set-slots.ts'

/** A condition on duplicates, by the values of its field that fit. */
export interface DuplicateTerm {
  field: 'one' | 'duplicate' | 'decided'
  values: readonly string[]
}

/** `one:KIND` beside all else that must hold, or its opposite. */
export interface OneTerm {
  kind: DuplicateKind
  isNot: boolean
}

/** The condition on duplicates that a part of a query is; null for any other part. */
export function duplicateTerm(part: Query): DuplicateTerm | null {
  if (!('field' in part)) return null
  const { field } = part
  if (field !== 'one' && field !== 'duplicate' && field !== 'decided') return null
  const all: readonly string[] = field === 'decided' ? DUPLICATE_DECISIONS : DUPLICATE_KINDS
  switch (part.kind) {
    case 'present':
      return { field, values: all }
    case 'matches': {
      const regexp = linearPattern(part.pattern, part.ignoreCase)
      return { field, values: all.filter((value) => regexp.test(value)) }
    }
    case 'equals':
      return { field, values: [part.value] }
    default:
      return null
  }
}

/** The terms with `one` that must hold with all the rest, taken out of a query; in their order. */
export function withOnes(query: Query): { rest: Query; ones: OneTerm[] } {
  const ones: OneTerm[] = []
  const others = (query.kind === 'and' ? query.items : [query]).filter((item) => {
    const isNot = item.kind === 'not'
    const found = duplicateTerm(isNot ? item.item : item)
    if (found?.field !== 'one') return true
    ones.push({ kind: onlyKind(found), isNot })
    return false
  })
  return ones.length === 0 ? { rest: query, ones } : { rest: and(others), ones }
}

/** @throws AppError `invalid-input` */
function onlyKind({ values }: DuplicateTerm): DuplicateKind {
  const { data } = DuplicateKind.safeParse(values.length === 1 ? values[0] : null)
  if (data) return data
  throw new AppError(
    'invalid-input',
    'one: picks one of each group of duplicates of one kind.',
    `Write one of ${DUPLICATE_KINDS.map((kind) => `one:${kind}`).join(', ')}.`,
  )
}

/** @param ids ascending: what all else keeps */
export function afterOnes(db: ReaderDb, ones: readonly OneTerm[], ids: Int32Array): Int32Array {
  return ones.reduce((left, { kind, isNot }) => {
    const picked = oneOfEach(db, kind, left)
    if (!isNot) return picked
    const bits = bitsOf(picked)
    return left.filter((id) => (((bits[id >>> 5] ?? 0) >>> (id & 31)) & 1) === 0)
  }, ids)
}

/**
 * What one should know who filters by duplicates, in a sentence: what came after they were looked for
 * is in no group. null where nothing did.
 */
export function staleDuplicates(db: ReaderDb, query: Query): string | null {
  const kinds = new Set(
    [...parts(query)].flatMap((part) => {
      const found = duplicateTerm(part)
      return found && found.field !== 'decided' ? found.values : []
    }),
  )
  const late = DUPLICATE_KINDS.flatMap((kind) => {
    const waiting = kinds.has(kind) ? waitingOf(db, kind) : 0
    const things = kind === 'text' ? 'pairs' : 'pictures'
    return waiting > 0 ? `${kind}: ${waiting.toLocaleString('en')} ${things}` : []
  })
  return late.length === 0
    ? null
    : `Duplicates were looked for before all was there (${late.join(', ')} came after); these count as having none until you look again.`
}

/** A filter with a kind that was never looked for says so itself. */
function waitingOf(db: ReaderDb, kind: DuplicateKind): number {
  try {
    return duplicateGroups(db, kind).waiting
  } catch (error) {
    if (error instanceof AppError && error.kind === 'not-found') return 0
    throw error
  }
}

/**
 * A number that `in_set` knows for what is left of these pairs.
 * @param of what they are, as a name
 * @param ids ascending
 */
export function oneSlot(
  db: ReaderDb,
  ones: readonly OneTerm[],
  of: string,
  ids: Int32Array,
): number {
  return setSlot(db, `one ${JSON.stringify(ones)} ${of}`, bitsOf(afterOnes(db, ones, ids)))
}

/** A number that `in_set` knows. @param all every pair, ascending */
export function duplicateSlot(db: ReaderDb, term: DuplicateTerm, all: () => Int32Array): number {
  const key = `${term.field} ${term.values.join(' ')}`
  switch (term.field) {
    case 'one':
      return setSlot(db, key, bitsOf(oneOfEach(db, onlyKind(term), all())))
    case 'duplicate':
      return setSlot(db, key, union(term.values.map((kind) => bitsOfKind(db, kind, term))))
    case 'decided':
      return setSlot(db, key, decidedBits(db, term.values))
  }
}

/** Of several kinds those count that were looked for; a single one must have been. */
function bitsOfKind(db: ReaderDb, kind: string, { values }: DuplicateTerm): Uint32Array {
  try {
    return duplicateBits(db, kind as DuplicateKind)
  } catch (error) {
    const isMissing = error instanceof AppError && error.kind === 'not-found'
    if (!isMissing || values.length === 1) throw error
    return new Uint32Array()
  }
}

function decidedBits(db: ReaderDb, values: readonly string[]): Uint32Array {
  const { overall, apart } = decisionsOf(db)
  const ids: number[] = []
  for (const [id, { decision }] of overall) if (values.includes(decision)) ids.push(id)
  if (values.includes('apart')) for (const said of Object.values(apart)) ids.push(...said.keys())
  return bitsOf(ids)
}

function bitsOf(ids: ArrayLike<number>): Uint32Array {
  let highest = 0
  for (let i = 0; i < ids.length; i++) highest = Math.max(highest, ids[i] as number)
  const bits = new Uint32Array((highest >>> 5) + 1)
  for (let i = 0; i < ids.length; i++)
    bits[(ids[i] as number) >>> 5]! |= 1 << ((ids[i] as number) & 31)
  return bits
}

function union(all: readonly Uint32Array[]): Uint32Array {
  const out = new Uint32Array(Math.max(0, ...all.map(({ length }) => length)))
  for (const bits of all) for (let i = 0; i < bits.length; i++) out[i]! |= bits[i] as number
  return out
}
