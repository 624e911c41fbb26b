import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import SQLite from 'better-sqlite3'
import type { Database } from 'better-sqlite3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { OPEN_LABEL } from '#shared/contract/labels.ts'
import { migrate } from '../../../src/main/store/migrate.ts'
import { migrations } from '../../../src/main/store/migrations/index.ts'
import { APPLICATION_ID, openCorpus, openReader } from '../../../src/main/store/open.ts'
import type { Corpus, WriterDb } from '../../../src/main/store/open.ts'
import { createReads } from '../../../src/main/store/reads/reads.ts'
import { labelState, putLabelEvent } from '../../../src/main/store/repositories/labels.ts'
import { heldPictures } from '../../../src/main/store/repositories/picture-queue.ts'
import { listSpanSets } from '../../../src/main/store/repositories/span-sets.ts'
import { fillCorpus } from '../../support/synthetic.ts'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gleaner-migrations-'))
  path = join(folder, 'old.gleaner')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** A corpus as the first version of the program left it. */
function makeOld(pairs: number): void {
  mkdirSync(join(path, 'blobs'), { recursive: true })
  const db = new SQLite(join(path, 'corpus.db'))
  db.pragma('page_size = 16384')
  db.pragma('journal_mode = WAL')
  db.pragma(`application_id = ${APPLICATION_ID}`)
  db.pragma('foreign_keys = ON')
  migrate(db, migrations.slice(0, 1), path)
  fillCorpus({ writer: db as unknown as WriterDb } as Corpus, { pairs, scores: ['alt', 'caption'] })
  db.prepare(`INSERT INTO meta (key, value) VALUES ('kept', 'yes')`).run()
  db.close()
}

/** All rows of the tables that the first schema has. */
function contents(db: Database): Record<string, unknown[]> {
  const old = new SQLite(':memory:')
  migrate(old, migrations.slice(0, 1), 'names')
  const tables = old
    .prepare<[], string>(`SELECT name FROM sqlite_master WHERE type = 'table'`)
    .pluck()
    .all()
  // Later ones add columns.
  const columns = tables.map((table) =>
    old.prepare<[string], string>('SELECT name FROM pragma_table_info(?)').pluck().all(table),
  )
  old.close()
  return Object.fromEntries(
    tables.map((table, i) => [
      table,
      db
        .prepare(`SELECT ${columns[i]?.join(', ')} FROM ${table}`)
        .raw()
        .all(),
    ]),
  )
}

test('a corpus of the first schema opens with all that it held, and takes labels and spans', () => {
  makeOld(500)
  const before = new SQLite(join(path, 'corpus.db'), { readonly: true })
  const held = contents(before)
  expect(before.pragma('user_version', { simple: true })).toBe(1)
  expect(held.pairs).toHaveLength(500)
  expect(held.scores?.length).toBeGreaterThan(800)
  before.close()

  const corpus = openCorpus(path)
  try {
    expect(corpus.writer.pragma('user_version', { simple: true })).toBe(migrations.length)
    expect(contents(corpus.reader)).toEqual(held)
    expect(corpus.reader.pragma('integrity_check', { simple: true })).toBe('ok')
    const reads = createReads(corpus.reader)
    expect(reads.sources().map(({ text }) => text)).toEqual(['alt', 'caption'])
    expect(reads.stats()).toMatchObject({ pairs: 500, withSpan: null })
    expect(listSpanSets(corpus.reader)).toEqual([])
    const anna = { annotator: 'anna', review: false, pairId: 3 }
    const state = { ...OPEN_LABEL, status: 'labeled' as const }
    putLabelEvent(corpus.writer, { ...anna, state, seconds: null, software: 'test' })
    expect(labelState(corpus.reader, anna)).toEqual(state)
  } finally {
    corpus.close()
  }
})

test('a corpus of the first schema is not changed by opening it read-only', () => {
  makeOld(10)
  expect(() => openReader(path)).toThrow(/older schema/)
  const db = new SQLite(join(path, 'corpus.db'), { readonly: true })
  expect(db.pragma('user_version', { simple: true })).toBe(1)
  db.close()
})

test('the first program refuses a corpus of today instead of damaging it', () => {
  makeOld(10)
  openCorpus(path).close()
  const db = new SQLite(join(path, 'corpus.db'))
  expect(() => migrate(db, migrations.slice(0, 1), path)).toThrow(/newer version/)
  db.close()
})

test('captures and hosts of an older corpus are found in their normal spelling, and stay as written', () => {
  makeOld(5)
  const db = new SQLite(join(path, 'corpus.db'))
  const raw = 'http://bücher.example/Käse 1.png'
  db.prepare(
    `INSERT INTO captures (archive_id, offset, url, kind, bytes, sha256)
     VALUES (1, 1, ?, 'picture', 3, 'aa'), (1, 2, 'http://a.example/plain.png', 'picture', 3, 'bb')`,
  ).run(raw)
  db.prepare(
    `UPDATE pages SET url = 'http://bücher.example/', host = 'bücher.example' WHERE id = 1`,
  ).run()
  db.close()
  const corpus = openCorpus(path)
  try {
    const written = corpus.reader
      .prepare('SELECT url, key FROM captures ORDER BY offset')
      .raw()
      .all()
    expect(written).toEqual([
      [raw, 'http://xn--bcher-kva.example/K%C3%A4se%201.png'],
      ['http://a.example/plain.png', null],
    ])
    const held = (url: string) =>
      heldPictures(corpus.reader, { id: 1, url, alternates: [], status: 'pending' })
    for (const url of [raw, 'https://xn--bcher-kva.example:443/K%c3%a4se%201.png#x']) {
      expect(held(url).map(({ sha256 }) => sha256)).toEqual(['aa'])
    }
    const page = corpus.reader.prepare('SELECT url, host FROM pages WHERE id = 1').raw().get()
    expect(page).toEqual(['http://bücher.example/', 'xn--bcher-kva.example'])
  } finally {
    corpus.close()
  }
})
