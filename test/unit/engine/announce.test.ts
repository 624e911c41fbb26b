import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { CallInput, CallName, CallOutput, CorpusPart } from '#shared/contract/index.ts'
import { createEngine, type Engine } from '../../../src/main/engine/engine.ts'
import { makeRecord, makeResponse, temporaryFile } from '../warc/make.ts'

let dir = ''
let corpus = ''
let archive = ''
let engine: Engine
let told: { corpus: string; what: CorpusPart[] }[] = []

async function ask<N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>> {
  return (await engine.call(name, input)).value as CallOutput<N>
}
const matching = async (where: string): Promise<number> =>
  (await ask('pairs.select', { corpus, where })).total

/** A corpus of one page with one picture. */
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'announce-'))
  process.env['GLEANER_HOME'] = join(dir, 'home')
  corpus = join(dir, 'a.gleaner')
  archive = temporaryFile(
    makeRecord('response', makeResponse('<p>Words <img src="/cat.jpg" alt="a cat"></p>')),
    'old-name.warc',
  )
  engine = createEngine({ resumeJobs: false })
  await ask('corpora.create', { path: corpus })
  const { job } = await ask('jobs.ingest', { corpus, inputs: [archive], images: 'none' })
  expect(await engine.finished(job)).toMatchObject({ state: 'done' })
  told = []
  engine.onEvent((name, value) => {
    if (name === 'corpus.changed') told.push(value as (typeof told)[number])
  })
})
afterEach(async () => {
  await engine.stop()
  delete process.env['GLEANER_HOME']
  rmSync(dir, { recursive: true, force: true })
})

test('filters by archive see at once that an archive was moved', async () => {
  expect(await matching('archive:old-name')).toBe(1)
  expect(await matching('archive:moved-away')).toBe(0)
  const to = join(dir, 'moved-away.warc')
  copyFileSync(archive, to)
  await ask('corpora.relocateArchive', { corpus, from: archive, to })
  expect(await matching('archive:moved-away')).toBe(1)
  expect(await matching('archive:old-name')).toBe(0)
  expect(told).toEqual([{ corpus, what: ['pairs'] }])
})

test('a change is seen under whatever path the corpus was named', async () => {
  expect(await matching('archive:elsewhere')).toBe(0)
  const to = join(dir, 'elsewhere/elsewhere.warc')
  mkdirSync(dirname(to))
  copyFileSync(archive, to)
  const unresolved = relative(process.cwd(), corpus)
  expect(unresolved).not.toBe(corpus)
  await ask('corpora.relocateArchive', { corpus: unresolved, from: archive, to })
  expect(await matching('archive:elsewhere')).toBe(1)
  expect(told).toEqual([{ corpus, what: ['pairs'] }])
})

test('what people say is seen under whatever path the corpus was named', async () => {
  const speaker = { annotator: 'ada' }
  expect(await ask('labels.progress', { corpus, ...speaker })).toMatchObject({ skipped: 0 })
  const state = { status: 'skipped' as const, spans: [], flagged: false, note: '' }
  const unresolved = relative(process.cwd(), corpus)
  await ask('labels.set', { corpus: unresolved, ...speaker, pair: 1, state })
  expect(await ask('labels.progress', { corpus, ...speaker })).toMatchObject({ skipped: 1 })
  expect(told).toEqual([{ corpus, what: ['labels'] }])
})
