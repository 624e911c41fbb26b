import { describe, expect, test } from 'vitest'
import {
  nameOf,
  refuseUnlike,
  unlikeIn,
  warningsOf,
} from '../../../../src/main/evaluation/measures/stamp.ts'
import type { Origin } from '../../../../src/main/evaluation/measures/stamp.ts'

const side = (more: Partial<Origin> = {}): Origin => ({
  resize: 'clean',
  formats: { png: 5000 },
  n: 5000,
  leftOut: 0,
  ...more,
})

describe('unlike sides', () => {
  test('are those that were resized in other ways, a file of features among them', () => {
    expect(unlikeIn(side(), side())).toEqual([])
    expect(unlikeIn(side(), side({ resize: 'legacy_pytorch' }))).toEqual([
      'they were resized unlike: clean against legacy_pytorch',
    ])
    const file = side({ resize: null, formats: {} })
    expect(unlikeIn(side(), file)[0]).toContain('unknown (features of a file)')
    expect(unlikeIn(file, file)).toEqual([])
  })

  test('are those of other file formats, beyond a tenth and beyond chance', () => {
    const mixed = (jpeg: number, n: number): Origin => side({ n, formats: { png: n - jpeg, jpeg } })
    expect(unlikeIn(side(), mixed(450, 5000))).toEqual([])
    expect(unlikeIn(side(), mixed(550, 5000))[0]).toContain('100 % png against 89 % png, 11 % jpeg')
    // 20 drawn of one folder differ by two by chance.
    expect(unlikeIn(mixed(8, 20), mixed(11, 20))).toEqual([])
    expect(unlikeIn(mixed(8, 20), mixed(14, 20))).toHaveLength(1)
  })

  test('are refused unless that is allowed', () => {
    expect(() => refuseUnlike(['they differ'], false)).toThrow(/cannot be compared: they differ/)
    expect(() => refuseUnlike(['they differ'], true)).not.toThrow()
    expect(() => refuseUnlike([], false)).not.toThrow()
    expect(warningsOf('kid', side(), side(), 64, ['they differ'])).toEqual([
      'Compared although they differ.',
    ])
  })
})

test('few pictures are warned of for a Frechet distance, and for KID not', () => {
  const few = side({ n: 2047 })
  expect(warningsOf('fd', few, few, 64, [])[0]).toContain('report KID with its interval')
  expect(warningsOf('kid', few, few, 64, [])).toEqual([])
  const enough = side({ n: 2048 })
  expect(warningsOf('fd', enough, enough, 64, [])).toEqual([])
  expect(warningsOf('fd', enough, enough, 2048, [])[0]).toContain('singular')
  expect(warningsOf('fd', side({ n: 3000 }), enough, 64, [])[0]).toContain('3000 against 2048')
  expect(warningsOf('kid', side({ leftOut: 2 }), side({ leftOut: 1 }), 64, [])).toEqual([
    'Left out: 3 that could not be read.',
  ])
})

test('a number is named by its model, and a demonstration model says so', () => {
  const inception = {
    name: 'Inception v3',
    measure: 'FID (Inception v3, clean)',
    isDemonstration: false,
  }
  expect(nameOf('fd', inception)).toBe('FID (Inception v3, clean)')
  expect(nameOf('kid', inception)).toBe('KID (Inception v3)')
  expect(nameOf('fd', { ...inception, measure: null }, 'legacy_pytorch')).toBe(
    'FD (Inception v3, resized legacy_pytorch)',
  )
  const small = { name: 'Small', measure: null, isDemonstration: true }
  expect(nameOf('cmmd', small)).toBe('CMMD (Small, demonstration model)')
  expect(nameOf('fd', { ...small, name: 'A demonstration model' })).toBe(
    'FD (A demonstration model)',
  )
  expect(nameOf('fd', null)).toBe('FD (features of files)')
})
