import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { PairSort, SORT_COLUMNS } from '#shared/contract/index.ts'
import type { PairTableRow } from '#shared/domain.ts'
import { pairOrders } from '../../../../../src/renderer/src/features/pairs/pair-orders.ts'
import {
  nextSorting,
  sortingOf,
  tableColumns,
  wayOf,
  type Sorting,
} from '../../../../../src/renderer/src/features/pairs/table-columns.ts'
import {
  inOrder,
  isLook,
  isShown,
  LEAST_WIDTH,
  MOST_WIDTH,
  moveColumn,
  nudgeColumn,
  PLAIN_LOOK,
  showColumn,
  sizeColumn,
  widthsOf,
  type ColumnShape,
} from '../../../../../src/renderer/src/features/pairs/table-layout.ts'

const column = (id: string, more: Partial<ColumnShape> = {}): ColumnShape => ({
  id,
  width: 100,
  grows: false,
  shown: true,
  ...more,
})
const ABCD = ['a', 'b', 'c', 'd'].map((id) => column(id))
const ids = (columns: readonly ColumnShape[]): string => columns.map(({ id }) => id).join('')

describe('columns', () => {
  test('stand in their own order until one is moved, before another or behind all', () => {
    expect(ids(inOrder(ABCD, PLAIN_LOOK))).toBe('abcd')
    const moved = moveColumn(ABCD, PLAIN_LOOK, 'd', 'b')
    expect(ids(inOrder(ABCD, moved))).toBe('adbc')
    expect(ids(inOrder(ABCD, moveColumn(ABCD, moved, 'a', null)))).toBe('dbca')
    expect(moveColumn(ABCD, moved, 'a', 'nowhere')).toBe(moved)
  })

  test('that come later stand behind the one they follow, and those that go come back to their place', () => {
    const moved = moveColumn(ABCD, PLAIN_LOOK, 'd', 'a')
    const more = [column('a'), column('n'), ...ABCD.slice(1)]
    expect(ids(inOrder(more, moved))).toBe('danbc')
    const fewer = ABCD.filter(({ id }) => id !== 'b')
    const again = moveColumn(fewer, moved, 'c', 'd')
    expect(ids(inOrder(fewer, again))).toBe('cda')
    expect(ids(inOrder(ABCD, again))).toBe('cdab')
  })

  test('are moved past the next one that is shown', () => {
    const look = showColumn(PLAIN_LOOK, 'b', false)
    expect(ids(inOrder(ABCD, nudgeColumn(ABCD, look, 'a', 1)))).toBe('bcad')
    expect(ids(inOrder(ABCD, nudgeColumn(ABCD, look, 'c', -1)))).toBe('cabd')
    expect(nudgeColumn(ABCD, look, 'a', -1)).toBe(look)
    expect(nudgeColumn(ABCD, look, 'd', 1)).toBe(look)
  })

  test('are never lost or doubled, whatever is moved', () => {
    const one = fc.constantFrom('a', 'b', 'c', 'd')
    fc.assert(
      fc.property(
        fc.array(fc.tuple(one, fc.option(one))),
        fc.subarray(ABCD, { minLength: 1 }),
        (moves, some) => {
          let look = PLAIN_LOOK
          for (const [id, before] of moves) look = moveColumn(some, look, id, before)
          expect(ids(inOrder(ABCD, look)).split('').sort().join('')).toBe('abcd')
        },
      ),
    )
  })

  test('are shown as they are by themselves until somebody says otherwise', () => {
    const hidden = column('h', { shown: false })
    expect(isShown(hidden, PLAIN_LOOK)).toBe(false)
    const look = showColumn(showColumn(PLAIN_LOOK, 'h', true), 'a', false)
    expect([isShown(hidden, look), isShown(column('a'), look)]).toEqual([true, false])
  })

  test('share the room that is left in proportion, but those that were sized keep their width', () => {
    const words = [
      column('a', { grows: true, width: 200 }),
      column('n', { width: 80 }),
      column('b', { grows: true, width: 100 }),
    ]
    expect(widthsOf(words, PLAIN_LOOK, 300)).toEqual([200, 80, 100])
    expect(widthsOf(words, PLAIN_LOOK, 680)).toEqual([400, 80, 200])
    expect(widthsOf(words, PLAIN_LOOK, 681)).toEqual([400, 80, 201])
    expect(widthsOf(words, sizeColumn(PLAIN_LOOK, 'a', 150), 680)).toEqual([150, 80, 450])
    const sized = sizeColumn(sizeColumn(PLAIN_LOOK, 'a', 150), 'b', 120)
    expect(widthsOf(words, sized, 680)).toEqual([150, 80, 120])
    expect(widthsOf(words, sizeColumn(sized, 'b', null), 680)).toEqual([150, 80, 450])
  })

  test('are neither too narrow to be taken hold of nor without end', () => {
    expect(sizeColumn(PLAIN_LOOK, 'a', -5).widths).toEqual({ a: LEAST_WIDTH })
    expect(sizeColumn(PLAIN_LOOK, 'a', 1e6).widths).toEqual({ a: MOST_WIDTH })
  })

  test('kept in a form of another program are not taken', () => {
    expect(isLook(JSON.parse(JSON.stringify(sizeColumn(PLAIN_LOOK, 'a', 99))))).toBe(true)
    for (const wrong of [null, 3, [], { order: ['a'] }, { order: 'a', shown: {}, widths: {} }]) {
      expect(isLook(wrong)).toBe(false)
    }
    expect(isLook({ order: [], shown: {}, widths: { a: '9' } })).toBe(false)
  })
})

const source = (text: 'alt' | 'caption', model = 'm/one') => ({
  model,
  modelName: model,
  text,
  n: 5,
  min: 0.1,
  max: 0.4,
  mean: 0.2,
  imported: false,
  origin: null,
})
const SOURCES = [source('alt'), source('caption'), source('alt', 'm/two')]

describe('the columns of the table', () => {
  test('hold every score of every model and text, and each sorts by what it shows', () => {
    const columns = tableColumns(['alt', 'host'], SOURCES)
    expect(new Set(columns.map(({ id }) => id)).size).toBe(columns.length)
    expect(columns.filter(({ kind }) => kind === 'score').map(({ sort }) => sort)).toEqual(
      SOURCES.map(({ model, text }) => ({ model, text })),
    )
    expect(columns.flatMap(({ sort }) => (typeof sort === 'string' ? sort : [])).sort()).toEqual(
      [...SORT_COLUMNS].sort(),
    )
    const row = {
      scores: [
        { model: 'm/two', text: 'alt', cosine: 0.3 },
        { model: 'm/one', text: 'alt', cosine: -0.1 },
      ],
    } as unknown as PairTableRow
    expect(
      columns.filter(({ kind }) => kind === 'score').map((column) => column.score(row)),
    ).toEqual([-0.1, null, 0.3])
  })

  test('in which the corpus has nothing are there, but not shown', () => {
    const shown = (filled: Parameters<typeof tableColumns>[0]): string[] =>
      tableColumns(filled, []).flatMap(({ id, shown }) => (shown ? id : []))
    expect(shown(['alt', 'url', 'status'])).toEqual(['alt', 'status', 'url'])
    expect(shown(['alt', 'caption', 'before', 'host', 'size', 'lang'])).toEqual([
      'alt',
      'caption',
      'before',
      'host',
      'size',
      'status',
      'lang',
    ])
  })

  test('sort one way, then the other, then not at all', () => {
    const columns = tableColumns(['alt'], SOURCES, ['punsafe', 'AESTHETIC_SCORE'])
    for (const column of columns.filter(({ sort }) => sort !== null)) {
      let now: Sorting = { sort: 'random', score: SOURCES[0] ?? null, by: null }
      const ways = [0, 1].map(() => {
        now = { ...now, ...nextSorting(column, now) }
        expect(PairSort.safeParse(now.sort).success).toBe(true)
        // No other column claims to sort.
        expect(columns.filter((one) => wayOf(one, now) !== null)).toEqual([column])
        return wayOf(column, now)
      })
      expect(ways).toEqual(column.first === 'asc' ? ['asc', 'desc'] : ['desc', 'asc'])
      expect(nextSorting(column, now)).toEqual({ sort: 'id', by: null })
    }
  })

  test('show the numbers of imported tables as they were given, the first few by themselves', () => {
    const names = ['punsafe', 'pwatermark', 'AESTHETIC_SCORE', 'hash', 'fifth']
    const columns = tableColumns(['alt'], SOURCES, names).filter(({ id }) =>
      id.startsWith('column:'),
    )
    expect(columns.map(({ title, shown }) => [title, shown])).toEqual([
      ['punsafe', true],
      ['pwatermark', true],
      ['AESTHETIC_SCORE', true],
      ['hash', true],
      ['fifth', false],
    ])
    const row = {
      columns: [
        { name: 'punsafe', value: 0.000123456 },
        { name: 'hash', value: -1234567 },
        { name: 'AESTHETIC_SCORE', value: 5.5 },
      ],
    } as unknown as PairTableRow
    expect(columns.map((column) => column.of(row))).toEqual([
      '0.00012346',
      null,
      '5.5',
      '\u22121,234,567',
      null,
    ])
  })

  test('of what cannot be sorted leave the order alone', () => {
    const note = tableColumns([], []).find(({ id }) => id === 'note')!
    expect(nextSorting(note, { sort: 'random', score: null, by: null })).toBeNull()
    expect(wayOf(note, { sort: 'id', score: null, by: null })).toBeNull()
  })

  test('of another score than the one that is shown leave that one alone', () => {
    const [shown, other] = SOURCES
    expect(sortingOf({ sort: shown! }, 'desc', shown!)).toEqual({ sort: 'score-desc', by: null })
    expect(sortingOf({ sort: other! }, 'asc', shown!)).toEqual({ sort: 'score-asc', by: other })
  })

  test('name the order that holds, beside those that are always offered', () => {
    const orders = (sort: PairSort, by: Sorting['by'] = null) =>
      pairOrders({ sort, by, score: SOURCES[0]!, sources: SOURCES, setSort: () => undefined })
    expect(orders('size-asc').now).toBe('size-asc')
    expect(orders('size-asc').options).toHaveLength(7)
    const byHost = orders('host-desc')
    expect(byHost.options.find(({ value }) => value === byHost.now)?.label).toBe('host, descending')
    const byNumber = orders('column-desc', { column: 'punsafe' })
    expect(byNumber.options.at(-1)?.label).toBe('punsafe, descending')
    const byScore = orders('score-asc', { model: 'm/two', text: 'alt' })
    expect(byScore.options.at(-1)?.label).toBe('alt text score, m/two, ascending')
  })
})
