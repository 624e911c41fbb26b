/** What can be made again closes no corpus: thumbnails, the lock, indexes. */
import {
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
  closeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import SQLite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { toStoreError } from '../../../src/main/store/errors.ts'
import { createCorpus, openCorpus } from '../../../src/main/store/open.ts'
import { getThumb, putThumbs } from '../../../src/main/store/repositories/thumbs.ts'
import { needsCheck } from '../../../src/main/store/rebuild.ts'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gleaner-rebuild-'))
  path = join(folder, 'a.gleaner')
  createCorpus(path)
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const ROWS = 5000
const GARBAGE = Buffer.from('no page of a database '.repeat(1000)).subarray(0, 16384)

function fill(): void {
  const corpus = openCorpus(path)
  const add = corpus.writer.prepare('INSERT INTO images (url) VALUES (?)')
  corpus.writer.transaction(() => {
    for (let i = 0; i < ROWS; i++) add.run(`http://host.example/${i * 7919}.jpg`)
  })()
  corpus.close()
}

/** Pages of a table or an index, by number from 1, as `dbstat` lists them. */
function pagesOf(name: string): number[] {
  const db = new SQLite(join(path, 'corpus.db'), { readonly: true })
  try {
    return db
      .prepare<[string], number>('SELECT pageno FROM dbstat WHERE name = ? ORDER BY pageno')
      .pluck()
      .all(name)
  } finally {
    db.close()
  }
}

function overwrite(page: number, bytes = GARBAGE): void {
  const file = openSync(join(path, 'corpus.db'), 'r+')
  writeSync(file, bytes, 0, bytes.length, (page - 1) * 16384)
  closeSync(file)
}

function urls(): string[] {
  const corpus = openCorpus(path)
  try {
    return corpus.reader.prepare<[], string>('SELECT url FROM images ORDER BY id').pluck().all()
  } finally {
    corpus.close()
  }
}

test('a damaged thumbs.db is set aside, made anew and told of', () => {
  const file = join(path, 'thumbs.db')
  writeFileSync(file, 'this is no database'.repeat(500))
  const corpus = openCorpus(path)
  expect(corpus.notes).toEqual([expect.stringContaining(file)])
  expect(corpus.thumbs.prepare('SELECT count(*) FROM thumbs').pluck().get()).toBe(0)
  corpus.close()
  expect(readdirSync(path).filter((name) => name.startsWith('thumbs.db.broken-'))).toHaveLength(1)
  const again = openCorpus(path)
  expect(again.notes).toEqual([])
  again.close()
})

test('a thumbs.db that is found damaged in use is named, and made anew at the next opening', () => {
  const file = join(path, 'thumbs.db')
  const made = openCorpus(path)
  const thumb = { width: 1, height: 1, mime: 'image/webp', bytes: Buffer.alloc(9000, 1) }
  putThumbs(
    made.thumbs,
    Array.from({ length: 200 }, (_, i) => ({ sha256: String(i), thumb })),
  )
  made.close()
  const bytes = readFileSync(file)
  // Its first half stays whole: opening sees nothing.
  for (let at = (bytes.length >> 15) * 16384; at < bytes.length; at += 16384)
    GARBAGE.copy(bytes, at)
  writeFileSync(file, bytes)
  const corpus = openCorpus(path)
  expect(corpus.notes).toEqual([])
  const look = (): unknown =>
    Array.from({ length: 200 }, (_, i) => getThumb(corpus.thumbs, String(i)))
  expect(look).toThrow(/thumbs\.db is damaged/)
  corpus.close()
  const again = openCorpus(path)
  expect(again.notes).toEqual([expect.stringContaining(`${file} was damaged`)])
  expect(getThumb(again.thumbs, '7')).toBeNull()
  again.close()
})

test('a damaged thumbs.db does not keep a corpus from being read', () => {
  writeFileSync(join(path, 'thumbs.db'), 'this is no database'.repeat(500))
  const corpus = openCorpus(path, { readonly: true })
  expect(corpus.notes).toEqual([expect.stringContaining('thumbs.db')])
  expect(corpus.thumbs.prepare('SELECT count(*) FROM thumbs').pluck().get()).toBe(0)
  corpus.close()
})

test('a damaged writer.lock is made again, and locks as before', () => {
  writeFileSync(join(path, 'writer.lock'), 'scribbled over'.repeat(500))
  const corpus = openCorpus(path)
  expect(corpus.notes).toEqual([expect.stringContaining('writer.lock')])
  expect(() => openCorpus(path)).toThrow(/is being written to/)
  corpus.close()
})

describe('a damaged index', () => {
  test('that lost entries is rebuilt in place when the corpus is opened again', () => {
    fill()
    const before = urls()
    // Rows that came while the index was hidden from SQLite are not in it.
    const file = join(path, 'corpus.db')
    const hide = new SQLite(file).unsafeMode()
    hide.pragma('writable_schema = ON')
    const kept = hide.prepare("SELECT * FROM sqlite_schema WHERE name = 'images_by_sha256'").get()
    hide.exec("DELETE FROM sqlite_schema WHERE name = 'images_by_sha256'")
    hide.close()
    const add = new SQLite(file)
    add.exec("UPDATE images SET sha256 = 'abc' WHERE id = 7")
    add.close()
    const show = new SQLite(file).unsafeMode()
    show.pragma('writable_schema = ON')
    show
      .prepare('INSERT INTO sqlite_schema VALUES (@type, @name, @tbl_name, @rootpage, @sql)')
      .run(kept)
    show.close()
    const found = (): unknown[] => {
      const corpus = openCorpus(path, { readonly: true })
      try {
        return corpus.reader.prepare("SELECT id FROM images WHERE sha256 = 'abc'").pluck().all()
      } finally {
        corpus.close()
      }
    }
    expect(found()).toEqual([])
    toStoreError(Object.assign(new Error('x'), { code: 'SQLITE_CORRUPT_INDEX' }), path)
    const corpus = openCorpus(path)
    expect(corpus.notes).toEqual([expect.stringMatching(/Indexes of .*corpus\.db .*rebuilt/)])
    expect(corpus.writer.pragma('integrity_check', { simple: true })).toBe('ok')
    corpus.close()
    expect(found()).toEqual([7])
    expect(urls()).toEqual(before)
  })

  test('whose pages are garbage: all rows go to a new file, and the old one is kept', () => {
    fill()
    const before = urls()
    const old = pagesOf('sqlite_autoindex_images_1')
    for (const page of old) overwrite(page)
    const broken = openCorpus(path)
    let thrown: unknown
    try {
      broken.writer
        .prepare('SELECT id FROM images WHERE url = ?')
        .get('http://host.example/7919.jpg')
    } catch (error) {
      thrown = error
    }
    const said = toStoreError(thrown, path)
    expect(said).toMatchObject({ kind: 'damaged' })
    expect(said.message).toContain(join(path, 'corpus.db'))
    expect(needsCheck(path)).toBe(true)
    broken.close()
    const corpus = openCorpus(path)
    expect(corpus.notes).toEqual([expect.stringContaining('corpus.db.broken-')])
    expect(corpus.writer.pragma('integrity_check', { simple: true })).toBe('ok')
    expect(corpus.writer.pragma('page_size', { simple: true })).toBe(16384)
    corpus.close()
    expect(urls()).toEqual(before)
    expect(needsCheck(path)).toBe(false)
    expect(existsSync(join(path, 'corpus.db.new'))).toBe(false)
  })
})

test('a table whose rows are lost is said to be damaged, and nothing is changed', () => {
  fill()
  for (const page of pagesOf('images')) overwrite(page)
  const bytes = readFileSync(join(path, 'corpus.db'))
  toStoreError(Object.assign(new Error('x'), { code: 'SQLITE_CORRUPT' }), path)
  expect(() => openCorpus(path)).toThrow(/corpus\.db is damaged, and rows of it cannot be read/)
  expect(readFileSync(join(path, 'corpus.db')).equals(bytes)).toBe(true)
  expect(readdirSync(path).some((name) => name.endsWith('.new'))).toBe(false)
})
