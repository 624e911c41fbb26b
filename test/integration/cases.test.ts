/** What users of other tools reported: small archives that went wrong (`cases/README.md`). */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { corpusStats } from '../../src/main/store/repositories/stats.ts'
import { ingest } from '../support/ingest.ts'
import { sharedData } from '../support/shared-data.ts'

const cases = sharedData('cases')
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gleaner-cases-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

interface Row {
  page: string
  alt: string | null
  url: string
  status: string
}

async function read(file: string): Promise<{ pages: number; rows: Row[] }> {
  const corpus = await ingest(join(folder, 'c.gleaner'), [join(cases as string, file)], {
    images: 'archive',
  })
  try {
    const rows = corpus.reader
      .prepare<[], Row>(
        `SELECT g.url AS page, p.alt, i.url, i.status FROM pairs p
         JOIN pages g ON g.id = p.page_id JOIN images i ON i.id = p.image_id ORDER BY p.id`,
      )
      .all()
    return { pages: corpusStats(corpus.reader).pages, rows }
  } finally {
    corpus.close()
  }
}

describe.skipIf(!cases)('the case', () => {
  test('02: pages without a type, or with an unknown one, are read by their bytes', async () => {
    const { pages, rows } = await read('02-no-content-type.warc')
    expect(pages).toBe(3)
    expect(rows.map(({ alt, status }) => [alt, status])).toEqual([
      ['no type at all', 'ok'],
      ['type unknown/unknown', 'ok'],
      ['type star', 'ok'],
    ])
  })

  test('39: a picture is what its bytes are, whatever it is sent as', async () => {
    const { pages, rows } = await read('39-picture-under-another-type.warc')
    expect(pages).toBe(1)
    expect(rows.map(({ status }) => status)).toEqual(Array<string>(14).fill('ok'))
  })

  test('06: an address is found however it is spelled', async () => {
    const { rows } = await read('06-iri-in-target-uri.warc')
    expect(rows.map(({ status }) => status)).toEqual(['ok', 'ok', 'ok'])
  })

  test('08: a query is escaped in the encoding of its page, a path as UTF-8', async () => {
    const { rows } = await read('08-query-in-page-encoding.warc')
    expect(rows.map(({ url, status }) => [url, status])).toEqual([
      ['http://eight.example/ja/view.cgi?name=%8AC%95%D3', 'ok'],
      ['http://eight.example/de/bild.php?f=K%E4se', 'ok'],
      ['http://eight.example/%D1%84%D0%BE%D1%82%D0%BE/%D0%BA%D0%BE%D1%82.jpg', 'ok'],
    ])
  })

  test('43: Big5, EUC-KR and Shift_JIS are read as the Encoding standard says', async () => {
    const { rows } = await read('43-wide-east-asian-charsets.warc')
    // By Python's big5hkscs, cp949 and cp932.
    expect(rows.map(({ alt }) => alt)).toEqual([
      '佢哋喺度食咗啲嘢，好嘅',
      '똠방각하 펲시콜라 뷁',
      '설믜 햇햇 € 5',
      '～①髙㈱－',
    ])
  })
})
