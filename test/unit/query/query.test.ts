import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { TEXT_SOURCES } from '#shared/domain.ts'
import {
  QUERY_EXAMPLES,
  FIELDS,
  QueryError,
  and,
  checkQuery,
  completeQuery,
  or,
  parseQuery,
  printQuery,
} from '#shared/query/index.ts'
import type { Query } from '#shared/query/index.ts'

const words = (query: string): Query => ({ kind: 'words', words: query })

describe('reading a query', () => {
  test('tokens are asked for as scores are, of a model and a text', () => {
    const score = { model: null, text: null }
    expect(parseQuery('tokens>77')).toEqual({ kind: 'tokensCompare', score, op: '>', value: 77 })
    expect(parseQuery('tokens[m].caption:20..77')).toEqual({
      ...{ kind: 'tokensRange', score: { model: 'm', text: 'caption' }, from: 20, to: 77 },
    })
    expect(parseQuery('-tokens.alt:*')).toEqual({
      ...{ kind: 'not', item: { kind: 'tokensPresent', score: { model: null, text: 'alt' } } },
    })
    for (const query of ['tokens>77', 'tokens[m].caption:20..77', 'tokens.alt:*', '"tokens.x"']) {
      expect(printQuery(parseQuery(query))).toBe(query)
    }
    expect(checkQuery('tokens[m]')?.message).toMatch(/such as >77/)
    expect(completeQuery('tokens.cap', 10).items[0]?.insert).toBe('caption>')
  })

  test('text in pictures is asked for by yes and no, by area, and by the words that repeat', () => {
    expect(parseQuery('text-in-image:YES')).toEqual({
      ...{ kind: 'equals', field: 'text-in-image', value: 'yes' },
    })
    expect(parseQuery('-text-area>0.1')).toEqual({
      ...{ kind: 'not', item: { kind: 'compare', field: 'text-area', op: '>', value: 0.1 } },
    })
    expect(parseQuery('caption-in-image.caption:0.5..')).toEqual({
      ...{ kind: 'shownRange', text: 'caption', from: 0.5, to: null },
    })
    for (const query of [
      ...['text-in-image:no', 'text-area:0.1..0.5', 'image-text:sale', 'caption-in-image:*'],
      ...['caption-in-image>0.5', 'caption-in-image.alt!=1', '"caption-in-image.x"'],
    ]) {
      expect(printQuery(parseQuery(query))).toBe(query)
    }
    // Bare words with hyphens stay words.
    expect(parseQuery('caption-in-image')).toEqual(words('caption-in-image'))
    expect(parseQuery('text-in-image-search')).toEqual(words('text-in-image-search'))
    expect(checkQuery('text-in-image:maybe')?.message).toBe('text-in-image is one of yes, no')
    expect(checkQuery('caption-in-image.words>1')?.message).toMatch(/^expected one of alt, caption/)
    expect(checkQuery('caption-in-image.alt')?.message).toMatch(/such as >0\.5/)
    expect(checkQuery('caption-in-image>much')?.message).toMatch(/number/)
    expect(completeQuery('caption-in-image.cap', 20).items[0]?.insert).toBe('caption>')
  })

  test('an empty query means everything', () => {
    expect(parseQuery('  ')).toEqual({ kind: 'all' })
  })

  test('terms side by side must all hold, and OR binds weaker than AND', () => {
    expect(parseQuery('a b OR c')).toEqual({
      kind: 'or',
      items: [{ kind: 'and', items: [words('a'), words('b')] }, words('c')],
    })
    expect(parseQuery('a AND (b OR c)')).toEqual({
      kind: 'and',
      items: [words('a'), { kind: 'or', items: [words('b'), words('c')] }],
    })
  })

  test('a minus and NOT both negate, twice is not at all', () => {
    const not: Query = { kind: 'not', item: words('a') }
    expect(parseQuery('-a')).toEqual(not)
    expect(parseQuery('NOT a')).toEqual(not)
    expect(parseQuery('NOT -a')).toEqual(words('a'))
    expect(parseQuery('-(a b)')).toEqual({
      kind: 'not',
      item: { kind: 'and', items: [words('a'), words('b')] },
    })
  })

  test('fields take words, phrases, patterns, presence and exact values', () => {
    expect(parseQuery('alt:red')).toEqual({ kind: 'contains', field: 'alt', words: 'red' })
    expect(parseQuery('ALT:"red apple"')).toEqual({
      kind: 'contains',
      field: 'alt',
      words: 'red apple',
    })
    expect(parseQuery('caption:*')).toEqual({ kind: 'present', field: 'caption' })
    expect(parseQuery('alt:""')).toEqual({ kind: 'equals', field: 'alt', value: '' })
    expect(parseQuery('alt="Logo"')).toEqual({ kind: 'equals', field: 'alt', value: 'Logo' })
    expect(parseQuery('alt:/^img[/_]\\d+$/i')).toEqual({
      kind: 'matches',
      field: 'alt',
      pattern: '^img[/_]\\d+$',
      ignoreCase: true,
    })
    expect(parseQuery('status:OK')).toEqual({ kind: 'equals', field: 'status', value: 'ok' })
  })

  test('words takes a word, a beginning, a phrase, or words near each other, in one text or in all', () => {
    const search = (phrase: string, more = {}) => ({ phrase, prefix: false, near: null, ...more })
    expect(parseQuery('words:car')).toEqual({
      kind: 'wordSearch',
      field: 'words',
      text: null,
      search: search('car'),
    })
    expect(parseQuery('WORDS.Caption:"red  car"')).toEqual({
      kind: 'wordSearch',
      field: 'caption',
      text: 'caption',
      search: search('red car'),
    })
    expect(parseQuery('words.page-title:"red ca*"')).toEqual({
      kind: 'wordSearch',
      field: 'words',
      text: 'page-title',
      search: search('red ca', { prefix: true }),
    })
    expect(parseQuery('words:"red car"~5')).toEqual({
      kind: 'wordSearch',
      field: 'words',
      text: null,
      search: search('red car', { near: 5 }),
    })
    expect(parseQuery('words.Then')).toEqual(words('words.Then'))
  })

  test.for([
    ['words:*', 'letters or digits'],
    ['words:"--"', 'letters or digits'],
    ['words:c*r', 'at the end only'],
    ['words:"red *"', 'right behind'],
    ['words>=car', 'takes : only'],
    ['words.host:car', 'expected one of alt, caption'],
    ['words:"red car"~x', 'number of words'],
    ['words:"red ca*"~2', 'whole'],
  ] as const)('%s is refused: %s', ([query, message]) => {
    expect(checkQuery(query)?.message).toContain(message)
  })

  test('numbers take comparisons and ranges that may be open', () => {
    expect(parseQuery('width>512')).toEqual({
      kind: 'compare',
      field: 'width',
      op: '>',
      value: 512,
    })
    expect(parseQuery('width:200..800')).toEqual({
      kind: 'range',
      field: 'width',
      from: 200,
      to: 800,
    })
    expect(parseQuery('ratio:..1.5')).toEqual({
      kind: 'range',
      field: 'ratio',
      from: null,
      to: 1.5,
    })
    expect(parseQuery('date:2019-06..2020')).toEqual({
      kind: 'dateRange',
      from: '2019-06',
      to: '2020',
    })
  })

  test('a score may name its model and its text', () => {
    expect(parseQuery('score>=0.28')).toEqual({
      kind: 'scoreCompare',
      score: { model: null, text: null },
      op: '>=',
      value: 0.28,
    })
    expect(parseQuery('score[openai/clip-vit-base-patch32].caption<.2')).toEqual({
      kind: 'scoreCompare',
      score: { model: 'openai/clip-vit-base-patch32', text: 'caption' },
      op: '<',
      value: 0.2,
    })
    expect(parseQuery('score["a ] b"]:*')).toEqual({
      kind: 'scorePresent',
      score: { model: 'a ] b', text: null },
    })
  })

  test.each([
    ['(a', 0, /not closed/],
    ['a)', 1, /not opened/],
    ['alt:', 4, /expected a word/],
    ['alt:"red', 4, /not closed/],
    ['a OR', 4, /ends here/],
    ['OR a', 0, /before OR/],
    ['colour:red', 0, /no field "colour"/],
    ['https://a.example/', 0, /no field "https"/],
    ['width>wide', 6, /expected a number/],
    ['width:..', 6, /expected a number/],
    ['date>yesterday', 5, /expected a date/],
    ['status:good', 7, /pending, ok/],
    ['altspan:far', 8, /exact, normalised, near, none/],
    ['score.words>1', 6, /one of alt/],
    ['score[x', 5, /not closed/],
    ['alt>3', 3, /expected :/],
    ['alt:/(/', 4, /cannot be read/],
    ['alt:/(?=a)b/', 4, /look ahead/],
    ['alt:/(a)\\1/', 4, /refer back/],
    ['alt:/a', 4, /not closed/],
    ['()', 1, /expected a term/],
  ])('%s fails at %i and says what was expected', (query, position, message) => {
    const error = checkQuery(query)
    expect(error?.position).toBe(position)
    expect(error?.message).toMatch(message)
  })

  test('nesting without end is refused, not a crash', () => {
    expect(() => parseQuery('('.repeat(5000))).toThrow(QueryError)
    expect(() => parseQuery('-'.repeat(15000))).toThrow(QueryError)
  })

  test('any text either is a query or fails with a place inside it', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc
            .array(
              fc.constantFrom(
                ...'alt: caption score [ ] ( ) " / \\ - * .. >= < OR AND NOT x 1'.split(' '),
                ' ',
              ),
            )
            .map((parts) => parts.join('')),
        ),
        (source) => {
          const error = checkQuery(source)
          if (error === null) {
            expect(parseQuery(printQuery(parseQuery(source)))).toEqual(parseQuery(source))
          } else {
            expect(error.position).toBeGreaterThanOrEqual(0)
            expect(error.position).toBeLessThanOrEqual(source.length)
          }
        },
      ),
      { numRuns: 3000 },
    )
  })
})

describe('printing a query', () => {
  const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => (n === 0 ? 0 : n))
  const textField = fc.constantFrom(
    ...FIELDS.filter(
      (field) => (field.kind === 'text' || field.kind === 'word') && !('values' in field),
    ).map((field) => field.name),
  )
  const numberField = fc.constantFrom(
    'width',
    'height',
    'ratio',
    'bytes',
    'confidence',
    'id',
    'position' as const,
  )
  const op = fc.constantFrom('=', '!=', '<', '<=', '>', '>=' as const)
  const text = fc.string({ minLength: 1, unit: 'grapheme' })
  const score = fc.record({
    model: fc.option(
      fc
        .string({ minLength: 1 })
        .map((name) => name.trim())
        .filter((name) => name !== ''),
    ),
    text: fc.option(fc.constantFrom(...TEXT_SOURCES)),
  })
  const column = fc.oneof(
    fc.constantFrom('punsafe', 'AESTHETIC_SCORE', 'clip_b32', 'width', 'a "b" c', 'x]y', 'AND'),
    fc
      .string({ minLength: 1 })
      .map((name) => name.trim())
      .filter((name) => name !== ''),
  )
  const ends = fc
    .tuple(fc.option(number), fc.option(number))
    .filter(([from, to]) => from !== null || to !== null)
  const term = fc.oneof(
    text.map((value): Query => ({ kind: 'words', words: value })),
    fc
      .tuple(textField, text)
      .map(([field, value]): Query => ({ kind: 'contains', field, words: value })),
    fc
      .tuple(textField, fc.string())
      .map(([field, value]): Query => ({ kind: 'equals', field, value })),
    fc
      .constantFrom(
        ...FIELDS.flatMap((field) =>
          'values' in field ? field.values.map((value) => [field.name, value] as const) : [],
        ),
      )
      .map(([field, value]): Query => ({ kind: 'equals', field, value })),
    textField.map((field): Query => ({ kind: 'present', field })),
    fc
      .tuple(textField, fc.constantFrom('a+', '^x[/]y$', '\\/\\d', '"(a|b)"'), fc.boolean())
      .map(([field, pattern, ignoreCase]): Query => ({
        kind: 'matches',
        field,
        pattern,
        ignoreCase,
      })),
    fc.tuple(numberField, op, number).map(([field, sign, value]): Query => ({
      kind: 'compare',
      field: field as 'width',
      op: sign as '=',
      value,
    })),
    fc
      .tuple(numberField, ends)
      .map(([field, [from, to]]): Query => ({ kind: 'range', field: field as 'width', from, to })),
    fc
      .tuple(op, fc.constantFrom('2019', '2019-06', '2019-06-30', '2019-06-30T12:00'))
      .map(([sign, value]): Query => ({ kind: 'dateCompare', op: sign as '=', value })),
    column.map((name): Query => ({ kind: 'columnPresent', column: name })),
    fc.tuple(column, op, number).map(([name, sign, value]): Query => ({
      kind: 'columnCompare',
      column: name,
      op: sign as '=',
      value,
    })),
    fc
      .tuple(column, ends)
      .map(([name, [from, to]]): Query => ({ kind: 'columnRange', column: name, from, to })),
    score.map((ref): Query => ({ kind: 'scorePresent', score: ref })),
    fc.tuple(score, op, number).map(([ref, sign, value]): Query => ({
      kind: 'scoreCompare',
      score: ref,
      op: sign as '=',
      value,
    })),
    fc
      .tuple(score, ends)
      .map(([ref, [from, to]]): Query => ({ kind: 'scoreRange', score: ref, from, to })),
  )
  const wordSearch = fc
    .tuple(
      fc.constantFrom(null, 'alt', 'before', 'span', 'page-title' as const),
      fc.constantFrom('car', 'red car', '猫', 'x "y" z', 'a/b', "don't", '(a)', '"'),
      fc.constantFrom<{ prefix: boolean; near: number | null }[]>(
        { prefix: false, near: null },
        { prefix: false, near: 4 },
        { prefix: true, near: null },
      ),
    )
    .filter(([, phrase, { prefix }]) => phrase !== '"' && !(prefix && /\W$/u.test(phrase)))
    .map(([text, phrase, more]): Query => ({
      kind: 'wordSearch',
      field: text === null || text === 'page-title' ? 'words' : (text as 'alt'),
      text: text as 'alt' | null,
      search: { phrase, ...more },
    }))
  const { query } = fc.letrec<{ query: Query }>((tie) => ({
    query: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      term,
      wordSearch,
      fc.array(tie('query'), { minLength: 2, maxLength: 4 }).map(and),
      fc.array(tie('query'), { minLength: 2, maxLength: 4 }).map(or),
      tie('query').map((item): Query => (item.kind === 'not' ? item.item : { kind: 'not', item })),
    ),
  }))

  test('reading what was printed gives the same query', () => {
    fc.assert(
      fc.property(query, (made) => {
        expect(parseQuery(printQuery(made))).toEqual(made)
      }),
      { numRuns: 2000 },
    )
  })

  test('two spellings of one query have one canonical form', () => {
    expect(printQuery(parseQuery(' NOT  alt:"red"   AND (width>=10)'))).toBe('-alt:red width>=10')
    expect(printQuery(parseQuery('(a OR (b OR c)) d'))).toBe('(a OR b OR c) d')
  })
})

test.each(Object.values(QUERY_EXAMPLES))('the example %s can be read', (example) => {
  expect(() => parseQuery(example)).not.toThrow()
})

describe('completing a query', () => {
  test('fields are offered by their beginning', () => {
    const { items, from, to } = completeQuery('alt:x -wi', 9)
    expect(items.map((item) => item.label)).toEqual(['width'])
    expect(items[0]?.of).toEqual({ field: 'width' })
    expect([from, to]).toEqual([7, 9])
  })

  test('values that are a choice are offered, others are asked of the corpus', () => {
    expect(completeQuery('status:p', 8).items.map((item) => item.label)).toEqual(['pending'])
    expect(completeQuery('altspan:n', 9).items.map((item) => item.label)).toEqual([
      'normalised',
      'near',
      'none',
    ])
    expect(completeQuery('labeled:a', 9).valuesOf).toEqual({ field: 'labeled', prefix: 'a' })
    expect(completeQuery('host:exa', 8).valuesOf).toEqual({ field: 'host', prefix: 'exa' })
    expect(completeQuery('score.c', 7).items).toEqual([
      { insert: 'caption>=', label: 'caption', of: { score: 'caption' } },
    ])
  })

  test('nothing is offered inside quotes', () => {
    expect(completeQuery('alt:"wi', 7).items).toEqual([])
  })
})

test('a comparison may have spaces around it', () => {
  for (const [written, meant] of [
    ['score >= 0.28', 'score>=0.28'],
    ['score>= .28', 'score>=0.28'],
    ['width > 200 height<100', 'width>200 height<100'],
    ['score[a/b].alt >= 0.2', 'score[a/b].alt>=0.2'],
  ] as const) {
    expect(printQuery(parseQuery(written))).toBe(printQuery(parseQuery(meant)))
  }
  expect(() => parseQuery('colour >= red')).toThrow(/no field "colour"/)
  expect(() => parseQuery('>= 3')).toThrow(/expected a field/)
})

test('numbers of imported columns are compared by the name of the column', () => {
  expect(parseQuery('punsafe<0.1')).toEqual({
    kind: 'columnCompare',
    column: 'punsafe',
    op: '<',
    value: 0.1,
  })
  expect(parseQuery('AESTHETIC_SCORE:5..7 clip_b32:*')).toEqual({
    kind: 'and',
    items: [
      { kind: 'columnRange', column: 'AESTHETIC_SCORE', from: 5, to: 7 },
      { kind: 'columnPresent', column: 'clip_b32' },
    ],
  })
  // A name that is a field's, or has other signs.
  expect(printQuery(parseQuery('column[width] >= 3'))).toBe('column[width]>=3')
  expect(printQuery(parseQuery('column["my score"]:..1'))).toBe('column["my score"]:..1')
  expect(() => parseQuery('column[a] b')).toThrow(/expected a comparison/)
  expect(() => parseQuery('column[]>1')).toThrow(/expected the name of a column/)
  // What is no number is still a field that does not exist; a word with digits is a word.
  expect(() => parseQuery('colour:red')).toThrow(/no field "colour"/)
  expect(parseQuery('img_1:a')).toEqual({ kind: 'words', words: 'img_1:a' })
})

test('fields with a hyphen are read as one name, a hyphen elsewhere is a minus', () => {
  expect(parseQuery('alt-kind:machine')).toEqual({
    kind: 'equals',
    field: 'alt-kind',
    value: 'machine',
  })
  expect(printQuery(parseQuery('-alt-rule:file-name'))).toBe('-alt-rule:file-name')
  expect(() => parseQuery('alt-kind:human')).toThrow(/alt-kind is one of/)
  expect(completeQuery('alt-k', 5).items.map(({ insert }) => insert)).toEqual(['alt-kind:'])
})
