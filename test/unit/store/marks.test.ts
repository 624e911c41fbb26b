import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { MarkChange } from '#shared/marks.ts'
import { seededRandom } from '#shared/random.ts'
import type { Corpus } from '../../../src/main/store/open.ts'
import { marksOf } from '../../../src/main/store/reads/mark-state.ts'
import { createReads } from '../../../src/main/store/reads/reads.ts'
import { mergeMarkEvents, saveMarkEvents } from '../../../src/main/store/repositories/mark-files.ts'
import { putMarks, redoMarks, undoMarks } from '../../../src/main/store/repositories/marks.ts'
import { listPairs } from '../../../src/main/store/repositories/pairs.ts'
import { corpusOf } from './label-support.ts'

let folder: string
const open: Corpus[] = []
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'gleaner-marks-'))))
afterEach(() => {
  for (const corpus of open.splice(0)) corpus.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Pairs 1 to 6 on two pages. `skip` leaves pictures out, so that ids differ between machines. */
function corpus(name: string, skip = 0): Corpus {
  const picture = (n: number) => ({ picture: `https://img.example/${n}.jpg`, alt: `picture ${n}` })
  const made = corpusOf(join(folder, `${name}.gleaner`), [
    { url: 'https://one.example/', pairs: [1, 2, 3].filter((n) => n > skip).map(picture) },
    { url: 'https://two.example/', pairs: [4, 5, 6].map(picture) },
  ])
  open.push(made)
  return made
}

const say = (where: Corpus, person: string, ids: number[], change: MarkChange) =>
  putMarks(where.writer, { person, ids: Int32Array.from(ids), change, software: 'test' })
const saidOf = (where: Corpus, id: number) => marksOf(where.reader).of(id)
const idsWhere = (where: Corpus, query: string): number[] =>
  listPairs(where.reader, { where: query, afterId: 0, limit: 100 }).map(({ id }) => id)

test('marks, tags and notes of several pairs are one event, and each changes only what it names', () => {
  const one = corpus('one')
  say(one, 'anna', [1, 2, 3, 5], { mark: 'keep' })
  say(one, 'anna', [2, 3], { addTags: ['Logo', '  street   sign '] })
  say(one, 'anna', [3], { mark: 'unsure', note: 'crop it' })
  say(one, 'anna', [2], { removeTags: ['logo'] })
  expect(one.reader.prepare('SELECT count(*) AS n FROM mark_events').get()).toEqual({ n: 4 })
  expect(saidOf(one, 1)).toEqual({ mark: 'keep', tags: [], note: null })
  expect(saidOf(one, 2)).toEqual({ mark: 'keep', tags: ['street sign'], note: null })
  expect(saidOf(one, 3)).toEqual({
    mark: 'unsure',
    tags: ['logo', 'street sign'],
    note: 'crop it',
  })
  expect(saidOf(one, 4)).toEqual({ mark: null, tags: [], note: null })
})

test('what nobody asked to change, or of no pair, is refused and leaves nothing', () => {
  const one = corpus('one')
  expect(() => say(one, 'anna', [1], { addTags: [] })).toThrow('No mark, tag or note was given.')
  expect(() => say(one, 'anna', [], { mark: 'keep' })).toThrow('There is no pair to mark.')
  expect(one.reader.prepare('SELECT count(*) AS n FROM mark_events').get()).toEqual({ n: 0 })
})

test('undo takes back whole actions of that person, newest first, and redo brings them back', () => {
  const one = corpus('one')
  say(one, 'anna', [1, 2], { mark: 'keep' })
  const second = say(one, 'anna', [2, 3], { mark: 'reject', addTags: ['logo'] })
  say(one, 'ben', [4], { mark: 'keep' })
  const me = { person: 'anna', software: 'test' }
  expect(undoMarks(one.writer, me)).toEqual({ event: second.event, pairs: 2 })
  expect([1, 2, 3, 4].map((id) => saidOf(one, id).mark)).toEqual(['keep', 'keep', null, 'keep'])
  expect(saidOf(one, 3).tags).toEqual([])
  undoMarks(one.writer, me)
  expect(undoMarks(one.writer, me)).toBeNull()
  expect([1, 2, 3, 4].map((id) => saidOf(one, id).mark)).toEqual([null, null, null, 'keep'])
  redoMarks(one.writer, me)
  expect(redoMarks(one.writer, me)).toEqual({ event: second.event, pairs: 2 })
  expect(redoMarks(one.writer, me)).toBeNull()
  expect([1, 2, 3].map((id) => saidOf(one, id).mark)).toEqual(['keep', 'reject', 'reject'])
  expect(saidOf(one, 3).tags).toEqual(['logo'])
})

test('one action can be taken back from among later ones, once', () => {
  const one = corpus('one')
  const first = say(one, 'anna', [1], { mark: 'keep' })
  say(one, 'anna', [1], { addTags: ['logo'] })
  const args = { person: 'anna', event: first.event, software: 'test' }
  expect(undoMarks(one.writer, args)).toEqual({ event: first.event, pairs: 1 })
  expect(undoMarks(one.writer, args)).toBeNull()
  expect(saidOf(one, 1)).toEqual({ mark: null, tags: ['logo'], note: null })
  expect(undoMarks(one.writer, { ...args, person: 'ben' })).toBeNull()
  expect(redoMarks(one.writer, args)).toEqual({ event: first.event, pairs: 1 })
  expect(saidOf(one, 1).mark).toBe('keep')
})

test('where people differ a pair is disputed, and all tags and notes stand', () => {
  const one = corpus('one')
  say(one, 'anna', [1, 2], { mark: 'keep', note: 'sharp' })
  say(one, 'ben', [1], { mark: 'reject', addTags: ['blurry'], note: 'not sharp' })
  say(one, 'ben', [2], { mark: 'keep' })
  expect(saidOf(one, 1)).toEqual({
    mark: 'disputed',
    tags: ['blurry'],
    note: 'anna: sharp\nben: not sharp',
  })
  expect(saidOf(one, 2)).toEqual({ mark: 'keep', tags: [], note: 'sharp' })
  expect(marksOf(one.reader).byPerson(1)).toEqual([
    { person: 'anna', mark: 'keep', tags: [], note: 'sharp' },
    { person: 'ben', mark: 'reject', tags: ['blurry'], note: 'not sharp' },
  ])
})

test('filters by mark, tag, note and person agree in memory and in SQL', () => {
  const one = corpus('one')
  say(one, 'anna', [1, 2, 3], { mark: 'keep' })
  say(one, 'anna', [4], { mark: 'reject', addTags: ['logo'], note: 'The Logo of a shop' })
  say(one, 'ben', [3], { mark: 'unsure', addTags: ['street sign'] })
  const reads = createReads(one.reader)
  const expected: Record<string, number[]> = {
    'mark:keep': [1, 2],
    'mark:reject': [4],
    'mark:disputed': [3],
    'mark:none': [5, 6],
    '-mark:none': [1, 2, 3, 4],
    'mark:*': [1, 2, 3, 4],
    '-mark:keep': [3, 4, 5, 6],
    'mark:/^(keep|reject)$/': [1, 2, 4],
    'tag:LOGO': [4],
    'tag:"street sign"': [3],
    'tag:*': [3, 4],
    '-tag:*': [1, 2, 5, 6],
    'tag:/^str/': [3],
    'note:logo': [4],
    'note:*': [4],
    'marker:ben': [3],
    'marker:anna -marker:ben': [1, 2, 4],
    'mark:keep OR tag:logo': [1, 2, 4],
    'alt:picture mark:keep': [1, 2],
  }
  for (const [query, ids] of Object.entries(expected)) {
    expect(idsWhere(one, query), query).toEqual(ids)
    expect([...reads.markTargets({ target: { where: query, score: null } })], query).toEqual(ids)
  }
  expect(reads.suggest({ field: 'tag', prefix: 's' })).toEqual([{ value: 'street sign', n: 1 }])
})

test('a connection that has read marks sees those that come later, undone ones and merged ones', () => {
  const one = corpus('one')
  say(one, 'anna', [1], { mark: 'keep' })
  expect(idsWhere(one, 'mark:keep')).toEqual([1])
  say(one, 'anna', [2], { mark: 'keep' })
  expect(idsWhere(one, 'mark:keep')).toEqual([1, 2])
  undoMarks(one.writer, { person: 'anna', software: 'test' })
  expect(idsWhere(one, 'mark:keep')).toEqual([1])
})

/** What is said now, by hand: each person's last action that is not undone, field by field. */
function byHand(
  actions: { person: string; ids: number[]; change: MarkChange; undone: boolean }[],
  id: number,
) {
  const people = new Map<string, { mark: string | null; tags: Set<string>; note: string }>()
  for (const { person, ids, change, undone } of actions) {
    if (undone || !ids.includes(id)) continue
    const said = people.get(person) ?? { mark: null, tags: new Set<string>(), note: '' }
    people.set(person, said)
    if (change.mark !== undefined) said.mark = change.mark
    for (const tag of change.addTags ?? []) said.tags.add(tag)
    for (const tag of change.removeTags ?? []) said.tags.delete(tag)
    if (change.note !== undefined) said.note = change.note
  }
  const all = [...people].sort(([a], [b]) => (a < b ? -1 : 1))
  const marks = new Set(all.flatMap(([, { mark }]) => mark ?? []))
  const notes = all.filter(([, { note }]) => note !== '')
  return {
    mark: marks.size === 0 ? null : marks.size > 1 ? 'disputed' : [...marks][0],
    tags: [...new Set(all.flatMap(([, { tags }]) => [...tags]))].sort(),
    note:
      notes.length === 0
        ? null
        : notes.length === 1
          ? notes[0]?.[1].note
          : notes.map(([person, { note }]) => `${person}: ${note}`).join('\n'),
  }
}

test('two people merge their files, in any order and again and again, to what a count by hand says', async () => {
  const random = seededRandom(7).next
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T
  const anna = corpus('anna')
  // Pair 1 is not in this corpus: ids are shifted by one.
  const ben = corpus('ben', 1)
  const actions: Parameters<typeof byHand>[0] = []
  for (let i = 0; i < 60; i++) {
    const person = pick(['anna', 'ben'])
    const [where, shift] = person === 'anna' ? [anna, 0] : [ben, 1]
    const ids = [2, 3, 4, 5, 6].filter(() => random() < 0.5)
    if (ids.length === 0) continue
    const change: MarkChange = pick<MarkChange>([
      { mark: 'keep' },
      { mark: 'reject', addTags: ['logo'] },
      { mark: null },
      { addTags: ['street', 'night'] },
      { removeTags: ['street'] },
      { note: `note ${i}` },
      { note: '' },
    ])
    say(
      where,
      person,
      ids.map((id) => id - shift),
      change,
    )
    const action = { person, ids, change, undone: false }
    actions.push(action)
    if (random() < 0.3) {
      undoMarks(where.writer, { person, software: 'test' })
      action.undone = true
      if (random() < 0.3) {
        redoMarks(where.writer, { person, software: 'test' })
        action.undone = false
      }
    }
  }
  const [annas, bens] = [join(folder, 'anna.jsonl'), join(folder, 'ben.jsonl')]
  await saveMarkEvents(anna.reader, annas)
  await saveMarkEvents(ben.reader, bens)
  const toAnna = await mergeMarkEvents(anna.writer, [bens])
  expect(toAnna.refused).toEqual([])
  expect(toAnna.added).toBeGreaterThan(10)
  await mergeMarkEvents(ben.writer, [annas])
  for (const id of [2, 3, 4, 5, 6]) {
    expect(saidOf(anna, id), `pair ${id}`).toEqual(byHand(actions, id))
    expect(saidOf(ben, id - 1), `pair ${id}`).toEqual(byHand(actions, id))
  }
  expect(await mergeMarkEvents(anna.writer, [bens])).toMatchObject({ added: 0, pairs: 0 })
  // A third corpus that gets everything, the other way round, says the same.
  const third = corpus('third')
  await saveMarkEvents(ben.reader, bens)
  await mergeMarkEvents(third.writer, [bens, annas])
  for (const id of [2, 3, 4, 5, 6]) expect(saidOf(third, id)).toEqual(byHand(actions, id))
})

test('an event whose pairs came in two files holds all of them', async () => {
  const anna = corpus('anna')
  const file = join(folder, 'anna.jsonl')
  say(anna, 'anna', [1, 2, 5], { mark: 'keep' })
  await saveMarkEvents(anna.reader, file)
  // Through a corpus that lacks pair 1, then directly.
  const ben = corpus('ben', 1)
  const through = await mergeMarkEvents(ben.writer, [file])
  expect(through).toMatchObject({
    added: 1,
    pairs: 2,
    refused: [{ reason: 'pair-not-found', n: 1 }],
  })
  const bens = join(folder, 'ben.jsonl')
  await saveMarkEvents(ben.reader, bens)
  const third = corpus('third')
  expect(await mergeMarkEvents(third.writer, [bens])).toMatchObject({ added: 1, pairs: 2 })
  expect(await mergeMarkEvents(third.writer, [file])).toMatchObject({ added: 0, pairs: 1 })
  expect([1, 2, 3, 4, 5].map((id) => saidOf(third, id).mark)).toEqual([
    'keep',
    'keep',
    null,
    null,
    'keep',
  ])
})

test('lines that cannot be taken are counted by reason and leave the others', async () => {
  const one = corpus('one')
  const file = join(folder, 'one.jsonl')
  say(one, 'anna', [1], { mark: 'keep' })
  await saveMarkEvents(one.reader, file)
  const line = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
  const lines = [
    '{',
    JSON.stringify({ ...line, uid: 'no uid' }),
    JSON.stringify({
      ...line,
      uid: '00000000-0000-4000-8000-000000000001',
      at: '2999-01-01T00:00:00.000Z',
    }),
    JSON.stringify({ ...line, change: { mark: 'reject' } }),
    JSON.stringify({
      ...line,
      uid: '00000000-0000-4000-8000-000000000002',
      change: { mark: 'unsure' },
    }),
  ]
  writeFileSync(file, `${lines.join('\n')}\n`)
  const merged = await mergeMarkEvents(one.writer, [file])
  expect(merged).toMatchObject({ added: 1, pairs: 1, known: 0 })
  expect(Object.fromEntries(merged.refused.map(({ reason, n }) => [reason, n]))).toEqual({
    'not-readable': 2,
    'time-in-the-future': 1,
    'other-event': 1,
  })
})
