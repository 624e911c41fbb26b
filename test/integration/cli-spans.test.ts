import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { CallOutput } from '#shared/contract/index.ts'
import { MODELS } from '../support/models.ts'
import { label, nameOf, spanCorpus, storyPairs } from './spans-support.ts'

const CLI = fileURLToPath(new URL('../../src/main/cli/cli.ts', import.meta.url))

let home: string
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'gleaner-cli-spans-'))
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

interface Outcome {
  code: number
  stdout: string
  stderr: string
}

/** The command line from the sources. */
function gleaner(...args: string[]): Promise<Outcome> {
  return new Promise((done) => {
    const env = { ...process.env, GLEANER_HOME: home, GLEANER_RESOURCES: join(home, 'none') }
    execFile(process.execPath, [CLI, ...args], { env }, (error, stdout, stderr) => {
      done({ code: error ? Number(error.code) : 0, stdout, stderr })
    })
  })
}

async function ok(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await gleaner(...args)
  expect(code, stderr).toBe(0)
  return stdout
}

test('the whole loop on the command line: find alts, train, predict, use, report', async () => {
  const corpus = spanCorpus(storyPairs(100))
  const { path } = corpus
  corpus.close()
  const nothing = await gleaner('spans', 'report', path)
  expect(nothing).toMatchObject({ code: 1 })
  expect(nothing.stderr).toContain('Run gleaner spans alts.')

  const found = await ok('spans', 'alts', path)
  expect(found).toContain('Found, exact: 80 (80.0 %)')
  expect(await ok('spans', 'alts', path, '--once')).toContain('set 1 holds them')
  expect(await ok('spans', 'report', path, '--examples', '1')).toMatch(
    /exact 1\.000 {2}pair \d+ {2}alt: a \w+ \w+/,
  )
  const told = JSON.parse(await ok('spans', 'report', path, '--json')) as {
    report: CallOutput<'spans.altReport'>
  }
  expect(told.report?.best).toEqual({ exact: 80, normalised: 0, near: 0, none: 20 })

  const preview = await ok('spans', 'train', path, '--dry-run')
  expect(preview).toContain('answers from: exact 80')
  expect(await ok('spans', 'train', path, '--dry-run', '--alts', 'none')).toContain(
    'note: There is no training data.',
  )
  const training = ['--encoder', join(MODELS, 'tiny-bert'), '--hidden', '4', '--epochs', '2']
  const trained = await ok('spans', 'train', path, ...training, '--name', 'first head')
  expect(trained).toContain('Model: first-head')
  expect(trained).toMatch(/Test, nearest block: exact match 0\.\d{3}/)
  const [run] = JSON.parse(await ok('spans', 'runs', path, '--json')) as CallOutput<'training.runs'>
  expect(run).toMatchObject({ state: 'done', model: 'first-head' })
  expect(await ok('spans', 'runs', path)).toContain('first head')
  expect(await ok('spans', 'models')).toMatch(/first-head +span +installed/)

  const predicted = await ok('spans', 'predict', path, '--model', 'first-head', '--device', 'cpu')
  expect(predicted).toContain('Set: 2, in use from now on')
  const sets = JSON.parse(await ok('spans', 'sets', path, '--json')) as CallOutput<'spans.sets'>
  expect(sets.map(({ id, kind, current }) => [id, kind, current])).toEqual([
    [2, 'model', true],
    [1, 'alt', false],
  ])
  await ok('spans', 'use', path, '1')
  const shown = await ok('pairs', path, '--where', 'span:near', '--json')
  expect(shown.trim().split('\n')).toHaveLength(80)
  await ok('spans', 'use', path, 'none')
  expect((await gleaner('spans', 'use', path, '9')).code).toBe(1)
  expect((await gleaner('spans', 'use', path, 'all')).code).toBe(2)
  await ok('spans', 'models', 'remove', 'first-head')
  expect((await gleaner('spans', 'predict', path, '--model', 'first-head')).code).toBe(1)
}, 240_000)

test('labels go out and come in, with progress, agreement and a frozen set', async () => {
  const pairs = storyPairs(10)
  const mine = spanCorpus(pairs)
  const theirs = spanCorpus(pairs)
  for (let id = 1; id <= 4; id++) {
    const quote = `Story of ${nameOf(id - 1)} in the week`
    label(mine, id, [{ source: 'before', quote }])
    label(theirs, id, id === 4 ? [] : [{ source: 'before', quote }], { annotator: 'bob' })
  }
  const [a, b] = [mine.path, theirs.path]
  mine.close()
  theirs.close()
  const file = join(home, 'bob.jsonl')
  expect(await ok('labels', 'export', b, file)).toContain('4 events')
  expect(existsSync(file)).toBe(true)
  expect(await ok('labels', 'merge', a, file)).toContain('4 events added, 0 known before')
  const progress = JSON.parse(await ok('labels', 'progress', a, '--json')) as {
    annotator: string
    labeled: number
    none: number
    total: number
  }[]
  expect(progress).toMatchObject([
    { annotator: 'ann', labeled: 4, none: 0, total: 10 },
    { annotator: 'bob', labeled: 4, none: 1, total: 10 },
  ])
  expect(await ok('labels', 'progress', a)).toMatch(/bob +4 +10 +1/)
  const found = JSON.parse(
    await ok('labels', 'agreement', a, '--json', '--resamples', '50'),
  ) as CallOutput<'labels.agreement'>
  expect(found.exactMatch.value).toBe(0.75)
  expect(await ok('labels', 'agreement', a, '--resamples', '0')).toMatch(/exact match +0\.750/)
  expect(await ok('spans', 'freeze', a)).toContain('3 pairs, 3 with a span')
  expect((await gleaner('labels', 'merge', a, join(home, 'none.jsonl'))).code).toBe(1)
}, 240_000)

test.for(['labels', 'marks'])(
  '%s of another corpus are refused with their reason, and the command fails; what fits is taken in',
  { timeout: 240_000 },
  async (what) => {
    const corpus = spanCorpus(storyPairs(3))
    const { path } = corpus
    label(corpus, 1, [{ source: 'before', quote: `Story of ${nameOf(0)} in the week` }])
    corpus.close()
    await ok('marks', 'set', path, '--person', 'ann', '--where', 'id=1', '--mark', 'keep')
    const mine = join(home, `${what}-mine.jsonl`)
    await ok(what, 'export', path, mine)
    const good = readFileSync(mine, 'utf8')
    const strange = good
      .replace(/"uid":"[^"]*"/, '"uid":"00000000-0000-4000-8000-000000000000"')
      .replace(/"(page|picture)":"[^"]*"/g, '"$1":"https://elsewhere.example/"')
    expect(strange).not.toBe(good)
    const none = join(home, `${what}-none.jsonl`)
    writeFileSync(none, strange)
    const refused = await gleaner(what, 'merge', path, none)
    expect(refused.stderr).toBe('')
    expect(refused.stdout).toMatch(/^0 events added, 0 known before/)
    expect(refused.stdout).toMatch(/refused 1: /)
    expect(refused.stdout).toContain('Nothing was taken in: every one of the events was refused.')
    expect(refused.code).toBe(1)
    const some = join(home, `${what}-some.jsonl`)
    writeFileSync(some, good + strange)
    const partly = await gleaner(what, 'merge', path, some)
    expect(partly.stdout).toMatch(/^0 events added, 1 known before/)
    expect(partly.stdout).toMatch(/refused 1: /)
    expect(partly.stdout).not.toContain('Nothing was taken in')
    expect(partly.code).toBe(1)
    expect((await gleaner(what, 'merge', path, mine)).code).toBe(0)
  },
)
