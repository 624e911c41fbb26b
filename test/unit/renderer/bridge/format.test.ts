import { describe, expect, test } from 'vitest'
import * as format from '../../../../src/renderer/src/bridge/format.ts'

const plain = (text: string) => text.replace(/\u00a0/g, ' ')

describe('numbers are written as researchers write them', () => {
  test('a part of a whole has both counts and a share', () => {
    expect(plain(format.countOf(12_483, 1_204_911))).toBe('12,483 of 1,204,911 (1.04 %)')
    expect(plain(format.countOf(10, 10))).toBe('10')
  })

  test('a share is never rounded to all or nothing', () => {
    expect(plain(format.percent(0, 10))).toBe('0 %')
    expect(plain(format.percent(10, 10))).toBe('100 %')
    expect(plain(format.percent(1, 1_000_000))).toBe('< 0.01 %')
    expect(plain(format.percent(964, 1_000_000))).toBe('0.096 %')
    expect(plain(format.percent(999_999, 1_000_000))).toBe('> 99.99 %')
    expect(plain(format.percent(9_995, 10_000))).toBe('99.95 %')
    expect(plain(format.percent(1, 0))).toBe('– %')
  })

  test('a progress is in whole per cent and full only when it is done', () => {
    expect(plain(format.progressPercent(0, 40))).toBe('0 %')
    expect(plain(format.progressPercent(2, 40))).toBe('5 %')
    expect(plain(format.progressPercent(874, 875))).toBe('99 %')
    expect(plain(format.progressPercent(875, 875))).toBe('100 %')
    expect(plain(format.progressPercent(1, 0))).toBe('0 %')
  })

  test('a cosine has three decimals and a real minus sign, and no negative zero', () => {
    expect(format.cosine(0.28299)).toBe('0.283')
    expect(format.cosine(-0.0412)).toBe('\u22120.041')
    expect(format.cosine(-0.0001)).toBe('0.000')
  })

  test('bytes are decimal, with three figures', () => {
    expect(plain(format.bytes(999))).toBe('999 B')
    expect(plain(format.bytes(2_496_731))).toBe('2.50 MB')
    expect(plain(format.bytes(351_000_000))).toBe('351 MB')
    expect(plain(format.bytes(999_600))).toBe('1.00 MB')
  })

  test('a duration is said in two units at most', () => {
    expect(plain(format.duration(42.4))).toBe('42 s')
    expect(plain(format.duration(200))).toBe('3 min 20 s')
    expect(plain(format.duration(180))).toBe('3 min')
    expect(plain(format.duration(7_500))).toBe('2 h 5 min')
    expect(plain(format.duration(7_190))).toBe('2 h')
  })

  test('a long address keeps both its ends', () => {
    expect(format.middle('abcdefghij', 5)).toBe('ab…ij')
    expect(format.middle('short', 10)).toBe('short')
  })

  test('the name of a file is found behind either slash', () => {
    expect(format.baseName('/a/b.warc.gz')).toBe('b.warc.gz')
    expect(format.baseName('C:\\a\\b.warc')).toBe('b.warc')
  })
})
