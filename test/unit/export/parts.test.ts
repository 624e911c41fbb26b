import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DigestTable } from '../../../src/main/export/digest-table.ts'
import { placeOf } from '../../../src/main/export/picture-place.ts'
import { rowJson, toJson } from '../../../src/main/export/json.ts'
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
        if (line === '') expect(isBlank(text)).toBe(true)
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
    expect([0, 9_999, 10_000, 12_345_678].map((n) => sampleKey(n))).toEqual([
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

describe('where a picture came from', () => {
  it('is an address that others understand, or the file that a table named', () => {
    expect(placeOf('https://a/b.jpg')).toEqual({ url: 'https://a/b.jpg', file: null })
    expect(placeOf('table://0123456789abcdef/photos/a%20b.jpg')).toEqual({
      url: null,
      file: 'photos/a b.jpg',
    })
    for (const own of ['file:///home/x/a.jpg', 'gleaner://blob/1', 'table://x']) {
      expect(placeOf(own)).toEqual({ url: null, file: null })
    }
  })
})

describe('a caption that nobody can see', () => {
  it('is blank: white space, zero width, marks of direction, fillers, tags', () => {
    const invisible = [
      '',
      ' \n\t',
      '\u200b\u200d\ufeff',
      '\u00ad',
      '\u202e\u2066',
      '\u3164\u115f\uffa0',
      '\u2800',
      '\ufe0f',
      '\u{e0067}\u{e007f}',
      '\u180e\u2060\u034f',
      '\u0000\u007f\u0085',
      '\u2028',
    ]
    for (const text of invisible) expect(isBlank(text), JSON.stringify(text)).toBe(true)
    for (const text of [
      '.',
      '\u200bx',
      '\u0301',
      '\u{1f600}\ufe0f',
      '\ue000',
      '\u3042',
      '\u00b7',
    ]) {
      expect(isBlank(text), JSON.stringify(text)).toBe(false)
    }
  })
})

describe('JSON of an export', () => {
  it('stands on one line for readers that end lines as Unicode does', () => {
    const value = { text: 'a\u2028b\u2029c\u0085d\u000be\u001cf' }
    const json = toJson(value)
    expect(json).toMatch(/^[\x20-\x7e]+$/)
    expect(JSON.parse(json)).toEqual(value)
  })
})
