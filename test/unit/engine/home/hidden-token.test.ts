import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { KEPT_TOKEN } from '#shared/settings.ts'
import { hideToken } from '../../../../src/main/engine/home/hidden-token.ts'
import { findHome, openSettings, type SettingsFile } from '../../../../src/main/engine/home/home.ts'
import { createNotes } from '../../../../src/main/engine/home/notes.ts'

let root: string
let file: SettingsFile
let told: SettingsFile
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'gleaner-token-'))
  file = openSettings(
    findHome({ GLEANER_HOME: root }),
    createNotes(() => undefined),
  )
  told = hideToken(file)
  told.set({ hub: { endpoint: null, token: 'secret-1' } })
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

test('a token goes in and never out', () => {
  expect(file.get().hub.token).toBe('secret-1')
  expect(told.get().hub.token).toBe(KEPT_TOKEN)
  expect(JSON.stringify(told.set({ theme: 'light' }))).not.toContain('secret')
  expect(readFileSync(join(root, 'settings.json'), 'utf8')).toContain('secret-1')
})

test('what is told can be written back and changes nothing', () => {
  told.set(told.get())
  expect(file.get().hub).toEqual({ endpoint: null, token: 'secret-1' })
})

test('a token is not sent to another address than its own, and comes back with it', () => {
  const before = told.get().hub
  told.set({ hub: { ...before, endpoint: 'https://hub.example' } })
  expect(file.get().hub).toEqual({ endpoint: 'https://hub.example', token: null })
  told.set({ hub: before })
  expect(file.get().hub).toEqual({ endpoint: null, token: 'secret-1' })
})

test('a token that was taken out comes back when that is undone', () => {
  const before = told.get().hub
  told.set({ hub: { ...before, token: null } })
  expect(told.get().hub.token).toBeNull()
  told.set({ hub: before })
  expect(file.get().hub.token).toBe('secret-1')
})
