import type { Database } from 'better-sqlite3'

/** Sets of ids that statements of a connection ask for by number: `in_set(number, id)` of SQL. */
interface Slots {
  numbers: Map<string, number>
  bits: Uint32Array[]
}
const held = new WeakMap<Database, Slots>()
/** More than any one statement has; older ones give their number to another. */
const MOST = 64

/** A number for a set of ids, one bit each, to be used in the next statement. */
export function setSlot(db: Database, key: string, bits: Uint32Array): number {
  let slots = held.get(db)
  if (!slots) held.set(db, (slots = { numbers: new Map(), bits: [] }))
  let number = slots.numbers.get(key)
  if (number === undefined) {
    const oldest = slots.numbers.size >= MOST ? slots.numbers.entries().next().value : undefined
    if (oldest) slots.numbers.delete(oldest[0])
    number = oldest?.[1] ?? slots.bits.length
  } else slots.numbers.delete(key)
  slots.numbers.set(key, number)
  slots.bits[number] = bits
  return number
}

/** `in_set` of SQL. */
export function inSet(db: Database, slot: number, id: number): boolean {
  const bits = held.get(db)?.bits[slot]
  return bits !== undefined && (((bits[id >>> 5] ?? 0) >>> (id & 31)) & 1) === 1
}
