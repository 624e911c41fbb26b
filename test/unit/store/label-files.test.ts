import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { OPEN_LABEL } from '#shared/contract/labels.ts'
import type { LabelState } from '#shared/contract/labels.ts'
import type { Corpus } from '../../../src/main/store/open.ts'
import {
  mergeLabelEvents,
  saveLabelEvents,
} from '../../../src/main/store/repositories/label-files.ts'
import {
  labelState,
  putLabelEvent,
  redoLabel,
  undoLabel,
} from '../../../src/main/store/repositories/labels.ts'
import type { Speaker } from '../../../src/main/store/repositories/labels.ts'
import { corpusOf, labeled, placeOf } from './label-support.ts'
import type { Page } from './label-support.ts'

const PAGES: Page[] = [
  {
    pairs: [
      { before: '🏖️ A red boat', caption: 'Harbour', after: 'at dawn' },
      { before: 'A red boat. At dawn', picture: 'https://img.example/spacer.gif' },
    ],
  },
  { pairs: [{ caption: 'Tower', picture: 'https://img.example/spacer.gif' }] },
]

let folder: string
let here: Corpus
let there: Corpus
let file: string
const open: Corpus[] = []
const corpus = (name: string, pages: Page[], archive?: string): Corpus => {
  const made = corpusOf(join(folder, name), pages, archive)
  open.push(made)
  return made
}
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gleaner-label-files-'))
  here = corpus('here.gleaner', PAGES)
  there = corpus('there.gleaner', PAGES)
  file = join(folder, 'labels.jsonl')
})
afterEach(() => {
  vi.useRealTimers()
  for (const one of open.splice(0)) one.close()
  rmSync(folder, { recursive: true, force: true })
})

const anna: Speaker = { annotator: 'anna', review: false }
const say = (where: Corpus, pairId: number, state: LabelState, speaker = anna) =>
  putLabelEvent(where.writer, { ...speaker, pairId, state, seconds: 1.5, software: 'test' })
const stateIn = (where: Corpus, pairId: number, speaker = anna): LabelState =>
  labelState(where.reader, { ...speaker, pairId })
const events = (where: Corpus): unknown[] =>
  where.reader
    .prepare(
      `SELECT uid, annotator, review, kind, target, state, status, spans, flagged, seconds, software, at
       FROM label_events ORDER BY uid`,
    )
    .all()
const lines = (): Record<string, unknown>[] =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
const write = (...values: unknown[]): void =>
  writeFileSync(
    file,
    values
      .map((value) => (typeof value === 'string' ? value : JSON.stringify(value)) + '\n')
      .join(''),
  )

/** Anna's morning: five events. */
async function labelThere(): Promise<void> {
  say(there, 1, labeled([placeOf(there.reader, 1, 'before', 3, 13)], { flagged: true, note: 'ü' }))
  say(there, 3, labeled([]))
  undoLabel(there.writer, { ...anna, software: 'test' })
  redoLabel(there.writer, { ...anna, software: 'test' })
  say(there, 1, { ...OPEN_LABEL, status: 'skipped' }, { annotator: 'anna', review: true })
  expect(await saveLabelEvents(there.reader, file)).toEqual({ events: 5 })
}

describe('a file of labels', () => {
  test('brings all that was said to another corpus, once however often it is merged', async () => {
    await labelThere()
    expect(await mergeLabelEvents(here.writer, [file])).toEqual({ added: 5, known: 0, refused: [] })
    expect(events(here)).toEqual(events(there))
    expect(stateIn(here, 1)).toEqual(stateIn(there, 1))
    expect(stateIn(here, 3)).toEqual(labeled([]))
    expect(await mergeLabelEvents(here.writer, [file, file])).toEqual({
      added: 0,
      known: 10,
      refused: [],
    })
    // And back, with what was said here.
    say(here, 2, labeled([]))
    await saveLabelEvents(here.reader, file)
    expect(await mergeLabelEvents(there.writer, [file])).toMatchObject({ added: 1, known: 5 })
    expect(events(there)).toEqual(events(here))
    expect(readdirSync(folder).filter((name) => name.includes('.new-'))).toEqual([])
  })

  test('says in each line all that is needed to find its pair', async () => {
    await labelThere()
    expect(lines()[0]).toMatchObject({
      format: 1,
      annotator: 'anna',
      review: false,
      kind: 'set',
      target: null,
      unit: 'code points',
      state: { spans: [{ source: 'before', start: 3, end: 13, quote: 'A red boat' }] },
      pair: {
        page: 'https://site.example/0',
        archive: 'crawl.warc.gz',
        offset: 0,
        recordId: '<urn:uuid:0>',
        picture: 'https://img.example/0-0.jpg',
        position: 0,
        texts: createHash('sha256').update('["🏖️ A red boat","Harbour","at dawn"]').digest('hex'),
      },
    })
  })

  test('finds its pairs in an archive that was packed anew, and prefers the same record', async () => {
    await labelThere()
    // Other offsets and another name; the first page stands there twice.
    const [first, second] = PAGES as [Page, Page]
    const again = corpus(
      'again.gleaner',
      [
        { ...first, url: 'https://site.example/0', recordId: '<urn:uuid:9>', offset: 7 },
        { ...second, url: 'https://site.example/1', recordId: '<urn:uuid:1>', offset: 8 },
        {
          ...first,
          url: 'https://site.example/0',
          recordId: '<urn:uuid:0>',
          offset: 9,
          pairs: first.pairs.map((pair, i) =>
            i === 0 ? { ...pair, picture: 'https://img.example/0-0.jpg' } : pair,
          ),
        },
      ],
      'packed.warc',
    )
    expect(await mergeLabelEvents(again.writer, [file])).toMatchObject({ added: 5, refused: [] })
    // Pairs 1, 2 are the twin, 3 the second page, 4 and 5 the record that was labeled.
    expect(
      again.reader.prepare('SELECT DISTINCT pair_id FROM label_events ORDER BY 1').pluck().all(),
    ).toEqual([3, 4])
  })

  test('is taken where the texts changed, so long as the quote stands there', async () => {
    await labelThere()
    const changed = corpus('changed.gleaner', [
      { pairs: [{ before: '🏖️ A red boat is here', caption: null }, {}] },
      { pairs: [{ caption: 'Tower bridge', picture: 'https://img.example/spacer.gif' }] },
    ])
    const result = await mergeLabelEvents(changed.writer, [file])
    // "No description" was said of other texts, a skip is of the picture.
    expect(result).toMatchObject({ added: 3, known: 0, refused: [{ reason: 'other-texts', n: 2 }] })
    expect(stateIn(changed, 1).spans[0]?.quote).toBe('A red boat')
  })

  test('that does not fit is refused by reason, with an example, and the rest is taken', async () => {
    await labelThere()
    const [good, none] = lines() as [Record<string, unknown>, Record<string, unknown>]
    const pair = good.pair as Record<string, unknown>
    const uid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`
    const state = good.state as LabelState
    const moved = { ...state, spans: [{ ...state.spans[0], start: 4, end: 14 }] }
    write(
      '\ufeff' + JSON.stringify(good),
      '',
      '{"broken',
      'null',
      '[]',
      { ...good, uid: 'x' },
      { ...good, uid: uid(1), annotator: '  ' },
      { ...good, uid: uid(2), kind: 'undo' },
      { ...good, uid: uid(3), at: '2024-02-31T10:00:00.000Z' },
      { ...good, uid: uid(4), at: '9999-12-31T23:59:59.999Z' },
      { ...good, uid: uid(5), unit: 'UTF-16' },
      { ...good, uid: uid(6), format: 2 },
      { ...good, uid: uid(7), state: { ...state, status: 'skipped' } },
      { ...good, uid: uid(8), state: moved },
      { ...good, uid: uid(9), pair: { ...pair, page: 'https://else.example/' } },
      { ...good, uid: uid(10), pair: { ...pair, picture: 'https://else.example/x.jpg' } },
      { ...none, uid: uid(11), pair: { ...(none.pair as object), texts: '0'.repeat(64) } },
      { ...good, uid: uid(12), seconds: -1 },
      `{"a":"${'x'.repeat(9 << 20)}"}`,
      { ...none, uid: uid(13), evil: { toString: 1 } },
      { ...good, uid: uid(14), at: '2024-13-01T10:00:00.000Z' },
    )
    const { added, known, refused } = await mergeLabelEvents(here.writer, [file])
    expect({ added, known }).toEqual({ added: 2, known: 0 })
    expect(Object.fromEntries(refused.map(({ reason, n }) => [reason, n]))).toEqual({
      'not-readable': 12,
      'time-in-the-future': 1,
      'quote-not-found': 1,
      'pair-not-found': 2,
      'other-texts': 1,
      'line-too-long': 1,
    })
    expect(refused.find(({ reason }) => reason === 'quote-not-found')?.example).toMatch(
      /labels\.jsonl, line 14: .*0-0\.jpg.*4-14/,
    )
    expect(refused.every(({ example }) => example.length <= 300)).toBe(true)
  })

  test('of any bytes is no crash', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        writeFileSync(file, bytes)
        const { added, known } = await mergeLabelEvents(here.writer, [file])
        expect([added, known]).toEqual([0, 0])
      }),
      { numRuns: 30 },
    )
  })

  test('that is not there, or that cannot be written, is an error that names it', async () => {
    await expect(mergeLabelEvents(here.writer, [join(folder, 'none.jsonl')])).rejects.toMatchObject(
      {
        kind: 'not-found',
      },
    )
    await expect(saveLabelEvents(here.reader, join(folder, 'no', 'x.jsonl'))).rejects.toMatchObject(
      {
        kind: 'not-found',
      },
    )
  })
})

test('what one person said on two machines is one history, in the order of time', async () => {
  vi.useFakeTimers({ now: Date.parse('2024-05-05T12:00:00Z'), toFake: ['Date'] })
  say(there, 1, { ...OPEN_LABEL, note: 'noon, there' })
  vi.setSystemTime(Date.parse('2024-05-05T13:00:00Z'))
  say(here, 1, { ...OPEN_LABEL, note: 'one, here' })
  vi.setSystemTime(Date.parse('2024-05-05T14:00:00Z'))
  say(there, 2, { ...OPEN_LABEL, note: 'two, there' })
  await saveLabelEvents(there.reader, file)
  vi.useRealTimers()
  await mergeLabelEvents(here.writer, [file])
  // What came in later and was said before does not win.
  expect(stateIn(here, 1).note).toBe('one, here')
  const undo = () => undoLabel(here.writer, { ...anna, software: 'test' })
  expect(undo()).toMatchObject({ pair: 2, state: { note: '' } })
  expect(undo()).toMatchObject({ pair: 1, state: { note: 'noon, there' } })
  expect(undo()).toMatchObject({ pair: 1, state: { note: '' } })
  expect(undo()).toBeNull()
})

test('an undo whose action was refused takes nothing back and is no trap', async () => {
  say(here, 1, { ...OPEN_LABEL, note: 'mine' })
  vi.useFakeTimers({ now: Date.now() + 60_000, toFake: ['Date'] })
  say(there, 2, labeled([]))
  undoLabel(there.writer, { ...anna, software: 'test' })
  await saveLabelEvents(there.reader, file)
  vi.useRealTimers()
  write(lines()[1])
  expect(await mergeLabelEvents(here.writer, [file])).toMatchObject({ added: 1 })
  expect(redoLabel(here.writer, { ...anna, software: 'test' })).toBeNull()
  expect(undoLabel(here.writer, { ...anna, software: 'test' })).toEqual({
    pair: 1,
    state: OPEN_LABEL,
  })
})

test('a picture that is on thousands of pages is found on its own', async () => {
  const spacer = 'https://img.example/spacer.gif'
  const many: Page[] = Array.from({ length: 5100 }, (_, i) => ({
    url: `https://many.example/${i}`,
    offset: i,
    recordId: null,
    pairs: [{ picture: spacer, caption: `Words ${i}` }],
  }))
  const large = corpus('large.gleaner', many)
  say(large, 4711, labeled([placeOf(large.reader, 4711, 'caption', 0, 5)]))
  await saveLabelEvents(large.reader, file)
  const packed = corpus(
    'packed.gleaner',
    many.map((page, i) => ({ ...page, offset: 10_000 + i })),
    'packed.warc',
  )
  expect(await mergeLabelEvents(packed.writer, [file])).toEqual({ added: 1, known: 0, refused: [] })
  expect(stateIn(packed, 4711).spans[0]?.quote).toBe('Words')
  expect(packed.writer.prepare('SELECT count(*) FROM temp.sqlite_master').pluck().get()).toBe(0)
})
