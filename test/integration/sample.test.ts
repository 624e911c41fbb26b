import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { decodeHtml, extractPage } from '../../src/main/extraction/index.ts'
import type { ExtractedPage, ExtractedPair } from '../../src/main/extraction/index.ts'
import { findAltSpans } from '../../src/main/labeling/find-alt-spans.ts'
import { siteOf, textKey } from '../../src/main/labeling/split-by-site.ts'
import { altJudge } from '../../src/main/labeling/useless-alts.ts'
import { fileSource, openArchive, parseHttpResponse } from '../../src/main/warc/index.ts'
import { LOOKS as LOOK_MARKUP } from '../../tools/make-sample/told-looks.ts'
import type { Truth } from '../../tools/make-sample/truth.ts'

/** The layouts of the sites that tell of their pictures in running text. */
const LOOKS = new Set(Object.keys(LOOK_MARKUP))

const folder = fileURLToPath(new URL('../../resources/sample/', import.meta.url))

const types = new Map<string, number>()
const pages = new Map<string, ExtractedPage>()
const statuses = new Map<string, number>()
const failures: string[] = []
let truth: Truth[] = []

function pairOf(row: Truth): ExtractedPair | undefined {
  return pages
    .get(row.page)
    ?.pairs.find((pair) => row.addresses.includes(pair.imageUrl) && pair.alt === row.alt)
}

beforeAll(async () => {
  truth = JSON.parse(await readFile(`${folder}truth.json`, 'utf8')) as Truth[]
  for await (const batch of await openArchive(fileSource(`${folder}gleaner-sample.warc.gz`))) {
    failures.push(...batch.failures.map((failure) => failure.reason))
    for (const record of batch.records) {
      types.set(record.type, (types.get(record.type) ?? 0) + 1)
      const url = record.headers.get('warc-target-uri') ?? ''
      if (record.type === 'revisit') statuses.set(url, 200)
      if (record.type !== 'response') continue
      const http = parseHttpResponse(record.block)
      statuses.set(url, http.status)
      const type = http.headers.get('content-type') ?? ''
      if (http.status !== 200 || !type.startsWith('text/html')) continue
      const decoded = decodeHtml(http.body, type)
      pages.set(url, extractPage(decoded.text, url, decoded))
    }
  }
})

describe('the sample archive', () => {
  it('is read without a failure and holds requests, responses and revisits', () => {
    expect(failures).toEqual([])
    expect(types.get('warcinfo')).toBe(1)
    expect(types.get('request')).toBe((types.get('response') ?? 0) + (types.get('revisit') ?? 0))
    expect(types.get('revisit')).toBeGreaterThan(10)
  })

  it('gives every picture that its truth file knows, with the alt that stands in the page', () => {
    const content = truth.filter(
      (row) => row.role === 'content' || row.role === 'teaser' || row.role === 'broken',
    )
    const lost = content.filter((row) => {
      const pairs = pages.get(row.page)?.pairs ?? []
      return !pairs.some((pair) => row.addresses.includes(pair.imageUrl) && pair.alt === row.alt)
    })
    expect(content.length).toBeGreaterThan(300)
    expect(lost).toEqual([])
  })

  it('finds the captions that the markup gives away', () => {
    const captioned = truth.filter((row) => row.caption !== null)
    const wrong = captioned.filter((row) => {
      const pair = pages
        .get(row.page)
        ?.pairs.find(({ imageUrl }) => row.addresses.includes(imageUrl))
      return pair?.caption !== row.caption
    })
    expect(captioned.length).toBeGreaterThan(100)
    expect(wrong).toEqual([])
  })

  it('pairs neither trackers nor pictures that are part of the page', () => {
    const paired = [...pages.values()].flatMap((page) => page.pairs.map((pair) => pair.imageUrl))
    expect(paired.filter((url) => url.startsWith('http://count.example/'))).toEqual([])
    expect(paired.filter((url) => url.startsWith('data:'))).toEqual([])
  })

  it('knows enough wrong alts for two humps', () => {
    for (const row of truth.filter(({ label }) => label === 'wrong')) {
      expect(row.alt).toBeTruthy()
      expect(row.description).not.toBe(row.alt)
    }
    expect(truth.filter(({ label }) => label === 'wrong').length).toBeGreaterThan(50)
  })

  it('holds every address that its pages offer, the missing ones with their status', () => {
    const unasked = truth
      .flatMap((row) => row.addresses)
      .filter((address) => address.startsWith('http:') && !statuses.has(address))
    expect(unasked).toEqual([])
    expect(
      [...statuses.values()].filter((status) => status === 404 || status === 503),
    ).toHaveLength(2)
  })
})

describe('the descriptions in the text of the sample', () => {
  const described = (): (Truth & { described: NonNullable<Truth['described']> })[] =>
    truth.flatMap((row) => (row.described ? [{ ...row, described: row.described }] : []))

  it('stand, each once, in the text that the truth file names, as the extraction sees it', () => {
    const wrong = described().filter((row) => {
      const { source, quote } = row.described
      return (pairOf(row)?.[source] ?? '').split(quote).length !== 2
    })
    expect(wrong).toEqual([])
    expect(described().length).toBeGreaterThan(550)
  })

  it('are missing where the truth file says so: pictures without words, and words without a right alt', () => {
    const content = truth.filter(({ role }) => role === 'content')
    const silent = content.filter((row) => row.described === null)
    const unsaid = described().filter(({ label }) => label === 'none' || label === 'useless')
    expect(silent.length).toBeGreaterThan(80)
    expect(unsaid.length).toBeGreaterThan(80)
  })

  it('are found by their alts: 350 spans and more, of every kind, on many sites', () => {
    const judge = altJudge()
    const kinds = { exact: 0, normalised: 0, near: 0 }
    const sites = new Map<string, number>()
    const elsewhere: string[] = []
    for (const row of truth.filter(({ role }) => role === 'content' || role === 'teaser')) {
      const pair = pairOf(row)
      if (!pair || judge(pair.alt)) continue
      const [best] = findAltSpans(pair)
      if (!best) continue
      kinds[best.kind]++
      sites.set(siteOf(row.page), (sites.get(siteOf(row.page)) ?? 0) + 1)
      // The words found and those meant are the same but for an article or a sign at the edge.
      const meant = row.described
      const same =
        meant?.source === best.source &&
        (meant.quote.includes(best.quote) || best.quote.includes(meant.quote))
      if (!same) elsewhere.push(`${row.page} ${row.img}: ${best.quote}`)
    }
    expect(kinds.exact + kinds.normalised + kinds.near).toBeGreaterThanOrEqual(350)
    expect(Math.min(kinds.exact, kinds.normalised, kinds.near)).toBeGreaterThan(40)
    expect([...sites.values()].filter((n) => n >= 15).length).toBeGreaterThanOrEqual(12)
    // "A grey spanner" of another picture, and its like.
    expect(elsewhere.length).toBeLessThanOrEqual(3)
  })

  it('often stand farther than the nearest block, and are seldom a whole one', () => {
    const running = described().filter(({ layout }) => LOOKS.has(layout))
    let whole = 0
    let farther = 0
    for (const row of running) {
      const { source, quote } = row.described
      const blocks = (pairOf(row)?.[source] ?? '').split('\n')
      const place = blocks.findIndex((block) => block.includes(quote))
      if (blocks[place]?.replace(/[.!?]$/, '') === quote) whole++
      if (source !== 'caption' && place !== (source === 'before' ? blocks.length - 1 : 0)) farther++
    }
    expect(running.length).toBeGreaterThan(330)
    expect(whole / running.length).toBeLessThan(0.1)
    expect(farther).toBeGreaterThan(45)
  })

  it('are said on one site only, so that a split by site holds nothing back', () => {
    const keys = new Map<string, Set<string>>()
    for (const row of described().filter(({ layout }) => LOOKS.has(layout))) {
      const key = textKey(row.described.quote)
      if (key) keys.set(key, (keys.get(key) ?? new Set()).add(siteOf(row.page)))
    }
    expect([...keys.values()].filter((sites) => sites.size > 1)).toEqual([])
  })
})
