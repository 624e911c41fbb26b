import type { Database } from 'better-sqlite3'
import { MARKS, MarkChange, NOTHING_SAID, PAIR_MARKS } from '#shared/marks.ts'
import type { Mark, MarkSummary, PairMark, PairSaid, PersonSaid } from '#shared/marks.ts'
import { AppError } from '#shared/errors.ts'
import type { ReaderDb } from '../open.ts'
import { eachRun } from '../id-runs.ts'
import { statement } from '../statements.ts'
import { setMarkTest } from './mark-slots.ts'

/** A condition on what people say of a pair. Two with the same key mean the same. */
export interface MarkTerm {
  of: 'mark' | 'tag' | 'note' | 'marker'
  key: string
  /** Of a mark, a tag, a note, or who says anything. */
  test(value: string): boolean
}

/** What people say now, by id, in memory: a million pairs are 1 MB a person. */
export interface MarkState {
  of(id: number): PairSaid
  /** By name; without those who say nothing. */
  byPerson(id: number): PersonSaid[]
  /** The pairs that fit, one bit each; ids beyond the end do not. */
  bits(term: MarkTerm): Uint32Array
  /** What all say of each pair: 0 nothing, else the place in `PAIR_MARKS` from 1. */
  marks(): Uint8Array
  tags(): ReadonlyMap<string, Uint32Array>
  noted(): Uint32Array
  summary(): MarkSummary
}

/** What one person says. */
interface Voice {
  person: string
  /** Place in `MARKS` from 1. */
  marks: Uint8Array
  tags: Map<string, Uint32Array>
  notes: Map<number, string>
  /** The last event that is in here. */
  at: string
}

interface EventRow {
  id: number
  uid: string
  person: string
  kind: 'set' | 'undo' | 'redo'
  target: string | null
  change: string
  at: string
}

interface Held {
  state: MarkState
  lastEvent: number
  lastPairs: number
  voices: Map<string, Voice>
  /** Terms that statements of this connection ask for, by their number. */
  slots: MarkTerm[]
  numbers: Map<string, number>
}

const held = new WeakMap<Database, Held>()

/** The marks as this connection sees them now; what is new is added to what was read before. */
export function marksOf(db: ReaderDb): MarkState {
  return current(db).state
}

/**
 * A number for a term, to be used in SQL: `in_marks(number, id)`. To be asked for anew before each
 * statement, so that what it sees is up to date.
 */
export function markSlot(db: ReaderDb, term: MarkTerm): number {
  const { slots, numbers } = current(db)
  const key = `${term.of} ${term.key}`
  const known = numbers.get(key)
  if (known !== undefined) return known
  numbers.set(key, slots.length)
  return slots.push(term) - 1
}

export function hasBit(bits: Uint32Array, id: number): boolean {
  return (((bits[id >>> 5] ?? 0) >>> (id & 31)) & 1) === 1
}

function current(db: ReaderDb): Held {
  const last = statement<{ events: number; pairs: number }>(
    db,
    `SELECT (SELECT ifnull(max(id), 0) FROM mark_events) AS events,
       (SELECT ifnull(max(id), 0) FROM mark_pairs) AS pairs`,
  ).get() as { events: number; pairs: number }
  const before = held.get(db)
  if (before && before.lastEvent === last.events && before.lastPairs === last.pairs) return before
  const { slots, numbers } = before ?? { slots: [], numbers: new Map<string, number>() }
  const voices = (before && added(db, before)) ?? replayed(db)
  const now: Held = {
    state: createState(voices),
    lastEvent: last.events,
    lastPairs: last.pairs,
    voices,
    slots,
    numbers,
  }
  held.set(db, now)
  setMarkTest(db, (slot, id) => {
    const term = slots[slot]
    return term !== undefined && hasBit(now.state.bits(term), id)
  })
  return now
}

const EVENT = 'SELECT id, uid, person, kind, target, change, at FROM mark_events'

/** The voices with the new events; null where something older changed, too. */
function added(db: ReaderDb, before: Held): Map<string, Voice> | null {
  const events = statement<EventRow>(db, `${EVENT} WHERE id > ? ORDER BY at, uid`).all(
    before.lastEvent,
  )
  const late = statement(db, 'SELECT 1 FROM mark_pairs WHERE id > ? AND event_id <= ? LIMIT 1').get(
    before.lastPairs,
    before.lastEvent,
  )
  const inOrder = events.every(
    ({ kind, person, at }) => kind === 'set' && at > (before.voices.get(person)?.at ?? ''),
  )
  if (late !== undefined || !inOrder) return null
  for (const event of events) apply(db, before.voices, event)
  return before.voices
}

function replayed(db: ReaderDb): Map<string, Voice> {
  const voices = new Map<string, Voice>()
  const undone = new Map<string, boolean>()
  for (const { kind, target, person } of statement<EventRow>(
    db,
    `${EVENT} WHERE kind <> 'set' ORDER BY at, uid`,
  ).iterate()) {
    // What was said last of an action holds, and only its own speaker can say it.
    undone.set(`${person}\n${target ?? ''}`, kind === 'undo')
  }
  for (const event of statement<EventRow>(
    db,
    `${EVENT} WHERE kind = 'set' ORDER BY at, uid`,
  ).all()) {
    if (!undone.get(`${event.person}\n${event.uid}`)) apply(db, voices, event)
  }
  return voices
}

function apply(db: ReaderDb, voices: Map<string, Voice>, event: EventRow): void {
  const voice = voices.get(event.person) ?? {
    person: event.person,
    marks: new Uint8Array(),
    tags: new Map<string, Uint32Array>(),
    notes: new Map<number, string>(),
    at: '',
  }
  voices.set(event.person, voice)
  voice.at = event.at
  const change = readChange(event.change)
  const mark = change.mark === undefined ? -1 : change.mark ? MARKS.indexOf(change.mark) + 1 : 0
  const rows = statement<{ runs: Uint8Array }>(
    db,
    'SELECT runs FROM mark_pairs WHERE event_id = ?',
  ).all(event.id)
  for (const { runs } of rows) {
    let highest = 0
    eachRun(runs, (_from, to) => (highest = to))
    if (mark >= 0 && highest >= voice.marks.length) {
      const larger = new Uint8Array(highest + 1 + (highest >>> 2))
      larger.set(voice.marks)
      voice.marks = larger
    }
    const on = (change.addTags ?? []).map((tag) => {
      const bits = widened(voice.tags.get(tag), highest)
      voice.tags.set(tag, bits)
      return bits
    })
    const off = (change.removeTags ?? []).flatMap((tag) => voice.tags.get(tag) ?? [])
    eachRun(runs, (from, to) => {
      if (mark >= 0) voice.marks.fill(mark, from, to + 1)
      for (let id = from; id <= to; id++) {
        for (const bits of on) bits[id >>> 5]! |= 1 << (id & 31)
        for (const bits of off) if (id >>> 5 < bits.length) bits[id >>> 5]! &= ~(1 << (id & 31))
        if (change.note === '') voice.notes.delete(id)
        else if (change.note !== undefined) voice.notes.set(id, change.note)
      }
    })
  }
}

function widened(bits: Uint32Array | undefined, highest: number): Uint32Array {
  const words = (highest >>> 5) + 1
  if (bits && bits.length >= words) return bits
  const larger = new Uint32Array(words + (words >>> 2))
  if (bits) larger.set(bits)
  return larger
}

/** @throws AppError `damaged` */
function readChange(json: string): MarkChange {
  const { data } = MarkChange.safeParse(JSON.parse(json))
  if (data) return data
  throw new AppError('damaged', 'the corpus holds a mark that cannot be read')
}

function createState(all: ReadonlyMap<string, Voice>): MarkState {
  const voices = [...all.values()].sort((a, b) => (a.person < b.person ? -1 : 1))
  const known = new Map<string, Uint32Array>()
  let together: Uint8Array | null = null
  let allTags: Map<string, Uint32Array> | null = null
  let withNote: Uint32Array | null = null

  function markOf(id: number): PairMark | null {
    let found = 0
    for (const { marks } of voices) {
      const one = marks[id] ?? 0
      if (one === 0 || one === found) continue
      if (found !== 0) return 'disputed'
      found = one
    }
    return found === 0 ? null : (MARKS[found - 1] as Mark)
  }

  function tagsOf(voice: Voice, id: number): string[] {
    return [...voice.tags].flatMap(([tag, bits]) => (hasBit(bits, id) ? tag : [])).sort()
  }

  function marks(): Uint8Array {
    if (together) return together
    const longest = Math.max(0, ...voices.map((voice) => voice.marks.length))
    together = new Uint8Array(longest)
    const disputed = PAIR_MARKS.indexOf('disputed') + 1
    for (const voice of voices) {
      for (let id = 0; id < voice.marks.length; id++) {
        const one = voice.marks[id] as number
        if (one === 0) continue
        const before = together[id] as number
        together[id] = before === 0 || before === one ? one : disputed
      }
    }
    return together
  }

  function tags(): Map<string, Uint32Array> {
    if (allTags) return allTags
    allTags = new Map()
    for (const voice of voices) {
      for (const [tag, bits] of voice.tags) {
        allTags.set(tag, union(allTags.get(tag), bits))
      }
    }
    return allTags
  }

  function noted(): Uint32Array {
    withNote ??= bitsOfIds(voices.flatMap(({ notes }) => [...notes.keys()]))
    return withNote
  }

  function makeBits(term: MarkTerm): Uint32Array {
    switch (term.of) {
      case 'mark': {
        const codes = marks()
        const fits = [false, ...PAIR_MARKS.map((mark) => term.test(mark))]
        const bits = new Uint32Array((codes.length >>> 5) + 1)
        for (let id = 0; id < codes.length; id++) {
          if (fits[codes[id] as number]) bits[id >>> 5]! |= 1 << (id & 31)
        }
        return bits
      }
      case 'tag':
        return [...tags()].reduce<Uint32Array>(
          (bits, [tag, some]) => (term.test(tag) ? union(bits, some) : bits),
          new Uint32Array(),
        )
      case 'note':
        return bitsOfIds(
          voices.flatMap(({ notes }) =>
            [...notes].flatMap(([id, note]) => (term.test(note) ? id : [])),
          ),
        )
      case 'marker':
        return voices
          .filter(({ person }) => term.test(person))
          .reduce<Uint32Array>((bits, voice) => union(bits, anyBits(voice)), new Uint32Array())
    }
  }

  const state: MarkState = {
    of(id) {
      const mark = markOf(id)
      const found = voices.flatMap((voice) => tagsOf(voice, id))
      const notes = voices.flatMap(({ person, notes: all }) => {
        const note = all.get(id)
        return note === undefined ? [] : { person, note }
      })
      if (mark === null && found.length === 0 && notes.length === 0) return NOTHING_SAID
      return {
        mark,
        tags: [...new Set(found)].sort(),
        note:
          notes.length === 0
            ? null
            : notes.length === 1
              ? (notes[0]?.note ?? null)
              : notes.map(({ person, note }) => `${person}: ${note}`).join('\n'),
      }
    },
    byPerson(id) {
      return voices.flatMap((voice) => {
        const code = voice.marks[id] ?? 0
        const said = {
          person: voice.person,
          mark: code === 0 ? null : (MARKS[code - 1] as Mark),
          tags: tagsOf(voice, id),
          note: voice.notes.get(id) ?? null,
        }
        return said.mark === null && said.tags.length === 0 && said.note === null ? [] : said
      })
    },
    bits(term) {
      const key = `${term.of} ${term.key}`
      let bits = known.get(key)
      if (!bits) known.set(key, (bits = makeBits(term)))
      return bits
    },
    marks,
    tags,
    noted,
    summary() {
      const counted = new Array<number>(PAIR_MARKS.length + 1).fill(0)
      for (const code of marks()) counted[code]!++
      return {
        marks: Object.fromEntries(
          PAIR_MARKS.map((mark, i) => [mark, counted[i + 1] ?? 0]),
        ) as MarkSummary['marks'],
        tags: [...tags()]
          .map(([tag, bits]) => ({ tag, n: countBits(bits) }))
          .filter(({ n }) => n > 0)
          .sort((a, b) => b.n - a.n || (a.tag < b.tag ? -1 : 1)),
        noted: countBits(noted()),
        people: voices.map((voice) => {
          const own = [0, 0, 0, 0]
          for (const code of voice.marks) own[code]!++
          const tagged = [...voice.tags.values()].reduce<Uint32Array>(union, new Uint32Array())
          return {
            name: voice.person,
            keep: own[1] ?? 0,
            reject: own[2] ?? 0,
            unsure: own[3] ?? 0,
            tagged: countBits(tagged),
            noted: voice.notes.size,
          }
        }),
      }
    },
  }
  return state
}

function anyBits(voice: Voice): Uint32Array {
  const marked = new Uint32Array((voice.marks.length >>> 5) + 1)
  for (let id = 0; id < voice.marks.length; id++) {
    if (voice.marks[id] !== 0) marked[id >>> 5]! |= 1 << (id & 31)
  }
  const tagged = [...voice.tags.values()].reduce<Uint32Array>(union, marked)
  return union(tagged, bitsOfIds([...voice.notes.keys()]))
}

function bitsOfIds(ids: readonly number[]): Uint32Array {
  let highest = 0
  for (const id of ids) if (id > highest) highest = id
  const bits = new Uint32Array((highest >>> 5) + 1)
  for (const id of ids) bits[id >>> 5]! |= 1 << (id & 31)
  return bits
}

function union(a: Uint32Array | undefined, b: Uint32Array): Uint32Array {
  const out = new Uint32Array(Math.max(a?.length ?? 0, b.length))
  if (a) out.set(a)
  for (let i = 0; i < b.length; i++) out[i]! |= b[i] as number
  return out
}

export function countBits(bits: Uint32Array): number {
  let n = 0
  for (let word of bits) for (; word !== 0; word &= word - 1) n++
  return n
}
