import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { CallInput, CallName, CallOutput } from '#shared/contract/index.ts'
import { createEngine, type Engine } from '../../src/main/engine/engine.ts'
import { isAlive } from '../../src/main/processes/alive.ts'
import { corpusOf } from './score-support.ts'
import { MODELS, PICTURES } from '../support/models.ts'
import { descendantsOf } from '../support/processes.ts'

/** A minute of work for the pattern below, a little less a place than what makes it give up. */
const SLOW = `${'a'.repeat(22)}!`.repeat(1000)
const BACKTRACKING = { Regex: '(a+)+$' }

let home = ''
let engine: Engine
async function ask<N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>> {
  return (await engine.call(name, input)).value as CallOutput<N>
}

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'hostile-tokenizer-'))
  process.env['GLEANER_HOME'] = join(home, 'home')
  engine = createEngine({ resumeJobs: false })
})
afterEach(async () => {
  await engine.stop()
  delete process.env['GLEANER_HOME']
  rmSync(home, { recursive: true, force: true })
})

/** A model of the fixtures whose tokenizer was changed. */
function modelWith(name: string, changes: object): string {
  const folder = join(home, name)
  cpSync(join(MODELS, name), folder, { recursive: true })
  const path = join(folder, 'tokenizer.json')
  const json = JSON.parse(readFileSync(path, 'utf8')) as object
  writeFileSync(path, JSON.stringify({ ...json, ...changes }))
  return folder
}

/** The longest that listing the jobs takes while something else is awaited, milliseconds. */
async function slowestWhile(work: Promise<unknown>): Promise<number> {
  let isOver = false
  void work.finally(() => (isOver = true)).catch(() => undefined)
  let slowest = 0
  while (!isOver) {
    const start = performance.now()
    await ask('jobs.list', {})
    slowest = Math.max(slowest, performance.now() - start)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return slowest
}

test('scoring with a tokenizer that never ends is canceled within a second and leaves no process', async () => {
  const folder = modelWith('tiny-clip', {
    normalizer: null,
    pre_tokenizer: {
      type: 'Split',
      pattern: BACKTRACKING,
      behavior: 'Isolated',
      invert: false,
    },
  })
  const corpus = corpusOf([
    {
      picture: readFileSync(join(PICTURES, 'exact-size.png')),
      imageUrl: 'http://a.example/a.png',
      alt: SLOW,
    },
  ])
  const path = corpus.path
  corpus.close()
  const { job } = await ask('jobs.score', {
    corpus: path,
    model: folder,
    text: 'alt',
    device: 'cpu',
  })
  await vi.waitFor(
    () => expect(descendantsOf(process.pid, 'tokenizer-host').length).toBeGreaterThan(0),
    { timeout: 20_000 },
  )
  // Until it is at the text, and some of its time beyond that.
  await slowestWhile(new Promise((resolve) => setTimeout(resolve, 1500)))
  const pids = descendantsOf(process.pid, 'tokenizer-host')
  const [running] = await ask('jobs.list', {})
  expect(running).toMatchObject({ id: job, state: 'running' })
  const start = performance.now()
  await ask('jobs.cancel', { job })
  expect((await engine.finished(job)).state).toBe('canceled')
  expect(performance.now() - start).toBeLessThan(1000)
  await vi.waitFor(() => expect(pids.filter(isAlive)).toEqual([]), { timeout: 5000 })
}, 60_000)

test('a model whose tokenizer breaks whoever opens it is refused with its reason while everything else goes on', async () => {
  const folder = modelWith('tiny-bert', {
    // The spelling of an added token goes through the steps when the file is opened.
    added_tokens: [
      {
        id: 0,
        content: `${'a'.repeat(24)}!`,
        single_word: false,
        lstrip: false,
        rstrip: false,
        normalized: true,
        special: false,
      },
    ],
    normalizer: { type: 'Replace', pattern: BACKTRACKING, content: 'b' },
  })
  const adding = ask('models.add', { source: folder })
  const failed = expect(adding).rejects.toMatchObject({
    kind: 'model',
    message: expect.stringContaining(join(folder, 'tokenizer.json')) as string,
  })
  const slowest = await slowestWhile(adding)
  await failed
  expect(slowest).toBeLessThan(500)
  expect((await ask('models.list', {})).map(({ folder: place }) => place)).not.toContain(folder)
}, 60_000)
