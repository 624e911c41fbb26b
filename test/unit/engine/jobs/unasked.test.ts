import { existsSync, mkdtempSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Job } from '#shared/contract/jobs.ts'
import { createEngine } from '../../../../src/main/engine/engine.ts'
import { findHome } from '../../../../src/main/engine/home/home.ts'
import { createNotes } from '../../../../src/main/engine/home/notes.ts'
import { openHomeJobs } from '../../../../src/main/engine/jobs/home-jobs.ts'
import { held, nextStart } from '../../../../src/main/engine/jobs/unasked.ts'
import { createCorpus, openCorpus } from '../../../../src/main/store/open.ts'
import { listJobs, saveJob } from '../../../../src/main/store/repositories/jobs.ts'

const progress = { done: 0, total: null, unit: '', rate: null, eta: null, note: '' }
const left: Job = {
  id: 'left',
  kind: 'export',
  corpus: null,
  title: 'Export jsonl to out',
  state: 'running',
  progress,
  createdAt: '2026-01-01T00:00:00.000Z',
  finishedAt: null,
  error: null,
  warnings: [],
  result: [],
}

test('a job that ended the program at two starts in a row waits at the third', () => {
  const first = nextStart(left)
  expect(first).toEqual({ n: 1, done: 0 })
  const second = nextStart({ ...left, resumes: first as Job['resumes'] })
  expect(second).toEqual({ n: 2, done: 0 })
  expect(nextStart({ ...left, resumes: second as Job['resumes'] })).toBeNull()
})

test('one that got further counts anew, until it gets no further', () => {
  const at = (done: number, resumes: Job['resumes']): Job => ({
    ...left,
    progress: { ...progress, done },
    resumes,
  })
  expect(nextStart(at(10, { n: 2, done: 5 }))).toEqual({ n: 1, done: 10 })
  expect(nextStart(at(7, { n: 1, done: 10 }))).toEqual({ n: 2, done: 10 })
  expect(nextStart(at(10, { n: 2, done: 10 }))).toBeNull()
})

test('one that waited for its turn did not end the program', () => {
  const resumes = { n: 2, done: 0 }
  expect(nextStart({ ...left, state: 'queued', resumes })).toEqual(resumes)
})

let dir = ''
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'unasked-'))
  process.env['GLEANER_HOME'] = join(dir, 'home')
})
afterEach(() => {
  delete process.env['GLEANER_HOME']
})

/** The program ends in the middle of the job, as often as it says. */
function corpusOf(resumes: Job['resumes']): string {
  const corpus = join(dir, 'a.gleaner')
  createCorpus(corpus)
  const { writer, close } = openCorpus(corpus)
  const out = join(dir, 'out')
  saveJob(writer, { ...left, resumes }, { corpus, format: 'jsonl', text: 'alt', out, where: '' })
  close()
  return corpus
}

async function open(path: string, then: (job: Job) => Promise<unknown> | unknown): Promise<void> {
  const engine = createEngine({ resumeJobs: true })
  try {
    await engine.call('corpora.open', { path })
    const [job] = (await engine.call('jobs.list', {})).value as Job[]
    await then(job as Job)
    if (job?.state !== 'interrupted') await engine.finished((job as Job).id)
  } finally {
    await engine.stop()
  }
}
test('a corpus opens, its held job says why, goes on when asked, and is cleared when not', async () => {
  const corpus = corpusOf({ n: 2, done: 0 })
  const engine = createEngine({ resumeJobs: true })
  await engine.call('corpora.open', { path: corpus })
  await engine.stop()

  const waiting = {
    state: 'interrupted',
    error: { kind: 'refused', message: expect.stringContaining('It waits for you.') as string },
  }
  await open(corpus, (job) => expect(job).toMatchObject(waiting))
  // Also the next time, without counting further.
  await open(corpus, (job) => expect(job).toMatchObject(waiting))
  expect(existsSync(join(dir, 'out'))).toBe(false)

  const again = createEngine({ resumeJobs: true })
  try {
    await again.call('corpora.open', { path: corpus })
    await again.call('jobs.resume', { job: 'left' })
    const ended = await again.finished('left')
    expect(ended.error?.message ?? '').not.toContain('It waits for you')
    expect(ended.resumes).toBeUndefined()
  } finally {
    await again.stop()
  }
})

test('how often it went on is written down before it runs, and forgotten when it ends in order', async () => {
  const corpus = corpusOf(undefined)
  const known = createEngine({ resumeJobs: true })
  await known.call('corpora.open', { path: corpus })
  await known.stop()
  const engine = createEngine({ resumeJobs: true })
  try {
    let begun: { state: Job['state']; written: Job['resumes'] } | null = null
    engine.onEvent((name, value) => {
      if (name !== 'jobs.changed' || begun !== null) return
      const { reader, close } = openCorpus(corpus, { readonly: true })
      begun = {
        state: (value as Job).state,
        written: listJobs(reader, corpus)[0]?.job.resumes,
      }
      close()
    })
    await engine.call('corpora.open', { path: corpus })
    expect(begun).toEqual({ state: 'queued', written: { n: 1, done: 0 } })
    expect((await engine.finished('left')).resumes).toBeUndefined()
  } finally {
    await engine.stop()
  }
})

test('a job of the machine is held, too, and can be cleared', async () => {
  const jobs = openHomeJobs(
    findHome(),
    createNotes(() => undefined),
  )
  jobs.save({ ...left, kind: 'quantize', resumes: { n: 2, done: 0 } }, { id: 'x', check: 'y' })
  const engine = createEngine({ resumeJobs: true })
  try {
    expect((await engine.call('jobs.list', {})).value).toMatchObject([
      { id: 'left', state: 'interrupted', error: { kind: 'refused' } },
    ])
    await engine.call('jobs.clear', {})
    expect((await engine.call('jobs.list', {})).value).toEqual([])
    expect(readdirSync(join(findHome().root, 'jobs'))).toEqual([])
  } finally {
    await engine.stop()
  }
})

test('a job of the machine that does not go on by itself waits, and can be cleared', async () => {
  const jobs = openHomeJobs(
    findHome(),
    createNotes(() => undefined),
  )
  jobs.save({ ...left, kind: 'measure' }, { measure: 'fd', a: '/a', b: '/b' })
  const engine = createEngine({ resumeJobs: true })
  try {
    expect((await engine.call('jobs.list', {})).value).toMatchObject([
      { id: 'left', state: 'interrupted', error: { kind: 'canceled' } },
    ])
    await engine.call('jobs.clear', {})
    expect(readdirSync(join(findHome().root, 'jobs'))).toEqual([])
  } finally {
    await engine.stop()
  }
})

test('what is held keeps its place and what it is', () => {
  expect(held(left)).toMatchObject({ id: 'left', kind: 'export', createdAt: left.createdAt })
})
