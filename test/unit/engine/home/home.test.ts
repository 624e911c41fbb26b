import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findHome, openRecent, openSettings } from '../../../../src/main/engine/home/home.ts'
import type { Home } from '../../../../src/main/engine/home/home.ts'

let home: Home
beforeEach(() => {
  home = findHome({ GLEANER_HOME: mkdtempSync(join(tmpdir(), 'gleaner-home-')) })
})
afterEach(() => rmSync(home.root, { recursive: true }))

test('settings are kept, and only for the one who owns them, as they hold a token', () => {
  openSettings(home).set({ theme: 'light', hub: { endpoint: null, token: 'secret' } })
  expect(openSettings(home).get()).toMatchObject({ theme: 'light', hub: { token: 'secret' } })
  if (process.platform !== 'win32') {
    expect(statSync(join(home.root, 'settings.json')).mode & 0o077).toBe(0)
  }
})

test('a setting that is not allowed is refused and the old ones stay', () => {
  const settings = openSettings(home)
  settings.set({ theme: 'light' })
  expect(() => settings.set({ theme: 'pink' as 'light' })).toThrow()
  expect(settings.get().theme).toBe('light')
})

test('a damaged settings file is named, not overwritten', () => {
  const file = join(home.root, 'settings.json')
  writeFileSync(file, '{"theme":')
  expect(() => openSettings(home)).toThrow(/settings\.json is not valid JSON/)
  expect(readFileSync(file, 'utf8')).toBe('{"theme":')
})

test('the list of recent corpora has the newest first and each once', () => {
  const recent = openRecent(home)
  recent.add('/a')
  recent.add('/b')
  recent.add('/a')
  expect(recent.list().map((entry) => entry.path)).toEqual(['/a', '/b'])
  recent.remove('/a')
  expect(
    openRecent(home)
      .list()
      .map((entry) => entry.path),
  ).toEqual(['/b'])
})
