import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { findEntries } from '../../../src/main/engine/entries.ts'

test('every program of the table is there and serves its parent or starts what does', () => {
  for (const [name, url] of Object.entries(findEntries())) {
    expect(existsSync(url), name).toBe(true)
    expect(readFileSync(url, 'utf8'), name).toMatch(/serve[A-Z]\w+/)
  }
})

test('in the build they lie beside the bundle, from a chunk as well', () => {
  const inBuild = findEntries('file:///app/out/main/cli.js')
  expect(inBuild.queryWorker.href).toBe('file:///app/out/main/query-worker.js')
  expect(inBuild.inferenceHost.href).toBe('file:///app/out/main/inference-host.js')
  expect(findEntries('file:///app/out/main/chunks/engine-1a2b.js')).toEqual(inBuild)
})
