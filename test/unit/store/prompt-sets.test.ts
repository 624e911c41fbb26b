import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { PromptText } from '#shared/contract/prompts.ts'
import type { Corpus } from '../../../src/main/store/open.ts'
import { createReads } from '../../../src/main/store/reads/reads.ts'
import {
  createPromptSet,
  freePromptSetName,
  listPromptSets,
  promptSet,
  promptTexts,
  removePromptSet,
  renamePromptSet,
  replaceGroup,
  replacePrompts,
} from '../../../src/main/store/repositories/prompt-sets.ts'
import {
  createSpanSet,
  putSpans,
  useSpanSet,
} from '../../../src/main/store/repositories/span-sets.ts'
import { corpusOf } from './label-support.ts'

let folder: string
let corpus: Corpus
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gleaner-prompt-sets-'))
  corpus = corpusOf(join(folder, 'a.gleaner'), [
    {
      pairs: [
        { alt: 'a red boat', before: 'x', caption: 'A red  boat!', after: 'in the harbour' },
        { alt: 'A Red Boat', before: 'the old quay', caption: null, after: null },
        { alt: 'a red boat at sea', before: null, caption: 'boat', after: null },
        { alt: 'BOAT', before: null, caption: 'boat', after: null },
      ],
    },
  ])
})
afterEach(() => {
  corpus.close()
  rmSync(folder, { recursive: true, force: true })
})

const ladder = (group: string, kind: string, ...texts: string[]): PromptText[] =>
  texts.map((text, i) => ({ group, kind, level: i + 1, text }))
const BOAT = ladder('boat', 'sensible', 'boat', 'a red boat', 'a red boat on ice')
const IDEA = ladder('idea', 'nonsensical', 'idea', 'a green idea')
const make = (name: string, texts: PromptText[]) =>
  createPromptSet(corpus.writer, { name, origin: { from: 'written' }, texts, software: 'test' })

describe('a prompt set', () => {
  test('is kept with its order, its counts and where it came from', () => {
    const origin = { from: 'file', file: '/a.csv', sha256: 'ab' } as const
    const texts = [...IDEA, ...BOAT]
    const made = createPromptSet(corpus.writer, { name: 'Ours', origin, texts, software: 'test' })
    expect(made).toMatchObject({
      name: 'Ours',
      origin,
      prompts: 5,
      groups: 2,
      levels: 3,
      kinds: [
        { kind: 'nonsensical', groups: 1 },
        { kind: 'sensible', groups: 1 },
      ],
    })
    expect(promptSet(corpus.reader, made.id).texts).toEqual(texts)
    expect(listPromptSets(corpus.reader)).toEqual([made])
  })

  test('has a name of its own; what is refused changes nothing', () => {
    const a = make('A', BOAT)
    const b = make('B', IDEA)
    expect(() => make('A', [])).toThrow(/there is a prompt set "A" in this corpus already/)
    expect(() => renamePromptSet(corpus.writer, b.id, 'A')).toThrow(/already/)
    renamePromptSet(corpus.writer, b.id, 'C')
    renamePromptSet(corpus.writer, a.id, 'A')
    expect(listPromptSets(corpus.reader).map(({ name }) => name)).toEqual(['A', 'C'])
    expect(freePromptSetName(corpus.reader, 'A')).toBe('A 2')
    expect(freePromptSetName(corpus.reader, 'B')).toBe('B')
    const twice = [...BOAT, { ...BOAT[1], text: 'another' } as PromptText]
    expect(() => make('D', twice)).toThrow(/"boat" has the level 2 twice/)
    expect(() => replacePrompts(corpus.writer, a.id, twice)).toThrow(/twice/)
    expect(promptTexts(corpus.reader, a.id)).toEqual(BOAT)
    expect(listPromptSets(corpus.reader)).toHaveLength(2)
  })

  test('changes a group at its place, under another name too, and loses or gains groups', () => {
    const { id } = make('A', [...BOAT, ...IDEA])
    const ship = ladder('ship', 'sensible', 'ship', 'a ship')
    replaceGroup(corpus.writer, id, 'boat', ship)
    expect(promptTexts(corpus.reader, id)).toEqual([...ship, ...IDEA])
    expect(() => replaceGroup(corpus.writer, id, 'ship', ladder('idea', '', 'x'))).toThrow(
      /there is a group "idea"/,
    )
    replaceGroup(corpus.writer, id, 'boat', BOAT)
    replaceGroup(corpus.writer, id, 'ship', [])
    expect(promptTexts(corpus.reader, id)).toEqual([...IDEA, ...BOAT])
  })

  test('is removed with its prompts, and then not found', () => {
    const { id } = make('A', BOAT)
    removePromptSet(corpus.writer, id)
    expect(listPromptSets(corpus.reader)).toEqual([])
    expect(promptTexts(corpus.reader, id)).toEqual([])
    expect(() => promptSet(corpus.reader, id)).toThrow(/there is no prompt set/)
    expect(() => removePromptSet(corpus.writer, id)).toThrow(/there is no prompt set/)
    expect(() => replacePrompts(corpus.writer, id, BOAT)).toThrow(/there is no prompt set/)
  })
})

describe('the overlap with a corpus', () => {
  test('counts pairs that hold a prompt as a whole text: as it is, or but for its dress', () => {
    const reads = createReads(corpus.reader)
    const { id } = make('A', [...BOAT, ...IDEA])
    const found = reads.promptOverlap({ set: id })
    // Four alts, three captions; words before and after are no texts of a picture.
    expect(found).toMatchObject({ texts: 7, exact: 2, normalised: 0 })
    expect(found.matches).toEqual([
      {
        group: 'boat',
        level: 1,
        exact: 2,
        normalised: 0,
        pairs: [
          { pair: 3, source: 'caption', exact: true },
          { pair: 4, source: 'caption', exact: true },
        ],
      },
      {
        group: 'boat',
        level: 2,
        exact: 1,
        normalised: 1,
        pairs: [
          { pair: 1, source: 'alt', exact: true },
          { pair: 2, source: 'alt', exact: false },
        ],
      },
    ])
  })

  test('follows the span in use, and what changes', () => {
    const reads = createReads(corpus.reader)
    const { id } = make('A', ladder('quay', '', 'Quay', '!'))
    expect(reads.promptOverlap({ set: id }).matches).toEqual([])
    const spans = createSpanSet(corpus.writer, {
      kind: 'alt',
      title: 't',
      model: null,
      config: {},
      software: 'test',
    })
    const place = { source: 'before' as const, start: 8, end: 12, quote: 'quay' }
    putSpans(corpus.writer, {
      set: spans.id,
      pairs: [{ pairId: 2, spans: [{ place, kind: 'exact', score: 1 }] }],
      nextPair: 3,
    })
    useSpanSet(corpus.writer, spans.id)
    reads.invalidate(['spans'])
    const found = reads.promptOverlap({ set: id })
    expect(found).toMatchObject({ exact: 0, normalised: 1 })
    expect(found.matches[0]?.pairs).toEqual([{ pair: 2, source: 'span', exact: false }])
    replacePrompts(corpus.writer, id, ladder('quay', '', 'quay'))
    reads.invalidate(['prompts'])
    expect(reads.promptOverlap({ set: id })).toMatchObject({ exact: 1, normalised: 0 })
  })
})
