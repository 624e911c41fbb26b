/** Jobs that belong to no corpus: written down in the home folder, and gone on with after the end. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { CallInput, CallName, CallOutput } from '../../../../src/shared/contract/index.ts'
import type { Job } from '../../../../src/shared/contract/jobs.ts'
import { createEngine, type Engine } from '../../../../src/main/engine/engine.ts'
import { findHome } from '../../../../src/main/engine/home/home.ts'
import { createNotes } from '../../../../src/main/engine/home/notes.ts'
import { openHomeJobs } from '../../../../src/main/engine/jobs/home-jobs.ts'
import { MODELS, PICTURES } from '../../../support/models.ts'

const TINY = join(MODELS, 'tiny-clip')

let engines: Engine[] = []
beforeEach(() => {
  process.env['GLEANER_HOME'] = mkdtempSync(join(tmpdir(), 'home-jobs-'))
})
afterEach(async () => {
  for (const engine of engines) await engine.stop()
  engines = []
  delete process.env['GLEANER_HOME']
})

function start(): Engine {
  const engine = createEngine({ resumeJobs: true })
  engines.push(engine)
  return engine
}
async function ask<N extends CallName>(
  engine: Engine,
  name: N,
  input: CallInput<N>,
): Promise<CallOutput<N>> {
  return (await engine.call(name, input)).value as CallOutput<N>
}
const jobFiles = (): string[] => {
  const folder = join(findHome().root, 'jobs')
  return existsSync(folder) ? readdirSync(folder) : []
}
const drafts = (): string[] => {
  const folder = join(findHome().models, 'quantised')
  return existsSync(folder) ? readdirSync(folder) : []
}
/** A net as narrow as the tiny one loses more than a real one. */
const twin = { id: TINY, check: PICTURES, bound: 0.1 }

test('an int8 twin is made as a job that counts its work and says what came out', async () => {
  const engine = start()
  const units = new Set<string>()
  engine.onEvent((name, value) => {
    if (name === 'jobs.changed') units.add((value as Job).progress.unit)
  })
  const { job } = await ask(engine, 'models.quantize', twin)
  const ended = await engine.finished(job)
  expect(ended).toMatchObject({ kind: 'quantize', state: 'done', corpus: null })
  expect(units).toContain('matrices')
  const { result } = ended
  expect(result.map(({ label }) => label)).toContain('Largest difference of a cosine')
  const id = result.find(({ label }) => label === 'Model')?.value
  expect((await ask(engine, 'models.list', {})).map((model) => model.id)).toContain(id)
  expect(jobFiles()).toEqual([])
})

test('canceled, it leaves no model and no draft', async () => {
  const engine = start()
  const { job } = await ask(engine, 'models.quantize', twin)
  engine.onEvent((name, value) => {
    if (name === 'jobs.changed' && (value as Job).progress.unit !== '') {
      void ask(engine, 'jobs.cancel', { job })
    }
  })
  expect((await engine.finished(job)).state).toBe('canceled')
  expect(drafts()).toEqual([])
  expect(jobFiles()).toEqual([])
})

test('one that the end of the program interrupted goes on at the next start, under the same id', async () => {
  const first = start()
  const { job } = await ask(first, 'models.quantize', twin)
  await first.stop()
  expect((await first.finished(job)).state).toBe('interrupted')
  expect(jobFiles()).toEqual([`${job}.json`])

  const second = start()
  expect((await second.finished(job)).state).toBe('done')
  expect(jobFiles()).toEqual([])
})

test('it refuses a twin that is off by more than the bound, and the job says so', async () => {
  const engine = start()
  const { job } = await ask(engine, 'models.quantize', { ...twin, bound: 1e-9 })
  const ended = await engine.finished(job)
  expect(ended).toMatchObject({ state: 'failed', error: { kind: 'refused' } })
  expect(ended.error?.message).toMatch(/off by up to/)
  expect(drafts()).toEqual([])
})

test('what another living process runs is left to it, what a dead one left is taken', () => {
  const jobs = openHomeJobs(
    findHome(),
    createNotes(() => undefined),
  )
  const job: Job = {
    id: 'one',
    kind: 'quantize',
    corpus: null,
    title: 'Make an int8 twin',
    state: 'running',
    progress: { done: 1, total: 2, unit: 'matrices', rate: null, eta: null, note: '' },
    createdAt: '2026-01-01T00:00:00.000Z',
    finishedAt: null,
    error: null,
    warnings: [],
    result: [],
  }
  jobs.save(job, twin)
  const file = join(findHome().root, 'jobs/one.json')
  const withPid = (pid: number): void => {
    const kept = JSON.parse(readFileSync(file, 'utf8')) as object
    writeFileSync(file, JSON.stringify({ ...kept, pid }))
  }
  withPid(process.ppid)
  expect(jobs.left()).toEqual([])
  // No process has this number: Linux, macOS and Windows give out smaller ones.
  withPid(2 ** 31 - 2)
  expect(jobs.left()).toEqual([{ job, input: twin }])
  // The home folder may be shared: processes of other machines have numbers of their own.
  const kept = readFileSync(file, 'utf8')
  writeFileSync(file, JSON.stringify({ ...(JSON.parse(kept) as object), host: 'elsewhere' }))
  expect(jobs.left()).toEqual([])
  writeFileSync(file, kept)
  // The oldest goes on first, whatever its name.
  for (const [id, createdAt] of [
    ['zero', '2025-12-31T00:00:00.000Z'],
    ['a', '2026-01-02T00:00:00.000Z'],
  ] as const) {
    jobs.save({ ...job, id, createdAt }, twin)
  }
  expect(jobs.left().map((left) => left.job.id)).toEqual(['zero', 'one', 'a'])
  for (const id of ['zero', 'one', 'a']) jobs.save({ ...job, id, state: 'failed' }, twin)
  expect(jobs.left()).toEqual([])
})

test('a file that cannot be read is set aside, not stumbled over', () => {
  const jobs = openHomeJobs(
    findHome(),
    createNotes(() => undefined),
  )
  jobs.save({ id: 'half', state: 'running' } as Job, null)
  expect(jobs.left()).toEqual([])
  expect(jobFiles()).toEqual([expect.stringMatching(/^half\.json\.broken-/)])
})
