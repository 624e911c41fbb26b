import { mkdtempSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { asSaved, isProgramsOwn, openGrantedPaths } from '../../../src/main/shell/granted-paths.ts'

let file = ''
beforeEach(() => {
  file = join(mkdtempSync(join(tmpdir(), 'granted-')), 'window', 'granted-paths.json')
})

test('to read a folder is to read what lies below it, and nothing beside it', () => {
  const granted = openGrantedPaths(file)
  granted.read('/data/a')
  expect(granted.allows('/data/a', 'read')).toBe(true)
  expect(granted.allows('/data/a/b/../c', 'read')).toBe(true)
  expect(granted.allows('/data/a', 'corpus')).toBe(true)
  for (const path of ['/data', '/data/ab', '/data/a/../b', '/data/a/../../etc', '/data/..a']) {
    expect(granted.allows(path, 'read'), path).toBe(false)
  }
  expect(granted.allows('/data/a/new', 'write')).toBe(false)
  expect(granted.allows('/data/a', 'make')).toBe(false)
})

test('to write is to write at this very place', () => {
  const granted = openGrantedPaths(file)
  granted.write('/out/set')
  expect(granted.allows('/out/set', 'write')).toBe(true)
  expect(granted.allows('/out/set/.bashrc', 'write')).toBe(false)
  expect(granted.allows('/out/set/part.tar', 'read')).toBe(true)
})

test('they are kept for this user alone; a damaged file grants nothing', () => {
  openGrantedPaths(file).read('/data')
  expect(openGrantedPaths(file).allows('/data/x', 'read')).toBe(true)
  if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600)
  writeFileSync(file, '{"read": "/"}')
  expect(openGrantedPaths(file).allows('/data/x', 'read')).toBe(false)
})

test('a name that was chosen stands for itself with and without the endings of the dialog', () => {
  expect(asSaved('/a/report.pdf', ['pdf'])).toEqual(['/a/report.pdf', '/a/report'])
  expect(asSaved('/a/report', ['pdf'])).toEqual(['/a/report', '/a/report.pdf'])
  expect(asSaved('/a/report', ['*'])).toEqual(['/a/report'])
})

test('files of the program itself are known, however they are written', () => {
  const own = (path: string): boolean => isProgramsOwn(path, '/home', '/home/window')
  for (const path of [
    '/home',
    '/home/settings.json',
    '/home/x/../approved-commands.json',
    '/home/window/granted-paths.json',
    '/home/models/a/model.onnx',
  ]) {
    expect(own(path), path).toBe(true)
  }
  for (const path of ['/home/corpora/a.gleaner', '/home/out.csv', '/elsewhere/settings.json']) {
    expect(own(path), path).toBe(false)
  }
})
