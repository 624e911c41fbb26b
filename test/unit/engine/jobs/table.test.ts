import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { contract } from '#shared/contract/index.ts'
import { JOBS, jobOf } from '#shared/contract/jobs.ts'
import type { Job } from '#shared/contract/jobs.ts'
import { createEngine } from '../../../../src/main/engine/engine.ts'
import { JOB_TABLE } from '../../../../src/main/engine/jobs/table.ts'
import { createCorpus, openCorpus } from '../../../../src/main/store/open.ts'
import { saveJob } from '../../../../src/main/store/repositories/jobs.ts'

let home = ''
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'job-table-'))
  process.env['GLEANER_HOME'] = home
})
afterEach(() => {
  delete process.env['GLEANER_HOME']
  rmSync(home, { recursive: true, force: true })
})

test('each kind is implemented by its own definition and started by its own call', () => {
  for (const job of JOBS) {
    expect(JOB_TABLE[job.kind].definition).toBe(job)
    if (job.call !== null) expect(contract[job.call].input).toBe(job.input)
  }
  expect(new Set(JOBS.map(({ kind }) => kind)).size).toBe(JOBS.length)
})

test('titles name what is worked on, of either kind of path', () => {
  const corpus = '/c.gleaner'
  const inputs = ['/x/a.warc.gz', 'D:\\y\\b.wacz', '-', '/z']
  expect(jobOf('ingest').title({ corpus, inputs, images: 'none' })).toBe(
    'Import a.warc.gz, b.wacz and 2 more',
  )
  expect(jobOf('ingest').title({ corpus, inputs: ['-'], images: 'none' })).toBe(
    'Import standard input',
  )
  expect(jobOf('pictures').title({ corpus, images: 'folder:/a/b', retryFailed: false })).toBe(
    'Pictures from b',
  )
  expect(jobOf('score').title({ corpus, text: 'alt', device: 'auto', model: '/m/clip' })).toBe(
    'Score alt by clip',
  )
})

test('a scoring says which text it scores, and what leaves a folder or pairs says so', () => {
  expect(jobOf('score').subject({ corpus: '/c', text: 'span', device: 'auto' })).toBe('span')
  const making = (what: string) => JOBS.filter(({ makes }) => makes === what).map((job) => job.kind)
  expect(making('folder')).toEqual([
    'similarity',
    'image-to-prompt',
    'prompt-evaluation',
    'export',
    'generate',
    'span-package',
    'study-report',
  ])
  expect(making('pairs')).toEqual(['ingest', 'import'])
  expect(making('scores')).toEqual(['score'])
})

test('what was read from standard input cannot go on by itself', () => {
  const input = { corpus: '/c', images: 'none' as const }
  expect(jobOf('ingest').resumes({ ...input, inputs: ['a.warc'] })).toBe(true)
  expect(jobOf('ingest').resumes({ ...input, inputs: ['a.warc', '-'] })).toBe(false)
})

function left(id: string, kind: string, corpus: string): Job {
  return {
    id,
    kind: kind as Job['kind'],
    corpus,
    title: id,
    state: 'running',
    progress: { done: 0, total: null, unit: '', rate: null, eta: null, note: '' },
    createdAt: new Date().toISOString(),
    finishedAt: null,
    error: null,
    warnings: [],
    result: [],
  }
}

/** A corpus that was open here before, with jobs that a kill left. */
async function corpusWith(jobs: { id: string; kind: string; input: object }[]): Promise<string> {
  const path = join(home, 'a.gleaner')
  createCorpus(path)
  const before = createEngine({ resumeJobs: true })
  await before.call('corpora.open', { path })
  await before.stop()
  const { writer, close } = openCorpus(path)
  for (const { id, kind, input } of jobs) saveJob(writer, left(id, kind, path), input)
  close()
  return path
}

test('an input that was written down before an option existed gets its default', async () => {
  const path = await corpusWith([
    { id: 'old', kind: 'export', input: { format: 'jsonl', out: '/' } },
  ])
  const engine = createEngine({ resumeJobs: true })
  try {
    await engine.call('corpora.open', { path })
    // It was begun, with `where` and `text` as they are unless told: the folder is what it refuses.
    expect(await engine.finished('old')).toMatchObject({ state: 'failed', kind: 'export' })
    expect((await engine.finished('old')).error?.message).not.toMatch(/expected/)
  } finally {
    await engine.stop()
  }
})

test('a job that cannot be asked again waits, one of another version is left alone', async () => {
  const path = await corpusWith([
    { id: 'damaged', kind: 'export', input: { format: 'stone-tablet' } },
    { id: 'stdin', kind: 'ingest', input: { inputs: ['-'] } },
    { id: 'newer', kind: 'levitate', input: {} },
  ])
  const engine = createEngine({ resumeJobs: true })
  try {
    await engine.call('corpora.open', { path })
    const jobs = (await engine.call('jobs.list', {})).value as Job[]
    expect(jobs.map(({ id, state }) => [id, state]).sort()).toEqual([
      ['damaged', 'interrupted'],
      ['stdin', 'interrupted'],
    ])
    await expect(engine.call('jobs.resume', { job: 'damaged' })).rejects.toMatchObject({
      kind: 'invalid-input',
    })
  } finally {
    await engine.stop()
  }
})
