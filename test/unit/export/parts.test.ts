import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DigestTable } from '../../../src/main/export/digest-table.ts'
import { rowJson } from '../../../src/main/export/json.ts'
import { sampleKey } from '../../../src/main/export/keys.ts'
import { sniffPicture } from '../../../src/main/export/picture-type.ts'
import { oneLine, wellFormed } from '../../../src/main/export/text.ts'
import { isBlank } from '../../../src/shared/export-needs.ts'
import { picture } from './support.ts'

describe('a caption of one line', () => {
  it('has no character at which a reader ends a line, and keeps all words', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const line = oneLine(text)
        expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/)
        expect(line).toBe(line.trim())
        expect(line === '').toBe(isBlank(text))
      }),
    )
    expect(oneLine('a\u00a0\u3000b\r\n\r\nc')).toBe('a b c')
  })

  it('keeps joiners, marks and directions', () => {
    const text = '👨‍👩‍👧 e\u0301 \u200fעברית\u200e'
    expect(oneLine(text)).toBe(text)
  })
})

describe('strings of an export', () => {
  it('are valid Unicode at any depth, and otherwise the same', () => {
    expect(wellFormed({ a: ['\ud800x', 1, null], b: { c: 'ok 😀' } })).toEqual({
      a: ['\ufffdx', 1, null],
      b: { c: 'ok 😀' },
    })
  })
})

describe('the type of a picture', () => {
  it.each(['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'] as const)(
    'is %s by its bytes',
    async (type) => {
      expect(sniffPicture(await picture(type))).toBe(`image/${type}`)
    },
  )

  it('is not known for text, for nothing and for a cut head', () => {
    for (const bytes of ['', 'GIF8', 'RIFF1234WEB', '<html>', '\xff\xd8']) {
      expect(sniffPicture(Buffer.from(bytes, 'latin1')), bytes).toBeNull()
    }
    expect(sniffPicture(Buffer.from('<!-- x -->\n<svg viewBox="0 0 1 1">'))).toBe('image/svg+xml')
  })
})

describe('keys', () => {
  it('are five digits for the shard and four for the place in it', () => {
    expect([0, 9_999, 10_000, 12_345_678].map(sampleKey)).toEqual([
      '000000000',
      '000009999',
      '000010000',
      '012345678',
    ])
  })
})

describe('the table of digests', () => {
  it('gives each digest its number again, over many growths', () => {
    const table = new DigestTable()
    const digest = (n: number) => createHash('sha256').update(String(n)).digest('hex')
    for (let n = 1; n <= 20_000; n++) expect(table.getOrAdd(digest(n), () => n)).toBe(n)
    for (let n = 1; n <= 20_000; n++) {
      expect(
        table.getOrAdd(digest(n), () => {
          throw new Error('not new')
        }),
      ).toBe(n)
    }
    expect(table.size).toBe(20_000)
  })
})

describe('a row as JSON', () => {
  it('writes a whole cosine as a float and touches nothing else', () => {
    const trap = '"similarity": 1, "similarity":0}'
    expect(rowJson({ similarity: 1 })).toBe('{"similarity":1.0}')
    expect(rowJson({ similarity: null })).toBe('{"similarity":null}')
    expect(rowJson({ similarity: 0.5 })).toBe('{"similarity":0.5}')
    const both = { text: trap, similarity: -1, n: 1 }
    for (const indent of [undefined, 4]) {
      const json = rowJson(both, indent)
      expect(JSON.parse(json)).toEqual(both)
      expect(json).toMatch(/"similarity": ?-1\.0,/)
    }
  })
})
