import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  checkUnit,
  findTables,
  readAddress,
  recogniseColumns,
  recogniseTable,
  tableAddress,
  toCosine,
} from '../../../src/main/tables/index.ts'
import { readTableAddress } from '#shared/table-address.ts'
import { layoutOf } from '../../../src/main/tables/index.ts'
import type { RoleOverride } from '../../../src/main/tables/roles.ts'
import type { ColumnType } from '../../../src/main/tables/types.ts'
import { file, floats, folder, npy } from './support.ts'

/** `name:type`, text where no type stands. */
function columns(...all: string[]): { name: string; type: ColumnType }[] {
  return all.map((one) => {
    const [name = '', type = 'text'] = one.split(':')
    return { name, type: type as ColumnType }
  })
}

function roles(...all: string[]): Record<string, string[]> {
  const found: Record<string, string[]> = {}
  for (const { name, role } of recogniseColumns(columns(...all), new Map())) {
    if (role !== 'ignore') (found[role] ??= []).push(name)
  }
  return found
}

describe('columns', () => {
  it('are recognised as LAION names them', () => {
    const all = [
      ...['URL', 'TEXT', 'WIDTH:number', 'HEIGHT:number', 'similarity:number', 'hash:integer'],
      ...['punsafe:number', 'pwatermark:number', 'AESTHETIC_SCORE:number', 'LANGUAGE'],
    ]
    expect(layoutOf(columns(...all))).toBe('laion')
    expect(roles(...all)).toEqual({
      url: ['URL'],
      alt: ['TEXT'],
      width: ['WIDTH'],
      height: ['HEIGHT'],
      score: ['similarity'],
      number: ['punsafe', 'pwatermark', 'AESTHETIC_SCORE'],
    })
  })

  it('are recognised as COYO names them, with both of its models', () => {
    const all = [
      ...['id:integer', 'url', 'text', 'width:integer', 'height:integer', 'image_phash'],
      ...['text_length:integer', 'word_count:integer', 'num_tokens_bert:integer'],
      ...['clip_similarity_vitb32:number', 'clip_similarity_vitl14:number'],
      ...[
        'nsfw_score_opennsfw2:number',
        'watermark_score:number',
        'aesthetic_score_laion_v2:number',
      ],
    ]
    expect(layoutOf(columns(...all))).toBe('coyo')
    expect(roles(...all)).toEqual({
      url: ['url'],
      alt: ['text'],
      width: ['width'],
      height: ['height'],
      score: ['clip_similarity_vitb32', 'clip_similarity_vitl14'],
      number: [
        ...['text_length', 'word_count', 'num_tokens_bert'],
        ...['nsfw_score_opennsfw2', 'watermark_score', 'aesthetic_score_laion_v2'],
      ],
    })
  })

  it('are recognised as DataComp names them', () => {
    const all = [
      ...['uid', 'url', 'text', 'original_width:integer', 'original_height:integer'],
      ...['clip_b32_similarity_score:number', 'clip_l14_similarity_score:number'],
      ...['face_bboxes:nested', 'sha256'],
    ]
    expect(layoutOf(columns(...all))).toBe('datacomp')
    expect(roles(...all)).toEqual({
      url: ['url'],
      alt: ['text'],
      width: ['original_width'],
      height: ['original_height'],
      score: ['clip_b32_similarity_score', 'clip_l14_similarity_score'],
    })
  })

  it('are recognised as img2dataset names them, the size before it resized', () => {
    const all = [
      ...['url', 'caption', 'key', 'status', 'error_message', 'width:integer', 'height:integer'],
      ...['original_width:integer', 'original_height:integer', 'exif', 'md5'],
    ]
    expect(layoutOf(columns(...all))).toBe('img2dataset')
    expect(roles(...all)).toEqual({
      url: ['url'],
      alt: ['caption'],
      width: ['original_width'],
      height: ['original_height'],
    })
  })

  it('are recognised in tables of nobody in particular', () => {
    expect(roles('image_path', 'caption')).toEqual({ path: ['image_path'], alt: ['caption'] })
    expect(roles('file_name', 'text')).toEqual({ path: ['file_name'], alt: ['text'] })
    expect(roles('image_url', 'alt', 'caption', 'title', 'page_url')).toEqual({
      url: ['image_url'],
      alt: ['alt'],
      caption: ['caption'],
      title: ['title'],
      page: ['page_url'],
    })
    expect(roles('uid', 'clip_score', 'x')).toEqual({})
    expect(roles('url', 'text', 'clip_score:number')).toMatchObject({ score: ['clip_score'] })
  })

  it('called image are addresses or files by what is in them', () => {
    const both = (cell: string) =>
      recogniseColumns(columns('image', 'text'), new Map([['image', [cell]]]))[0]?.role
    expect(both('https://a/1.jpg')).toBe('url')
    expect(both('train/1.jpg')).toBe('path')
  })

  it('without names are recognised by their addresses', async () => {
    const info = await recogniseTable(file('cc.tsv', 'a dog\thttp://a/1\na cat\thttp://a/2\n'))
    expect(info.columns.map(({ name, role }) => [name, role])).toEqual([
      ['column_1', 'alt'],
      ['column_2', 'url'],
    ])
  })

  it('hold numbers to keep: all that measure something, or those that are named', () => {
    const all = columns('url', 'text', 'id:integer', 'hash:integer', 'blur:number', 'faces:integer')
    const kept = (...args: [overrides?: RoleOverride[], keep?: string[]]): string[] =>
      recogniseColumns(all, new Map(), ...args).flatMap(({ name, role }) =>
        role === 'number' ? name : [],
      )
    expect(kept()).toEqual(['blur', 'faces'])
    expect(kept([], ['faces', 'id'])).toEqual(['id', 'faces'])
    expect(kept([], [])).toEqual([])
    expect(
      kept([
        { role: 'ignore', column: 'faces' },
        { role: 'number', column: 'hash' },
      ]),
    ).toEqual(['hash', 'blur'])
  })

  it('mean what somebody says they mean', () => {
    const all = columns('link', 'words', 'mine:number', 'caption', 'boxes:nested')
    const chosen = recogniseColumns(all, new Map(), [
      { role: 'url', column: 'link' },
      { role: 'caption', column: 'caption' },
      { role: 'alt', column: 'WORDS' },
      { role: 'score', column: 'mine' },
    ])
    expect(chosen.map(({ role }) => role)).toEqual(['url', 'alt', 'score', 'caption', 'ignore'])
    const refused = (role: string, column: string) => () =>
      recogniseColumns(all, new Map(), [{ role, column }])
    expect(refused('url', 'nowhere')).toThrow(/no column nowhere/)
    expect(refused('picture', 'link')).toThrow(/no role picture/)
    expect(refused('alt', 'boxes')).toThrow(/lists or structures/)
  })
})

describe('recognising a table', () => {
  it('shows the first rows, the range of scores and what is missing', async () => {
    const lines = Array.from({ length: 9 }, (_, i) => `http://a/${i},t${i},0.${i + 1}`)
    const info = await recogniseTable(file('a.csv', `url,text,similarity\n${lines.join('\n')}\n`))
    expect(info.preview).toHaveLength(5)
    expect(info.preview[0]).toEqual({ url: 'http://a/0', text: 't0', similarity: '0.1' })
    expect(info.columns[2]).toMatchObject({
      role: 'score',
      range: { min: 0.1, max: 0.9, median: 0.5 },
    })
    expect(info.problems).toEqual([])
    const bare = await recogniseTable(file('b.csv', 'id,n\n1,2\n'))
    expect(bare.problems).toHaveLength(2)
  })
})

describe('a unit', () => {
  it('turns into raw cosines only what can be one', () => {
    expect(toCosine(0.28, 'cosine')).toBe(Math.fround(0.28))
    expect(toCosine(28, 'x100')).toBe(Math.fround(0.28))
    expect(toCosine(0.7, 'x2.5')).toBe(Math.fround(0.7 / 2.5))
    expect(toCosine(1.0001, 'cosine')).toBe(1)
    for (const value of [1.1, -1.1, Number.NaN, Infinity]) {
      expect(toCosine(value, 'cosine')).toBeNull()
    }
  })

  it('is never guessed: a range that does not fit is refused, with what it looks like', () => {
    const range = (min: number, max: number, median: number | null = null) => ({ min, max, median })
    expect(checkUnit('similarity', range(-0.1, 0.5), null)).toBe('cosine')
    expect(checkUnit('similarity', null, null)).toBe('cosine')
    expect(() => checkUnit('sim', range(3, 41.5), null)).toThrow(/sim run from 3 to 41.5/)
    for (const [min, max, hint] of [
      [3, 41, /--unit x100/],
      [0, 1.4, /--unit x2.5/],
      [-900, 5000, /ignore=sim/],
    ] as const) {
      let said = ''
      try {
        checkUnit('sim', range(min, max), null)
      } catch (error) {
        said = String((error as { commandHint?: string }).commandHint)
      }
      expect(said).toMatch(hint)
    }
    expect(checkUnit('sim', range(3, 41), 'x100')).toBe('x100')
    expect(() => checkUnit('sim', range(3, 410), 'x100')).toThrow(/cannot be in the unit x100/)
    // All below 1, and yet no cosines.
    expect(() => checkUnit('clip_score', range(0.3, 0.95, 0.7), null)).toThrow(/median of 0.7/)
    expect(checkUnit('clip_score', range(0.3, 0.95, 0.7), 'cosine')).toBe('cosine')
  })
})

describe('an address in a table', () => {
  it('is kept as written where it is one, escaped where it has to be', () => {
    const url = (text: string) => {
      const found = readAddress(text, 'url')
      return found.kind === 'address' ? found.url : found.kind
    }
    expect(url('http://A.example/a%20b.JPG?x=1#f')).toBe('http://A.example/a%20b.JPG?x=1#f')
    expect(url('  https://a/é.jpg\n')).toBe('https://a/é.jpg')
    expect(url('http://a.example/a b.jpg')).toBe('http://a.example/a%20b.jpg')
    expect(url('//cdn.example/x.jpg')).toBe('https://cdn.example/x.jpg')
    expect(url('http://a.example/\ud83d.jpg')).toBe('http://a.example/%EF%BF%BD.jpg')
    // Fails when it is fetched, and is a pair with words until then.
    expect(url('ftp://a.example/x.jpg')).toBe('ftp://a.example/x.jpg')
    expect(url('UNLIKELY')).toBe('UNLIKELY')
    expect(url('table://0123456789abcdef/etc')).toBe('bad')
    expect(url('x'.repeat(20_000))).toBe('bad')
  })

  it('makes no pair where it is empty or the picture itself', () => {
    expect(readAddress('  ', 'url')).toEqual({ kind: 'none', rule: 'no-address' })
    const data = `data:image/png;base64,${'A'.repeat(50_000)}`
    expect(readAddress(data, 'url')).toEqual({ kind: 'none', rule: 'data-uri' })
  })

  it('that is a path never leads out of the folder', () => {
    const parts = (text: string) => {
      const found = readAddress(text, 'path')
      return found.kind === 'file' ? found.parts.join('/') : found.kind
    }
    expect(parts('../data/images/1.jpg')).toBe('data/images/1.jpg')
    expect(parts('a/../../../../etc/passwd')).toBe('etc/passwd')
    expect(parts('C:\\pictures\\a b.jpg')).toBe('pictures/a b.jpg')
    expect(parts('/home/x/1.jpg')).toBe('home/x/1.jpg')
    expect(parts('file:///home/x/a%20b.jpg')).toBe('home/x/a b.jpg')
    expect(parts('..')).toBe('bad')
    const address = tableAddress('0123456789abcdef00', ['a b', 'ü#?.jpg'])
    expect(address).toBe('table://0123456789abcdef/a%20b/%C3%BC%23%3F.jpg')
    expect(readTableAddress(address)?.parts).toEqual(['a b', 'ü#?.jpg'])
    expect(readTableAddress('table://0123456789abcdef/a/%2e%2e/b')).toBeNull()
    expect(readTableAddress('table://0123456789abcdef/%2Fetc')).toBeNull()
    expect(readTableAddress('http://a/b')).toBeNull()
  })
})

describe('a folder', () => {
  it('of tables is read in the order of their numbers', async () => {
    const dir = folder()
    for (const n of [10, 9, 1]) writeFileSync(join(dir, `part-${n}.parquet`), '')
    writeFileSync(join(dir, '00000_stats.json'), '{}')
    const found = await findTables(dir)
    expect(found.map(({ path }) => path.slice(dir.length + 1))).toEqual([
      'part-1.parquet',
      'part-9.parquet',
      'part-10.parquet',
    ])
  })

  it('as clip-retrieval writes it ties each table to its embeddings', async () => {
    const dir = folder()
    for (const name of ['metadata', 'img_emb', 'text_emb']) mkdirSync(join(dir, name))
    const array = npy('<f4', 1, 2, floats([1, 0]))
    for (const n of [0, 1]) {
      writeFileSync(join(dir, 'metadata', `metadata_${n}.parquet`), '')
      writeFileSync(join(dir, 'img_emb', `img_emb_${n}.npy`), array)
    }
    writeFileSync(join(dir, 'text_emb', 'text_emb_1.npy'), array)
    const found = await findTables(dir)
    expect(
      found.map(({ imageEmbeddings, textEmbeddings }) => [imageEmbeddings, textEmbeddings]),
    ).toEqual([
      [join(dir, 'img_emb', 'img_emb_0.npy'), null],
      [join(dir, 'img_emb', 'img_emb_1.npy'), join(dir, 'text_emb', 'text_emb_1.npy')],
    ])
    writeFileSync(join(dir, 'img_emb', 'img_emb_2.npy'), array)
    await expect(findTables(dir)).rejects.toThrow(/metadata_2.parquet is not there/)
  })

  it('of several tables with embeddings is refused, as is one without tables', async () => {
    const dir = folder()
    await expect(findTables(dir)).rejects.toMatchObject({ kind: 'not-found' })
    for (const name of ['a.csv', 'b.csv', 'image_embeddings.npy'])
      writeFileSync(join(dir, name), '')
    await expect(findTables(dir)).rejects.toMatchObject({ kind: 'invalid-input' })
    await expect(findTables(join(dir, 'nowhere'))).rejects.toMatchObject({ kind: 'not-found' })
  })
})
