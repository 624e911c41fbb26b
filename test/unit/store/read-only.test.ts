/** A corpus that cannot be written to can be read, with everything that was committed. */
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createCorpus, openCorpus, openReader } from '../../../src/main/store/open.ts'
import { canMount, NO_MOUNT, smallDisk } from '../../support/small-disk.ts'
import type { SmallDisk } from '../../support/small-disk.ts'

let folder: string
let path: string
let disk: SmallDisk | null = null
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gleaner-read-only-'))
  path = join(folder, 'a.gleaner')
  createCorpus(path)
})
afterEach(() => {
  disk?.remove()
  disk = null
  rmSync(folder, { recursive: true, force: true })
})

const said = (corpus: { reader: ReturnType<typeof openReader> }): unknown =>
  corpus.reader.prepare('SELECT value FROM meta WHERE key = ?').pluck().get('said')

/** A disk that was written once, like a CD. */
function burn(from: string): string {
  disk = smallDisk('16m')
  const to = join(disk.path, 'a.gleaner')
  cpSync(from, to, { recursive: true })
  disk.makeReadonly()
  return to
}

test('a corpus that is closed rests without a WAL, so that it can be copied to any medium', () => {
  const corpus = openCorpus(path)
  corpus.writer.exec("INSERT INTO meta VALUES ('said', 'yes')")
  corpus.close()
  expect(readdirSync(path).filter((name) => /-(wal|shm|journal)$/.test(name))).toEqual([])
  const reader = openReader(path)
  expect(reader.pragma('journal_mode', { simple: true })).toBe('delete')
  reader.close()
})

test('who else reads it while it is closed goes on reading', () => {
  const corpus = openCorpus(path)
  corpus.writer.exec("INSERT INTO meta VALUES ('said', 'yes')")
  const reader = openReader(path)
  expect(said({ reader })).toBe('yes')
  corpus.close()
  expect(said({ reader })).toBe('yes')
  const again = openCorpus(path)
  again.writer.exec("UPDATE meta SET value = 'again' WHERE key = 'said'")
  expect(said({ reader })).toBe('again')
  again.close()
  reader.close()
})

test('while another program writes it is opened for reading, with its words', () => {
  const writer = openCorpus(path)
  writer.writer.exec("INSERT INTO meta VALUES ('said', 'yes')")
  const corpus = openCorpus(path, { orReadonly: true })
  expect(corpus.readonly).toBe(true)
  expect(corpus.whyReadonly).toMatchObject({ kind: 'busy' })
  expect(said(corpus)).toBe('yes')
  expect(() => corpus.writer).toThrow(/open read-only: .* is being written to by/)
  corpus.close()
  writer.close()
  const free = openCorpus(path, { orReadonly: true })
  expect(free).toMatchObject({ readonly: false, whyReadonly: null })
  free.close()
})

test.runIf(canMount)('on a read-only disk it is opened for reading, and says why', () => {
  const corpus = openCorpus(path)
  corpus.writer.exec("INSERT INTO meta VALUES ('said', 'yes')")
  corpus.close()
  const burnt = openCorpus(burn(path), { orReadonly: true })
  expect(burnt.readonly).toBe(true)
  expect(burnt.whyReadonly?.message).toMatch(/cannot be written to/)
  expect(said(burnt)).toBe('yes')
  burnt.close()
})

test.runIf(canMount)(
  'copied while it was open to a read-only disk, it is read with what only its WAL holds',
  () => {
    const corpus = openCorpus(path)
    corpus.writer.exec("INSERT INTO meta VALUES ('said', 'early')")
    corpus.writer.pragma('wal_checkpoint(TRUNCATE)')
    corpus.writer.exec("UPDATE meta SET value = 'late' WHERE key = 'said'")
    const copy = join(folder, 'copy.gleaner')
    mkdirSync(copy)
    // Without the -shm, as most programs that copy leave it.
    for (const name of ['corpus.db', 'corpus.db-wal', 'thumbs.db'])
      copyFileSync(join(path, name), join(copy, name))
    corpus.close()
    const burnt = burn(copy)
    const one = openCorpus(burnt, { orReadonly: true })
    expect(said(one)).toBe('late')
    // Another thread of the program opens it once more, and shares the copy.
    const other = openReader(burnt)
    expect(said({ reader: other })).toBe('late')
    other.close()
    one.close()
  },
)

test.runIf(canMount)(
  'on a full disk it is opened for reading, and for writing when there is room',
  () => {
    disk = smallDisk('16m')
    const there = join(disk.path, 'a.gleaner')
    cpSync(path, there, { recursive: true })
    disk.fill()
    const full = openCorpus(there, { orReadonly: true })
    expect(full.readonly).toBe(true)
    expect(full.whyReadonly?.message).toBe(`The disk of ${there} is full.`)
    expect(full.whyReadonly?.hint).toContain(disk.path)
    full.close()
    disk.free()
    const free = openCorpus(there, { orReadonly: true })
    expect(free.readonly).toBe(false)
    free.close()
  },
)

test.skipIf(canMount)(`read-only and full disks were not tried: ${NO_MOUNT}`, () => undefined)
