import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PROMPT_FORMATS } from '#shared/contract/prompts.ts'
import type { PromptText } from '#shared/contract/prompts.ts'
import {
  readPromptFile,
  readPrompts,
} from '../../../../src/main/evaluation/prompts/read-prompts.ts'
import { writePrompts } from '../../../../src/main/evaluation/prompts/write-prompts.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gleaner-prompts-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const ladder = (group: string, kind: string, ...texts: string[]): PromptText[] =>
  texts.map((text, i) => ({ group, kind, level: i + 1, text }))
const csv = (...lines: string[]) => readPrompts(lines.join('\n'), 'csv', 'a.csv')

describe('CSV', () => {
  test('is read by its columns, whatever their order, case and separator', () => {
    const wanted = ladder('computer', 'sensible', 'computer', 'a shiny computer, on a desk')
    expect(
      csv(
        'group,kind,level,prompt',
        'computer,sensible,1,computer',
        'computer,sensible,2,"a shiny computer, on a desk"',
      ),
    ).toEqual({ prompts: wanted, refused: [], notes: [] })
    expect(
      csv(
        '\uFEFFPrompt Text;ID;Level of detail;Category;Subject',
        'computer;x1;Level 1;sensible;computer',
        'a shiny computer, on a desk;x2;2.0;sensible;computer',
      ).prompts,
    ).toEqual(wanted)
  })

  test('names rows that cannot be used by line and reason, and keeps the rest', () => {
    const read = csv(
      'group,kind,level,prompt',
      'boat,sensible,1,boat',
      'boat,sensible,2,"a boat',
      'at sea"',
      'boat,sensible,3,',
      'boat,sensible,high,a boat',
      'boat,sensible,1,another boat',
      'boat,sensible,4,a boat, at sea',
      `boat,sensible,5,${'x'.repeat(4001)}`,
      'boat,sensible,6,a boat at sea at dawn',
    )
    expect(read.prompts.map(({ level, text }) => [level, text])).toEqual([
      [1, 'boat'],
      [2, 'a boat\nat sea'],
      [6, 'a boat at sea at dawn'],
    ])
    expect(read.refused.map(({ line, reason }) => [line, reason])).toEqual([
      [5, 'no-prompt'],
      [6, 'no-level'],
      [7, 'level-twice'],
      [8, 'ragged-row'],
      [9, 'too-long'],
    ])
  })

  test('with a column for each level is a group a row', () => {
    expect(
      csv('subject,kind,level 1,level 2,level_3', 'cat,sensible,cat,a cat,a cat on a mat').prompts,
    ).toEqual(ladder('cat', 'sensible', 'cat', 'a cat', 'a cat on a mat'))
  })

  test('takes group and level from ids, counts levels, and fills what merged cells left blank', () => {
    expect(csv('id,prompt', 'cat-1,cat', 'cat-2,a cat', 'dog-1,dog').prompts).toEqual([
      ...ladder('cat', '', 'cat', 'a cat'),
      ...ladder('dog', '', 'dog'),
    ])
    expect(csv('id,prompt', 'cat,cat', 'cat,a cat', 'dog,dog').prompts).toEqual([
      ...ladder('cat', '', 'cat', 'a cat'),
      ...ladder('dog', '', 'dog'),
    ])
    const filled = csv('group,kind,prompt', 'cat,sensible,cat', ',,a cat', 'dog,odd,dog')
    expect(filled.prompts).toEqual([
      ...ladder('cat', 'sensible', 'cat', 'a cat'),
      ...ladder('dog', 'odd', 'dog'),
    ])
    expect(filled.notes.join(' ')).toContain('1 row has no group')
  })

  test('that numbers each kind from 1 gives each kind groups of its own', () => {
    const read = csv(
      'group,kind,level,prompt',
      '1,sensible,1,cat',
      '1,sensible,2,a cat',
      '1,nonsensical,1,idea',
      '1,nonsensical,2,a green idea',
    )
    expect(read.prompts).toEqual([
      ...ladder('1 (sensible)', 'sensible', 'cat', 'a cat'),
      ...ladder('1 (nonsensical)', 'nonsensical', 'idea', 'a green idea'),
    ])
    expect(read.refused).toEqual([])
  })

  test('without a column of prompts, or with a quote that is never closed, says so', () => {
    expect(() => csv('a,b', '1,2')).toThrow(/a.csv has no column of prompts: its columns are a, b/)
    expect(() => csv('group,prompt', 'a,"open', 'b,c')).toThrow(/never closed/)
    expect(() => csv('group,prompt')).toThrow(/holds no prompts/)
  })
})

describe('JSON Lines', () => {
  test('holds a prompt or a group a line; what is neither is named', () => {
    const read = readPrompts(
      [
        '{"group":"cat","kind":"sensible","level":1,"prompt":"cat"}',
        '{"group":"cat","kind":"sensible","level":2,"text":"a cat"}',
        '{broken',
        '[1]',
        '{"name":"dog","kind":"odd","levels":["dog",{"level":3,"prompt":"a dog"}]}',
      ].join('\r\n'),
      'jsonl',
      'a.jsonl',
    )
    expect(read.prompts).toEqual([
      ...ladder('cat', 'sensible', 'cat', 'a cat'),
      { group: 'dog', kind: 'odd', level: 1, text: 'dog' },
      { group: 'dog', kind: 'odd', level: 3, text: 'a dog' },
    ])
    expect(read.refused.map(({ line, reason }) => [line, reason])).toEqual([
      [3, 'bad-json'],
      [4, 'not-a-row'],
    ])
  })

  test('may be an array', () => {
    const text = '[{"group":"cat","level":1,"prompt":"cat"}]'
    expect(readPrompts(text, 'jsonl', 'a.json').prompts).toEqual(ladder('cat', '', 'cat'))
  })
})

describe('YAML', () => {
  const wanted = ladder('no', 'sensible', '1984', 'null and void', 'yes')
  test.each([
    [
      'rows',
      wanted
        .map(({ level, text }) => `- {group: no, kind: sensible, level: ${level}, prompt: ${text}}`)
        .join('\n'),
    ],
    [
      'groups',
      '- group: no\n  kind: sensible\n  prompts:\n    - 1984\n    - null and void\n    - yes',
    ],
    [
      'groups by name',
      'groups:\n  no:\n    kind: sensible\n    prompts: [1984, null and void, yes]',
    ],
  ])('is read as %s, plain words as they are written', (_name, text) => {
    expect(readPrompts(text, 'yaml', 'a.yaml')).toEqual({ prompts: wanted, refused: [], notes: [] })
  })

  test('names entries by line and keeps the rest', () => {
    const read = readPrompts('cat:\n  - cat\n  -\n  - a cat\n', 'yaml', 'a.yaml')
    expect(read.prompts.map(({ text }) => text)).toEqual(['cat', 'a cat'])
    expect(read.refused.map(({ line, reason }) => [line, reason])).toEqual([[3, 'no-prompt']])
  })

  test('that stands for more than it holds, or never ends, is refused', () => {
    const bomb = ['a: &a [x, x, x, x, x, x, x, x, x, x]']
    for (let i = 1; i < 9; i++) {
      const [to, of] = ['abcdefghij'[i], 'abcdefghij'[i - 1]]
      bomb.push(`${to}: &${to} [${Array.from({ length: 10 }, () => `*${of}`).join(', ')}]`)
    }
    expect(() => readPrompts(bomb.join('\n'), 'yaml', 'a.yaml')).toThrow(
      /^a\.yaml was not read: .*more than/,
    )
    expect(() => readPrompts('['.repeat(20_000), 'yaml', 'a.yaml')).toThrow(/is no YAML/)
    expect(() => readPrompts('a: [b', 'yaml', 'a.yaml')).toThrow(/line \d/)
  })
})

describe('a file', () => {
  test('is told by its ending, its encoding by its bytes, and named by its SHA-256', async () => {
    const latin = join(folder, 'latin.csv')
    writeFileSync(latin, Buffer.from('group,prompt\ncaf\xe9,a caf\xe9', 'latin1'))
    const read = await readPromptFile(latin)
    expect(read.prompts).toEqual(ladder('café', '', 'a café'))
    // sha256sum latin.csv
    expect(read.sha256).toMatch(/^[0-9a-f]{64}$/)
    const wide = join(folder, 'wide.csv')
    writeFileSync(wide, Buffer.from('\uFEFFgroup,prompt\ncafé,a café', 'utf16le'))
    expect((await readPromptFile(wide)).prompts).toEqual(read.prompts)
    const plain = join(folder, 'plain.txt')
    writeFileSync(plain, 'a dog, in the rain\n\na cat\n')
    expect((await readPromptFile(plain)).prompts.map(({ text }) => text)).toEqual([
      'a dog, in the rain',
      'a cat',
    ])
  })

  test('that is not there, too large or of another kind is refused', async () => {
    await expect(readPromptFile(join(folder, 'none.csv'))).rejects.toThrow(/is not there/)
    const huge = join(folder, 'huge.csv')
    writeFileSync(huge, Buffer.alloc((16 << 20) + 1, 'a'))
    await expect(readPromptFile(huge)).rejects.toMatchObject({ kind: 'unsupported' })
    const other = join(folder, 'other.png')
    writeFileSync(other, 'x')
    await expect(readPromptFile(other)).rejects.toMatchObject({ kind: 'unsupported' })
  })
})

/** Texts as people and the web write them; blanks at the ends are no part of a prompt. */
const words = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 60 })
  .map((text) =>
    text
      .toWellFormed()
      .replace(/^\uFEFF/, '')
      .trim(),
  )
  .filter((text) => text !== '')
const sets = fc
  .uniqueArray(
    fc.record({
      group: words,
      kind: fc.oneof(fc.constant(''), words),
      from: fc.integer({ min: 0, max: 3 }),
      texts: fc.array(words, { minLength: 1, maxLength: 5 }),
    }),
    { selector: ({ group }) => group, minLength: 1, maxLength: 6 },
  )
  .map((groups) =>
    groups.flatMap(({ group, kind, from, texts }) =>
      texts.map((text, i): PromptText => ({ group, kind, level: from + i, text })),
    ),
  )

test.each(PROMPT_FORMATS)('what is written as %s is read back as it was', (format) => {
  fc.assert(
    fc.property(sets, (prompts) => {
      const read = readPrompts(writePrompts(prompts, format), format, `a.${format}`)
      expect(read).toEqual({ prompts, refused: [], notes: [] })
    }),
  )
})

test.each(PROMPT_FORMATS)('nothing that is read as %s breaks the reader', (format) => {
  const hostile = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.string({
      unit: fc.constantFrom(...'group,prompt:[]{}"\'|>-&*!%@`\n\t '),
      maxLength: 200,
    }),
  )
  fc.assert(
    fc.property(hostile, (text) => {
      try {
        const { prompts } = readPrompts(text, format, 'a')
        for (const one of prompts) expect(one.text.trim()).not.toBe('')
      } catch (error) {
        expect(error).toHaveProperty('kind')
      }
    }),
    { numRuns: 500 },
  )
})
