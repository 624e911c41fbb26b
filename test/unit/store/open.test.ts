import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import SQLite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { AppError } from '#shared/errors.ts'
import type { ErrorKind } from '#shared/errors.ts'
import { blobPath, hasBlob, putBlob } from '../../../src/main/store/blobs.ts'
import { toMergeError, toStoreError } from '../../../src/main/store/errors.ts'
import { migrate } from '../../../src/main/store/migrate.ts'
import { migrations } from '../../../src/main/store/migrations/index.ts'
import { createCorpus, openCorpus, openReader } from '../../../src/main/store/open.ts'
import { getThumb, hasThumb, putThumb } from '../../../src/main/store/repositories/thumbs.ts'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gleaner-open-'))
  path = join(folder, 'a.gleaner')
})
afterEach(() => {
  chmodSync(folder, 0o755)
  rmSync(folder, { recursive: true, force: true })
})

function fails(work: () => unknown): {
  kind: ErrorKind
  message: string
  hint: string | undefined
  details: string | undefined
} {
  try {
    work()
  } catch (error) {
    expect(error).toBeInstanceOf(AppError)
    const { kind, message, hint, details } = error as AppError
    return { kind, message, hint, details }
  }
  throw new Error('it did not fail')
}

describe('a corpus', () => {
  test('is a folder with a database of 16 KB pages, a write-ahead log and foreign keys', () => {
    createCorpus(path)
    const corpus = openCorpus(path)
    expect(corpus.writer.pragma('page_size', { simple: true })).toBe(16384)
    expect(corpus.writer.pragma('journal_mode', { simple: true })).toBe('wal')
    expect(corpus.writer.pragma('foreign_keys', { simple: true })).toBe(1)
    expect(corpus.writer.pragma('user_version', { simple: true })).toBe(migrations.length)
    corpus.close()
    expect(existsSync(join(path, 'blobs'))).toBe(true)
  })

  test('is not made where something is, nor left half made', () => {
    mkdirSync(path)
    writeFileSync(join(path, 'notes.txt'), 'mine')
    expect(fails(() => createCorpus(path)).kind).toBe('conflict')
    expect(readdirSync(folder)).toEqual(['a.gleaner'])
    const other = join(folder, 'b.gleaner')
    createCorpus(other)
    expect(fails(() => createCorpus(other)).hint).toMatch(/open it/)
    mkdirSync(join(folder, 'empty'))
    createCorpus(join(folder, 'empty'))
    openCorpus(join(folder, 'empty')).close()
  })

  test('is refused with a clear word when it is none', () => {
    expect(fails(() => openCorpus(join(folder, 'nothing'))).kind).toBe('not-found')
    mkdirSync(path)
    expect(fails(() => openCorpus(path))).toMatchObject({ kind: 'not-found' })
    writeFileSync(join(path, 'corpus.db'), 'this is no database, it only has a name'.repeat(100))
    expect(fails(() => openCorpus(path)).kind).toBe('damaged')
    rmSync(join(path, 'corpus.db'))
    new SQLite(join(path, 'corpus.db')).exec('CREATE TABLE t (a)').close()
    expect(fails(() => openCorpus(path)).message).toMatch(/another program/)
  })

  test('has one writer, and who comes second is told who it is', () => {
    createCorpus(path)
    const first = openCorpus(path)
    const error = fails(() => openCorpus(path))
    expect(error.kind).toBe('busy')
    expect(error.message).toContain(String(process.pid))
    const reader = openCorpus(path, { readonly: true })
    expect(fails(() => reader.writer).kind).toBe('refused')
    reader.close()
    first.close()
    openCorpus(path).close()
  })

  test('that a killed program held can be opened at once, with everything it committed', async () => {
    createCorpus(path)
    const store = join(import.meta.dirname, '../../../src/main/store/open.ts')
    const child = spawn(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `import { openCorpus } from ${JSON.stringify(store)}
         const corpus = openCorpus(${JSON.stringify(path)})
         corpus.writer.exec("INSERT INTO meta VALUES ('said', 'committed')")
         corpus.writer.exec("BEGIN; INSERT INTO meta VALUES ('not', 'committed')")
         console.log('ready')
         setInterval(() => {}, 1000)`,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    await once(child.stdout, 'data')
    const error = fails(() => openCorpus(path))
    expect(error.kind).toBe('busy')
    expect(error.message).toContain(`process ${child.pid}`)
    child.kill('SIGKILL')
    await once(child, 'exit')
    const corpus = openCorpus(path)
    expect(corpus.reader.prepare('SELECT key FROM meta').pluck().all()).toEqual(['said'])
    corpus.close()
  })

  test('of a newer program is refused and left as it is', () => {
    createCorpus(path)
    const raw = new SQLite(join(path, 'corpus.db'))
    raw.pragma('user_version = 99')
    raw.close()
    const error = fails(() => openCorpus(path))
    expect(error.kind).toBe('newer-version')
    expect(error.hint).toMatch(/Update Gleaner/)
    expect(fails(() => openReader(path)).kind).toBe('newer-version')
    const again = new SQLite(join(path, 'corpus.db'))
    expect(again.pragma('user_version', { simple: true })).toBe(99)
    again.close()
  })

  test('can be read where nothing may be written', () => {
    createCorpus(path)
    openCorpus(path).close()
    // Root may write anywhere; what SQLite then does is the same as in the ordinary case.
    chmodSync(path, 0o555)
    const corpus = openCorpus(path, { readonly: true })
    expect(corpus.reader.prepare('SELECT count(*) FROM pairs').pluck().get()).toBe(0)
    corpus.close()
    chmodSync(path, 0o755)
  })
})

describe('an error of the disk', () => {
  test.each([
    ['ENOSPC', 'io', /^The disk of .* is full\.$/],
    ['SQLITE_FULL', 'io', /^The disk of .* is full\.$/],
    ['EDQUOT', 'io', /^Your quota on the disk of .* is used up\.$/],
    ['EFBIG', 'io', /larger than its disk or this user is allowed/],
    ['EROFS', 'io', /cannot be written/],
    ['SQLITE_READONLY_DIRECTORY', 'io', /cannot be written/],
    ['SQLITE_BUSY', 'busy', /^Another program/],
    ['SQLITE_CORRUPT_VTAB', 'damaged', /damaged/],
    ['SQLITE_IOERR_READ', 'io', /cannot be read/],
  ])('%s is said in plain words', (code, kind, message) => {
    const error = toStoreError(Object.assign(new Error('boom'), { code }), '/data/x.gleaner')
    expect(error.kind).toBe(kind)
    expect(error.message).toMatch(message)
    expect(error.message).toContain('/data/x.gleaner')
  })

  test('while files are merged is said of the corpus or of the files, whichever it was', () => {
    const said = (code: string): string =>
      toMergeError(
        Object.assign(new Error('boom'), { code }),
        { name: '/data/x.gleaner/corpus.db' },
        ['/mail/a.csv'],
      ).message
    expect(said('SQLITE_FULL')).toBe('The disk of /data/x.gleaner is full.')
    expect(said('ENOENT')).toContain('/mail/a.csv')
  })

  test('a full database says so and keeps what was committed', () => {
    createCorpus(path)
    const corpus = openCorpus(path)
    corpus.writer.pragma(
      `max_page_count = ${Number(corpus.writer.pragma('page_count', { simple: true })) + 2}`,
    )
    const add = corpus.writer.prepare('INSERT INTO meta VALUES (?, ?)')
    add.run('before', 'x')
    let thrown: unknown
    try {
      for (let i = 0; i < 100; i++) add.run(`k${i}`, 'x'.repeat(10_000))
    } catch (error) {
      thrown = error
    }
    expect(toStoreError(thrown, path).message).toMatch(/^The disk of .* is full/)
    corpus.close()
    const again = openCorpus(path)
    expect(again.reader.prepare("SELECT value FROM meta WHERE key = 'before'").pluck().get()).toBe(
      'x',
    )
    again.close()
  })
})

describe('a migration', () => {
  test('goes forward one step at a time', () => {
    const db = new SQLite(':memory:')
    migrate(db, [{ name: '001', sql: 'CREATE TABLE a (x)' }], 'it')
    migrate(
      db,
      [
        { name: '001', sql: 'this would fail if it ran again' },
        { name: '002', sql: 'CREATE TABLE b (x)' },
      ],
      'it',
    )
    expect(db.pragma('user_version', { simple: true })).toBe(2)
    expect(db.prepare('SELECT name FROM sqlite_master ORDER BY name').pluck().all()).toEqual([
      'a',
      'b',
    ])
  })

  test('that fails changes nothing and is named', () => {
    const db = new SQLite(':memory:')
    const steps = [
      { name: '001', sql: 'CREATE TABLE a (x); INSERT INTO a VALUES (1)' },
      { name: '002-broken', sql: 'INSERT INTO a VALUES (2); DROP TABLE nothing' },
    ]
    const said = fails(() => migrate(db, steps, 'it'))
    expect(said.message).toContain('002-broken')
    expect(said.details).toContain('nothing')
    expect(db.pragma('user_version', { simple: true })).toBe(1)
    expect(db.prepare('SELECT x FROM a').pluck().all()).toEqual([1])
  })

  test('that leaves rows without what they refer to is undone', () => {
    const db = new SQLite(':memory:')
    db.pragma('foreign_keys = OFF')
    const steps = [
      {
        name: '001',
        sql: `CREATE TABLE a (id INTEGER PRIMARY KEY);
              CREATE TABLE b (a INTEGER REFERENCES a (id)); INSERT INTO b VALUES (7)`,
      },
    ]
    expect(fails(() => migrate(db, steps, 'it')).kind).toBe('internal')
    expect(db.prepare('SELECT count(*) FROM sqlite_master').pluck().get()).toBe(0)
  })
})

describe('blobs and thumbnails', () => {
  test('bytes are kept once under their digest, and no temporary file stays', () => {
    createCorpus(path)
    const sha256 = putBlob(path, Buffer.from('hello'))
    expect(sha256).toBe('2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824')
    expect(putBlob(path, Buffer.from('hello'))).toBe(sha256)
    expect(hasBlob(path, sha256)).toBe(true)
    expect(readdirSync(join(path, 'blobs', '2c'))).toEqual([sha256])
  })

  test('what a kill left of a blob that was being written is gone when the corpus is opened', () => {
    createCorpus(path)
    const gone = spawnSync(process.execPath, ['-e', '']).pid
    const left = join(path, 'blobs', `${'a'.repeat(64)}.${gone}-0123456789ab.tmp`)
    const own = join(path, 'blobs', `${'b'.repeat(64)}.${process.pid}-0123456789ab.tmp`)
    for (const file of [left, own]) writeFileSync(file, 'half')
    openCorpus(path, { readonly: true }).close()
    expect(existsSync(left)).toBe(true)
    openCorpus(path).close()
    expect([existsSync(left), existsSync(own)]).toEqual([false, true])
  })

  test('a digest that is none is no way to another folder', () => {
    expect(fails(() => blobPath(path, '../../../etc/passwd')).kind).toBe('invalid-input')
    expect(fails(() => blobPath(path, 'A'.repeat(64))).kind).toBe('invalid-input')
  })

  test('a thumbnail comes back as it was put', () => {
    createCorpus(path)
    const corpus = openCorpus(path)
    const thumb = { width: 2, height: 3, mime: 'image/webp', bytes: Buffer.from([1, 2, 3]) }
    putThumb(corpus.thumbs, 'x', thumb)
    expect(hasThumb(corpus.thumbs, 'x')).toBe(true)
    expect(getThumb(corpus.thumbs, 'x')).toEqual(thumb)
    expect(getThumb(corpus.thumbs, 'y')).toBeNull()
    corpus.close()
  })
})
