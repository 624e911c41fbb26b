import { attributeKey } from './attributes.ts'
import { here } from './here.ts'
import {
  applyBits,
  carry,
  closeOther,
  entryAt,
  entryPlace,
  forgetSerial,
  gain,
  gainAt,
  growEntries,
  move,
  passFoster,
  popFormatting,
  popTo,
  push,
  putDown,
  removeAt,
  setEntry,
  stackProps,
  stackState,
  stackTag,
  takeOut,
} from './stack.ts'
import * as tag from './tags.ts'

/*
 * The list of active formatting elements: what `<b>` and its like do where tags are misnested. A
 * linked list, since entries come and go in the middle; 0 is its end.
 */

/** More are not remembered: the stack is no deeper. */
const MOST = 512

let before = new Int32Array(1024)
let after = new Int32Array(1024)
/** 0 is a marker. */
let tags = new Int32Array(1024)
/** The bits of state that the element adds. */
let gains = new Int32Array(1024)
/** Where its attributes stand in the page. */
let from = new Int32Array(1024)
/** Names and values of the attributes, by where they stand; made where they are needed. */
const keys = new Map<number, string>()
let newest = 0
let used = 0
let free = 0
let entries = 0
/** Entries of each name, markers or not between them: most searches end before they begin. */
const entriesOf = new Int32Array(tag.TAG_COUNT)

export function startFormatting(): void {
  newest = used = free = entries = 0
  entriesOf.fill(0)
  keys.clear()
}

function newEntry(older: number, name: number): number {
  let entry = free
  if (entry !== 0) free = after[entry] as number
  else {
    entry = ++used
    if (entry === before.length) grow()
  }
  const younger = older === 0 ? 0 : (after[older] as number)
  before[entry] = older
  after[entry] = younger
  if (older !== 0) after[older] = entry
  if (younger !== 0) before[younger] = entry
  else newest = entry
  tags[entry] = name
  entriesOf[name] = (entriesOf[name] as number) + 1
  entryPlace[entry] = -1
  return entry
}

function grow(): void {
  const grown = (old: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> => {
    const next = new Int32Array(old.length * 2)
    next.set(old)
    return next
  }
  before = grown(before)
  after = grown(after)
  tags = grown(tags)
  gains = grown(gains)
  from = grown(from)
  growEntries()
}

function removeEntry(entry: number): void {
  const older = before[entry] as number
  const younger = after[entry] as number
  if (older !== 0) after[older] = younger
  if (younger !== 0) before[younger] = older
  else becomesNewest(older)
  const name = tags[entry] as number
  if (name !== 0) entries--
  entriesOf[name] = (entriesOf[name] as number) - 1
  const place = entryPlace[entry] as number
  if (place >= 0) setEntry(place, 0)
  after[entry] = free
  free = entry
}

/** `removeEntry` for the newest: a marker, or one whose element is closed with it. */
function removeNewest(): void {
  const entry = newest
  const name = tags[entry] as number
  const older = before[entry] as number
  if (older !== 0) after[older] = 0
  becomesNewest(older)
  if (name !== 0) entries--
  entriesOf[name] = (entriesOf[name] as number) - 1
  after[entry] = free
  free = entry
}

/** What waited behind a newer entry or a marker may be opened again now. */
function becomesNewest(entry: number): void {
  newest = entry
  if (entry !== 0 && tags[entry] !== 0 && (entryPlace[entry] as number) < 0) here.reopen = true
}

export function addMarker(): void {
  newEntry(newest, 0)
}

export function clearToMarker(): void {
  while (newest !== 0) {
    if (tags[newest] === 0) {
      removeNewest()
      return
    }
    removeEntry(newest)
  }
}

/**
 * Notes the innermost open element, whose attributes begin at the place given: at most three of
 * the same name and attributes are kept, and none past the limit.
 */
export function noteFormatting(name: number, attributesFrom: number): void {
  if ((entriesOf[name] as number) >= 3) {
    const key = attributeKey(here.html, attributesFrom)
    let oldest = 0
    let equal = 0
    for (let entry = newest; entry !== 0 && tags[entry] !== 0; entry = before[entry] as number) {
      if (tags[entry] !== name || keyOf(entry) !== key) continue
      equal++
      oldest = entry
    }
    if (equal >= 3) removeEntry(oldest)
  }
  const at = here.depth - 1
  if (entries >= MOST) {
    setEntry(at, 0)
    return
  }
  const entry = newEntry(newest, name)
  entries++
  gains[entry] = gainAt(at)
  from[entry] = attributesFrom
  setEntry(at, entry)
}

function keyOf(entry: number): string {
  const place = from[entry] as number
  let key = keys.get(place)
  if (key === undefined) {
    key = attributeKey(here.html, place)
    keys.set(place, key)
  }
  return key
}

/** Opens again what was closed out of turn: "reconstruct the active formatting elements". */
export function reopenFormatting(): void {
  here.reopen = false
  let entry = newest
  let oldest = 0
  while (entry !== 0 && tags[entry] !== 0 && (entryPlace[entry] as number) < 0) {
    oldest = entry
    entry = before[entry] as number
  }
  for (entry = oldest; entry !== 0; entry = after[entry] as number) {
    push(tags[entry] as number, -1)
    const at = here.depth - 1
    forgetSerial(at)
    gain(gains[entry] as number)
    setEntry(at, entry)
  }
}

/** The entry of `name` after the last marker; 0 = none. */
export function formattingEntry(name: number): number {
  if (entriesOf[name] === 0) return 0
  for (let entry = newest; entry !== 0 && tags[entry] !== 0; entry = before[entry] as number) {
    if (tags[entry] === name) return entry
  }
  return 0
}

/** Takes an entry, and its element where that is open, away. */
export function dropFormatting(entry: number): void {
  const place = entryPlace[entry] as number
  if (place >= 0) removeAt(place)
  removeEntry(entry)
}

let doomed = new Uint8Array(1024)

/** The adoption agency algorithm of the HTML standard, for an end tag (or a second `<a>`). */
export function adopt(name: number): void {
  const top = here.depth - 1
  if (top >= 0 && stackTag[top] === name) {
    // As in most pages: what was opened last is closed.
    const entry = entryAt(top)
    if (entry === newest || entry === 0) {
      if (entry !== 0) removeNewest()
      popFormatting()
      return
    }
  }
  for (let round = 0; round < 8; round++) {
    const entry = formattingEntry(name)
    if (entry === 0) {
      closeOther(name)
      return
    }
    const place = entryPlace[entry] as number
    if (place < 0) {
      removeEntry(entry)
      return
    }
    let furthest = -1
    for (let i = here.depth - 1; i > place; i--) {
      const props = stackProps[i] as number
      // Not in scope.
      if ((props & tag.SCOPE) !== 0) return
      if ((props & tag.SPECIAL) !== 0) furthest = i
    }
    if (furthest < 0) {
      // Its entry goes first, so that nothing waits to be opened again.
      removeEntry(entry)
      popTo(place)
      return
    }
    splitAround(entry, place, furthest)
  }
}

/** One round of it: the block `furthest` leaves the formatting element, which begins again in it. */
function splitAround(entry: number, place: number, furthest: number): void {
  if (doomed.length <= furthest) doomed = new Uint8Array(furthest * 2)
  const base = stackState[place] as number
  let bookmark = entry
  for (let i = furthest - 1, n = 1; i > place; i--, n++) {
    const inner = entryAt(i)
    const kept = inner !== 0 && n <= 3
    doomed[i] = kept ? 0 : 1
    if (kept) {
      forgetSerial(i)
      if (bookmark === entry) bookmark = inner
    } else if (inner !== 0) removeEntry(inner)
  }
  const formatting = carry(place)
  const made = newEntry(bookmark, formatting.tag)
  entries++
  gains[made] = gains[entry] as number
  from[made] = from[entry] as number
  removeEntry(entry)
  passFoster(place, place + 1)

  let to = place
  for (let i = place + 1; i < furthest; i++) {
    if (doomed[i] === 1) takeOut(i)
    else move(i, to++)
  }
  move(furthest, to++)
  putDown(formatting, to)
  setEntry(to++, made)
  for (let i = furthest + 1; i < here.depth; i++) move(i, to++)
  here.depth = to
  applyBits(place, base)
}
