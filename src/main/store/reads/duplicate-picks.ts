import type { DuplicateKind } from '#shared/duplicates.ts'
import type { ReaderDb } from '../open.ts'
import { decisionsOf } from '../repositories/duplicate-decisions.ts'
import type { Decisions } from '../repositories/duplicate-decisions.ts'
import { duplicateGroups } from './duplicate-groups.ts'
import type { Groups } from './duplicate-groups.ts'

/**
 * Of these pairs one of each group, and all that are in none; without those that were dropped. The
 * one is what somebody last said to keep, else the best.
 * @param ids ascending
 */
export function oneOfEach(db: ReaderDb, kind: DuplicateKind, ids: Int32Array): Int32Array {
  const groups = duplicateGroups(db, kind)
  const decisions = decisionsOf(db)
  const chosen = chosenOf(groups, decisions, ids)
  const { overall, apart } = decisions
  return ids.filter((id) => {
    if (overall.get(id)?.decision === 'drop') return false
    const group = groups.groupOf[id] ?? 0
    return group === 0 || apart[kind].has(id) || chosen[group] === id
  })
}

/** By group: the pair that stands for it among some; 0 = none of them does. */
export function chosenOf(groups: Groups, decisions: Decisions, ids: Int32Array): Int32Array {
  const { overall, apart } = decisions
  const chosen = new Int32Array(groups.count + 1)
  const said = new Map<number, number>()
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i] as number
    const group = groups.groupOf[id] ?? 0
    if (group === 0 || apart[groups.kind].has(id)) continue
    const decided = overall.get(id)
    if (decided?.decision === 'drop') continue
    if (decided?.decision === 'keep') {
      const before = said.get(group) ?? -1
      const isBetter =
        decided.order > before ||
        (decided.order === before &&
          (groups.placeOf[id] as number) < (groups.placeOf[chosen[group] as number] as number))
      if (!isBetter) continue
      said.set(group, decided.order)
      chosen[group] = id
      continue
    }
    if (said.has(group)) continue
    const before = chosen[group] as number
    if (before === 0 || (groups.placeOf[id] as number) < (groups.placeOf[before] as number)) {
      chosen[group] = id
    }
  }
  return chosen
}

/** The pairs that have a duplicate of this kind: one bit each. */
export function duplicateBits(db: ReaderDb, kind: DuplicateKind): Uint32Array {
  const { groupOf, starts } = duplicateGroups(db, kind)
  const apart = decisionsOf(db).apart[kind]
  const left = new Map<number, number>()
  for (const id of apart.keys()) {
    const group = groupOf[id] ?? 0
    if (group !== 0) left.set(group, (left.get(group) ?? sizeOf(starts, group)) - 1)
  }
  const bits = new Uint32Array((groupOf.length >>> 5) + 1)
  for (let id = 1; id < groupOf.length; id++) {
    const group = groupOf[id] as number
    if (group === 0 || apart.has(id) || (left.get(group) ?? 2) < 2) continue
    bits[id >>> 5]! |= 1 << (id & 31)
  }
  return bits
}

export const sizeOf = (starts: Int32Array, group: number): number =>
  (starts[group + 1] as number) - (starts[group] as number)
