import { existsSync, mkdtempSync, renameSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Job } from '../../../src/shared/contract/jobs.ts'
import { createEngine } from '../../../src/main/engine/engine.ts'
import { createCorpus, openCorpus } from '../../../src/main/store/open.ts'
import { saveJob } from '../../../src/main/store/repositories/jobs.ts'

let dir = ''
let corpus = ''
let out = ''

/** A corpus whose program ended in the middle of an export. */
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'foreign-'))
  corpus = join(dir, 'a.gleaner')
  out = join(dir, 'out')
  process.env['GLEANER_HOME'] = join(dir, 'home')
  createCorpus(corpus)
  const { writer, close } = openCorpus(corpus)
  const job: Job = {
    id: 'left',
    kind: 'export',
    corpus,
    title: 'Export jsonl to out',
    state: 'running',
    progress: { done: 0, total: null, unit: '', rate: null, eta: null, note: '' },
    createdAt: new Date().toISOString(),
    finishedAt: null,
    error: null,
    warnings: [],
    result: [],
  }
  saveJob(writer, job, { corpus, format: 'jsonl', text: 'alt', out, where: '' })
  close()
})
afterEach(() => {
  delete process.env['GLEANER_HOME']
})

/** Opens the corpus as the window does; its jobs once nothing runs. */
async function openInWindow(path: string): Promise<Job> {
  const engine = createEngine({ resumeJobs: true })
  try {
    await engine.call('corpora.open', { path })
    const [job] = (await engine.call('jobs.list', {})).value as Job[]
    return job?.state === 'interrupted' ? job : await engine.finished((job as Job).id)
  } finally {
    await engine.stop()
  }
}

test('jobs of a corpus that was never opened here wait for a person, and write nothing', async () => {
  expect(await openInWindow(corpus)).toMatchObject({ id: 'left', state: 'interrupted' })
  expect(existsSync(out)).toBe(false)
})

test('jobs of a corpus that was opened here before go on by themselves', async () => {
  await openInWindow(corpus)
  const job = await openInWindow(corpus)
  expect(job.state).not.toBe('interrupted')
})

test('a job that waits goes on where the corpus lies now', async () => {
  const moved = join(dir, 'moved.gleaner')
  renameSync(corpus, moved)
  const engine = createEngine({ resumeJobs: true })
  try {
    await engine.call('corpora.open', { path: moved })
    await engine.call('jobs.resume', { job: 'left' })
    expect(await engine.finished('left')).toMatchObject({ corpus: moved })
    expect((await engine.finished('left')).error?.message ?? '').not.toContain(corpus)
  } finally {
    await engine.stop()
  }
})
