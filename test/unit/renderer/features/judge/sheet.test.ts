import { expect, test } from 'vitest'
import type { SheetCell } from '#shared/contract/index.ts'
import {
  imageAt,
  levelsOf,
  moved,
  promptAt,
  rowsOf,
  takesOf,
  type Move,
  type Place,
} from '../../../../../src/renderer/src/features/judge/sheet.ts'

let next = 0
/** A cell with so many pictures of each model. */
function cell(group: string, level: number, kind: string, ...counts: number[]): SheetCell {
  return {
    prompt: { group, kind, level, text: `${group} ${level}` },
    images: counts.map((n) =>
      Array.from({ length: n }, (_, take) => ({
        id: ++next,
        sha256: String(next),
        width: 1,
        height: 1,
        take,
      })),
    ),
  }
}
const cells = [
  cell('boat', 1, 'sensible', 1, 2),
  cell('boat', 3, 'sensible', 1, 1),
  cell('idea', 2, 'nonsensical', 0, 1),
  cell('idea', 1, 'nonsensical', 1, 1),
]
const levels = levelsOf(cells)

test('groups are rows and levels columns; what a group has not is empty', () => {
  expect(levels).toEqual([1, 2, 3])
  const rows = rowsOf(cells, levels, null)
  expect(rows.map(({ group }) => group)).toEqual(['boat', 'idea'])
  expect(rows.map((row) => row.cells.map((one) => one?.prompt.text ?? null))).toEqual([
    ['boat 1', null, 'boat 3'],
    ['idea 1', 'idea 2', null],
  ])
  expect(rowsOf(cells, levels, 'nonsensical').map(({ group }) => group)).toEqual(['idea'])
  expect(takesOf(cells)).toBe(2)
  expect(takesOf([])).toBe(1)
})

test('a place has its prompt, and a picture where there is one', () => {
  const rows = rowsOf(cells, levels, null)
  const at = (row: number, model: number, level: number, take: number): Place => ({
    row,
    model,
    level,
    take,
  })
  expect(imageAt(rows, at(0, 1, 0, 1))).toEqual(cells[0]?.images[1]?.[1])
  expect(imageAt(rows, at(0, 0, 0, 1))).toBeNull()
  expect(imageAt(rows, at(0, 0, 1, 0))).toBeNull()
  expect(imageAt(rows, at(1, 0, 1, 0))).toBeNull()
  expect(promptAt(rows, at(1, 0, 1, 0))?.text).toBe('idea 2')
  expect(promptAt(rows, at(0, 0, 1, 0))).toBeNull()
  expect(imageAt(rows, at(9, 0, 0, 0))).toBeNull()
})

test('keys go through takes and levels, and down through models and groups, and stop at the edges', () => {
  const size = { rows: 2, models: 2, levels: 3, takes: 2 }
  const walk = (...moves: Move[]): number[] => {
    let at: Place = { row: 0, model: 0, level: 0, take: 0 }
    for (const move of moves) at = moved(at, move, size)
    return [at.row, at.model, at.level, at.take]
  }
  expect(walk('right')).toEqual([0, 0, 0, 1])
  expect(walk('right', 'right')).toEqual([0, 0, 1, 0])
  expect(walk('down')).toEqual([0, 1, 0, 0])
  expect(walk('down', 'down')).toEqual([1, 0, 0, 0])
  expect(walk('down', 'down', 'down', 'down')).toEqual([1, 1, 0, 0])
  expect(walk('up', 'left')).toEqual([0, 0, 0, 0])
  expect(walk('end')).toEqual([0, 0, 2, 1])
  expect(walk('end', 'last')).toEqual([1, 1, 2, 1])
  expect(walk('end', 'last', 'first', 'start')).toEqual([0, 0, 0, 0])
  expect(moved({ row: 1, model: 1, level: 0, take: 0 }, 'up', size, 2)).toEqual({
    row: 0,
    model: 1,
    level: 0,
    take: 0,
  })
})
