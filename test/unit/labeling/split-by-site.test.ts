import { describe, expect, test } from 'vitest'
import { siteOf, splitBySite, textKey } from '../../../src/main/labeling/split-by-site.ts'
import type { SplitItem } from '../../../src/main/labeling/split-by-site.ts'
import { growth } from '../../support/growth.ts'

const items = (sites: number, each: number): SplitItem[] =>
  Array.from({ length: sites * each }, (_, n) => ({
    id: n,
    pageUrl: `https://www.site${n % sites}.co.uk/page/${n}`,
    texts: [
      `a description of number ${'xyz'.repeat(n % 7)} in words ${String.fromCharCode(97 + (n % 26))}${Math.floor(
        n / 26,
      )
        .toString(36)
        .replace(/\d/g, (d) => 'abcdefghij'[Number(d)] as string)} q`,
    ],
  }))

describe('the site of a page', () => {
  test.each([
    ['https://news.bbc.co.uk/x', 'bbc.co.uk'],
    ['http://a.github.io/', 'a.github.io'],
    ['http://b.github.io/', 'b.github.io'],
    ['http://WWW.Example.COM:8080/', 'example.com'],
    ['http://192.168.0.1/x', '192.168.0.1'],
    ['http://localhost/', 'localhost'],
    ['https://www.bücher.de/', 'xn--bcher-kva.de'],
    ['http://[::1]/x', '[::1]'],
    ['not an address', '(none)'],
  ])('of %s is %s', (url, site) => {
    expect(siteOf(url)).toBe(site)
  })
})

describe('a split', () => {
  test('keeps sites whole and the shares near what was asked', () => {
    const list = items(200, 5)
    const { splits, sites, counts, warnings } = splitBySite(list)
    const bySite = new Map<string, Set<string>>()
    splits.forEach((split, n) => {
      const site = sites[n] as string
      bySite.set(site, (bySite.get(site) ?? new Set()).add(split))
    })
    expect([...bySite.values()].every((set) => set.size === 1)).toBe(true)
    expect(counts.train.items / list.length).toBeCloseTo(0.8, 1)
    expect(counts.test.items / list.length).toBeCloseTo(0.1, 1)
    expect(warnings).toEqual([])
  })

  test('is the same for the same seed in any order of items, another for another seed', () => {
    const list = items(50, 4)
    const byId = (result: ReturnType<typeof splitBySite>, of: SplitItem[]): Map<unknown, string> =>
      new Map(of.map((item, n) => [item.id, result.splits[n] as string]))
    const forward = byId(splitBySite(list), list)
    const reversed = [...list].reverse()
    expect(byId(splitBySite(reversed), reversed)).toEqual(new Map([...forward].reverse()))
    expect(byId(splitBySite(list, { seed: 2 }), list)).not.toEqual(forward)
  })

  test('puts no text of the test set into training, also up to case, signs and numbers', () => {
    const list = items(40, 3)
    list.forEach((item, n) => {
      if (n % 10 === 0) item.texts = [`The same words, on ${n} pages!`]
      if (n % 10 === 1) item.texts = ['the SAME words – on 7 pages']
    })
    const { splits, tiedSites } = splitBySite(list)
    const where = new Map<string, Set<string>>()
    list.forEach((item, n) => {
      for (const text of item.texts) {
        const key = textKey(text) as string
        where.set(key, (where.get(key) ?? new Set()).add(splits[n] as string))
      }
    })
    expect([...where.values()].every((set) => set.size === 1)).toBe(true)
    expect(tiedSites.length).toBe(1)
    expect(tiedSites[0]?.length).toBe(8)
  })

  test('does not tie sites by short words', () => {
    expect(textKey('Read more')).toBeNull()
    const list = items(30, 2).map((item) => ({ ...item, texts: ['Home'] }))
    expect(splitBySite(list).tiedSites).toEqual([])
  })

  test('gives each split a site where there are enough, and says so where not', () => {
    const three = splitBySite(items(3, 10))
    expect(new Set(three.splits).size).toBe(3)
    const one = splitBySite(items(1, 10))
    expect(one.warnings.some((warning) => warning.includes('nothing in test'))).toBe(true)
    expect(splitBySite([]).splits).toEqual([])
    expect(() => splitBySite([], { train: 0.9 })).toThrow(/sum to 1/)
  })

  test('takes 20,000 sites in time in proportion', async () => {
    const lists = new Map(
      [5000, 20_000].map((n) => [n, items(n, 2).map((item) => ({ ...item, texts: [] }))]),
    )
    const work = (n: number): unknown => splitBySite(lists.get(n) ?? [])
    expect(await growth(work, { from: 5000, times: 4, atMost: 10 })).toBeLessThan(10)
  })
})
