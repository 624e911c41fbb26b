import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, test } from 'vitest'
import {
  decodeBytes,
  encodingOfLabel,
  escapeQuery,
} from '../../../src/main/extraction/encodings.ts'
import { charactersForQueries, codesOf } from '../../support/encoding-codes.ts'

/** What a browser answered; see `tools/encodings`. */
const BROWSER = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../fixtures/extraction/encodings.json'), 'utf8'),
) as { decoders: Record<string, string>; queries: Record<string, string> }

const digest = (texts: Iterable<string>): string => {
  const hash = createHash('sha256')
  for (const text of texts) hash.update(text).update('\0')
  return hash.digest('hex').slice(0, 16)
}

describe('the encodings of the standard', () => {
  test.each(Object.entries(BROWSER.decoders))(
    '%s is decoded as a browser decodes it, every code',
    (encoding, expected) => {
      expect(
        digest(
          (function* () {
            for (const bytes of codesOf(encoding)) yield decodeBytes(bytes, encoding)
          })(),
        ),
      ).toBe(expected)
    },
  )

  test.each(Object.entries(BROWSER.queries))(
    'a query in %s is escaped as a browser does it, every character',
    (encoding, expected) => {
      expect(
        digest(
          (function* () {
            for (const text of charactersForQueries()) yield escapeQuery(text, encoding)
          })(),
        ),
      ).toBe(expected)
    },
  )

  it('what Chromium reads otherwise is read as the standard says', () => {
    // Big5 decoder: one error for a lead with a trail that is not ASCII and no code.
    expect(decodeBytes(Uint8Array.of(0x81, 0x80, 0x41), 'big5')).toBe('\ufffdA')
    // ISO-2022-JP decoder, trail byte state: an escape there is an error, and the escape counts.
    const bytes = Uint8Array.of(0x1b, 0x24, 0x42, 0x1b, 0x24, 0x1b, 0x28, 0x42, 0x41)
    expect(decodeBytes(bytes, 'iso-2022-jp')).toBe('\ufffd\ufffdA')
  })

  it('labels mean what the standard says', () => {
    expect(encodingOfLabel(' Latin1\n')).toBe('windows-1252')
    expect(encodingOfLabel('gb2312')).toBe('gbk')
    expect(encodingOfLabel('ks_c_5601-1987')).toBe('euc-kr')
    expect(encodingOfLabel('hz-gb-2312')).toBe('replacement')
    expect(encodingOfLabel('utf-7')).toBeNull()
    expect(encodingOfLabel('latin1\u00a0')).toBeNull()
  })

  it('reads memory that threads share', () => {
    const shared = new Uint8Array(new SharedArrayBuffer(4))
    shared.set([0xb0, 0xa1, 0x88, 0x62])
    expect(decodeBytes(shared.subarray(0, 2), 'euc-kr')).toBe('가')
    expect(decodeBytes(shared.subarray(2), 'big5')).toBe('\u00ca\u0304')
    expect(decodeBytes(shared.subarray(0, 2), 'gbk')).toBe('啊')
  })
})
