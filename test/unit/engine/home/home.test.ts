import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { DEFAULT_SETTINGS } from '../../../../src/shared/settings.ts'
import {
  findHome,
  openRecent,
  openRules,
  openSettings,
} from '../../../../src/main/engine/home/home.ts'
import type { Home } from '../../../../src/main/engine/home/home.ts'
import { createNotes } from '../../../../src/main/engine/home/notes.ts'
import type { Notes } from '../../../../src/main/engine/home/notes.ts'

let home: Home
let notes: Notes
beforeEach(() => {
  notes = createNotes(() => undefined)
  home = findHome({ GLEANER_HOME: mkdtempSync(join(tmpdir(), 'gleaner-home-')) })
})
afterEach(() => rmSync(home.root, { recursive: true }))

test('settings are kept, and only for the one who owns them, as they hold a token', () => {
  openSettings(home, notes).set({ theme: 'light', hub: { endpoint: null, token: 'secret' } })
  expect(openSettings(home, notes).get()).toMatchObject({
    theme: 'light',
    hub: { token: 'secret' },
  })
  if (process.platform !== 'win32') {
    expect(statSync(join(home.root, 'settings.json')).mode & 0o077).toBe(0)
  }
})

test('a setting that is not allowed is refused and the old ones stay', () => {
  const settings = openSettings(home, notes)
  settings.set({ theme: 'light' })
  expect(() => settings.set({ theme: 'pink' as 'light' })).toThrow()
  expect(settings.get().theme).toBe('light')
})

describe.each([
  ['settings.json', () => openSettings(home, notes).get(), DEFAULT_SETTINGS],
  ['recent.json', () => openRecent(home, notes).list(), []],
  ['useless-alt-rules.json', () => openRules(home, notes).get(), null],
])('%s that cannot be used', (name, read, usual) => {
  test.each([
    ['is cut off', '[{"path":'],
    ['holds something else', '{"theme":7,"path":[]}'],
    ['is empty', ''],
    ['holds bytes of no text', '\u0000\ufffd'],
  ])('blocks nothing where it %s: it is set aside with a note', (_, text) => {
    const file = join(home.root, name)
    writeFileSync(file, text)
    expect(read()).toEqual(usual)
    const kept = readdirSync(home.root).filter((each) => each.startsWith(`${name}.broken-`))
    expect(kept).toHaveLength(1)
    expect(readFileSync(join(home.root, kept[0] as string), 'utf8')).toBe(text)
    expect(notes.list()).toHaveLength(1)
    expect(notes.list()[0]).toContain(file)
    expect(notes.list()[0]).toContain(kept[0])
    expect(existsSync(file)).toBe(false)
    expect(read()).toEqual(usual)
    expect(notes.list()).toHaveLength(1)
  })

  test('blocks nothing where it is a folder', () => {
    mkdirSync(join(home.root, name))
    expect(read()).toEqual(usual)
    expect(readdirSync(home.root).some((each) => each.startsWith(`${name}.broken-`))).toBe(true)
  })
})

test('a list of corpora that cannot be written is noted and keeps nobody from a corpus', () => {
  const gone = { ...home, root: join(home.root, 'file') }
  writeFileSync(gone.root, '')
  const recent = openRecent(gone, notes)
  recent.add('/a')
  expect(notes.list().join()).toMatch(/list of corpora cannot be written/)
})

test('the list of recent corpora has the newest first and each once', () => {
  const recent = openRecent(home, notes)
  recent.add('/a')
  recent.add('/b')
  recent.add('/a')
  expect(recent.list().map((entry) => entry.path)).toEqual(['/a', '/b'])
  recent.remove('/a')
  expect(
    openRecent(home, notes)
      .list()
      .map((entry) => entry.path),
  ).toEqual(['/b'])
})
