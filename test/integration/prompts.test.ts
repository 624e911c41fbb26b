/** Prompt sets on the command line, with a real corpus and a real tokenizer. */
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { CallOutput, PromptReport } from '#shared/contract/index.ts'
import { thawCorpus } from '../support/frozen-corpora.ts'
import { MODELS } from '../support/models.ts'

const CLI = fileURLToPath(new URL('../../src/main/cli/cli.ts', import.meta.url))

let home: string
let corpus: string
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'gleaner-prompts-cli-'))
  corpus = join(home, 'harbour.gleaner')
  thawCorpus(2, corpus)
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

function gleaner(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((done) => {
    const env = {
      ...process.env,
      GLEANER_HOME: join(home, 'home'),
      GLEANER_RESOURCES: join(home, 'none'),
      GLEANER_CHECK_ANSWERS: '1',
    }
    execFile(process.execPath, [CLI, 'prompts', ...args], { env }, (error, stdout, stderr) => {
      done({ code: error ? Number(error.code) : 0, stdout, stderr })
    })
  })
}

async function ok(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await gleaner(...args)
  expect(code, stderr).toBe(0)
  return stdout
}

const file = (name: string, text: string): string => {
  writeFileSync(join(home, name), text)
  return join(home, name)
}

test('a file becomes a set, is checked, and goes out again as it came in', async () => {
  const nothing = await gleaner('export', corpus, join(home, 'a.csv'))
  expect(nothing).toMatchObject({ code: 1 })
  expect(nothing.stderr).toContain('This corpus has no prompt set.')

  const rows = [
    'group,kind,level,prompt',
    'boat,sensible,1,boat',
    'boat,sensible,2,"two fishing boats, at the quay"',
    'boat,sensible,3,two boats in the fog',
    `boat,sensible,4,two boats in the fog ${'a '.repeat(80).trim()}`,
    'idea,nonsensical,1,idea',
    'idea,nonsensical,2,a green idea',
  ]
  const given = file('ours.csv', [...rows, 'idea,nonsensical,3,', ''].join('\n'))
  const imported = await ok('import', corpus, given)
  expect(imported).toContain('"ours": 6 prompts in 2 groups (sensible 1, nonsensical 1)')
  expect(imported).toContain('left out, line 8: no-prompt')
  // Again: another name.
  expect(await ok('import', corpus, given)).toContain('"ours 2"')

  const model = join(MODELS, 'tiny-clip')
  const several = await gleaner('check', corpus)
  expect(several.stderr).toContain('Name one: "ours", "ours 2".')
  const checked = await gleaner('check', corpus, '--set', 'ours', '--model', model, '--json')
  expect(checked).toMatchObject({ code: 1, stderr: '' })
  const report = JSON.parse(checked.stdout) as PromptReport
  expect(report.tokenizer).toMatchObject({ model: 'tiny-clip', limit: 77 })
  expect(report.corpus).toMatchObject({ exact: 0, normalised: 1 })
  expect(report.corpus?.matches[0]).toMatchObject({
    group: 'boat',
    level: 2,
    pairs: [{ pair: 1, source: 'alt', exact: false }],
  })
  const found = report.problems.map(({ group, level, code }) => `${group} ${level ?? ''} ${code}`)
  expect(found.sort()).toEqual(['boat 2 in-corpus', 'boat 3 words-missing', 'boat 4 cut'])
  const cut = report.measures.find(({ level, group }) => group === 'boat' && level === 4)
  const text = rows[4]?.split(',')[3] ?? ''
  expect(cut?.tokens).toBeGreaterThan(77)
  expect(text.slice(0, cut?.cutAt ?? 0).endsWith('a')).toBe(true)

  const people = await gleaner('check', corpus, '--set', 'ours', '--model', model)
  expect(people.stdout).toContain('the level before has: fishing, quay')
  expect(people.stdout).toMatch(/0 exact, 1 alike, e\.g\. pair 1/)

  for (const name of ['out.csv', 'out.jsonl', 'out.yaml']) {
    const out = join(home, name)
    expect(await ok('export', corpus, out, '--set', 'ours')).toContain('6 prompts in')
    const again = JSON.parse(
      await ok('import', corpus, out, '--name', `from ${name}`, '--json'),
    ) as CallOutput<'prompts.import'>
    expect(again).toMatchObject({ left: 0, notes: [], set: { prompts: 6, groups: 2, levels: 4 } })
    const back = join(home, `back-${name}.csv`)
    await ok('export', corpus, back, '--set', `from ${name}`)
    expect(readFileSync(back, 'utf8')).toBe([...rows, ''].join('\n'))
  }
})

test('ladders are made by a seed: the same on every machine, without a problem', async () => {
  const made = ['--sensible', '20', '--nonsensical', '10', '--levels', '4', '--seed', '7']
  expect(await ok('generate', corpus, ...made, '--name', 'first')).toContain(
    '120 prompts in 30 groups (sensible 20, nonsensical 10)',
  )
  await ok('generate', corpus, ...made, '--name', 'second')
  const [a, b] = [join(home, 'first.csv'), join(home, 'second.csv')]
  await ok('export', corpus, a, '--set', 'first')
  await ok('export', corpus, b, '--set', 'second')
  expect(readFileSync(a, 'utf8')).toBe(readFileSync(b, 'utf8'))
  expect(await ok('check', corpus, '--set', 'first')).toContain('no problems')
  const sets = JSON.parse(await ok('list', corpus, '--json')) as CallOutput<'prompts.sets'>
  expect(sets.find(({ name }) => name === 'first')?.origin).toEqual({
    from: 'generator',
    version: 1,
    sensible: 20,
    nonsensical: 10,
    levels: 4,
    seed: 7,
  })
  expect(await ok('list', corpus)).toMatch(/second +120 +30 +4 +sensible 20, nonsensical 10/)
  const refused = await gleaner('generate', corpus, '--levels', '9')
  expect(refused.code).not.toBe(0)
  expect(refused.stderr).toContain('from 2 to 7')
  const taken = await gleaner('generate', corpus, '--name', 'first')
  expect(taken.stderr).toContain('there is a prompt set "first" in this corpus already')
})
