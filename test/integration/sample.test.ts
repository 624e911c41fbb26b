import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { decodeHtml, extractPage } from '../../src/main/extraction/index.ts'
import type { ExtractedPage } from '../../src/main/extraction/index.ts'
import { fileSource, openArchive, parseHttpResponse } from '../../src/main/warc/index.ts'
import type { Truth } from '../../tools/make-sample/truth.ts'

const folder = fileURLToPath(new URL('../../resources/sample/', import.meta.url))

const types = new Map<string, number>()
const pages = new Map<string, ExtractedPage>()
const statuses = new Map<string, number>()
const failures: string[] = []
let truth: Truth[] = []

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
