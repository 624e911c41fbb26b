/** `gleaner generate CORPUS --study`: a study whose pictures are made in the program. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import SQLite from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ImageOrigin } from '#shared/contract/studies.ts'
import { sha256OfFile } from '../../src/main/files/digest.ts'
import { gleaner, type Outcome } from '../support/cli.ts'
import { writeTinyDiffusion } from '../support/tiny-diffusion.ts'

const root = mkdtempSync(join(tmpdir(), 'study-generate-'))
const home = join(root, 'home')
const model = join(root, 'tiny')
const corpus = join(root, 'c.gleaner')
const cli = (...args: string[]): Promise<Outcome> => gleaner(args, { home })
const generate = (...args: string[]): Promise<Outcome> =>
  cli('generate', corpus, '--model', model, '--device', 'cpu', '--steps', '3', ...args)
const PROMPTS = ['a cat', 'a cat on a mat', 'the "sea", red']

interface Image {
  model: string
  text: string
  take: number
  sha256: string
  seed: string
  origin: string
}

function images(of: string): Image[] {
  const db = new SQLite(join(corpus, 'corpus.db'), { readonly: true })
  try {
    return db
      .prepare<[string], Image>(
        `SELECT m.name AS model, p.text, i.take, i.sha256, i.seed, i.origin
         FROM study_images i JOIN study_models m ON m.id = i.model_id
           JOIN study_prompts p ON p.id = i.prompt_id
         WHERE m.name = ? ORDER BY p.position, i.take`,
      )
      .all(of)
  } finally {
    db.close()
  }
}

beforeAll(async () => {
  writeTinyDiffusion(model)
  const file = join(root, 'prompts.csv')
  const rows = ['cat,1,a cat', 'cat,2,a cat on a mat', 'sea,1,"the ""sea"", red"']
  writeFileSync(file, ['group,level,prompt', ...rows].join('\n'))
  expect(await cli('study', 'new', corpus, 'first', '--prompts', file)).toMatchObject({ code: 0 })
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

describe('pictures made for a study', () => {
  test('are those of a folder with the same settings, each at its prompt with its recipe', async () => {
    const done = await generate('--study', 'first', '--as', 'base', '--count', '2', '--seed', '41')
    expect(done).toMatchObject({ code: 0 })
    expect(done.stdout).toContain('Pictures: 6 of base in first')
    const found = images('base')
    expect(found.map(({ text, take, seed }) => [text, take, seed])).toEqual([
      ...[0, 1].map((take) => [PROMPTS[0], take, String(41 + take)]),
      ...[0, 1].map((take) => [PROMPTS[1], take, String(43 + take)]),
      ...[0, 1].map((take) => [PROMPTS[2], take, String(45 + take)]),
    ])

    const list = join(root, 'prompts.txt')
    writeFileSync(list, PROMPTS.join('\n'))
    const out = join(root, 'folder')
    const same = ['--model', model, '--device', 'cpu', '--steps', '3', '--prompts', list]
    const folder = await cli('generate', '-', ...same, '--count', '2', '--seed', '41', '--out', out)
    expect(folder).toMatchObject({ code: 0 })
    const files = readdirSync(out).filter((name) => name.endsWith('.png'))
    const digests = await Promise.all(files.sort().map((name) => sha256OfFile(join(out, name))))
    expect(found.map(({ sha256 }) => sha256)).toEqual(digests)
    expect(new Set(digests).size).toBe(6)

    const origin = JSON.parse(found[5]?.origin ?? '') as ImageOrigin
    expect(origin).toMatchObject({
      ...{ file: '0006.png', prompt: PROMPTS[2], seed: '46', steps: 3, guidance: 7.5 },
      ...{ sampler: 'ddim', matchedBy: 'made for this prompt', guessed: [] },
    })
    expect(origin.raw).toContain('Seed: 46')
  })

  test('are not made again by the same call, and what is missing is', async () => {
    const before = images('base')
    const db = new SQLite(join(corpus, 'corpus.db'))
    db.prepare("DELETE FROM study_images WHERE seed IN ('42', '46')").run()
    db.close()
    expect(images('base')).toHaveLength(4)
    const done = await generate('--study', 'first', '--as', 'base', '--count', '2', '--seed', '41')
    expect(done.stdout).toContain('There before: 4')
    expect(done.stdout).toContain('for 2 pictures of 3 steps')
    expect(images('base').map(({ sha256 }) => sha256)).toEqual(before.map(({ sha256 }) => sha256))
  })

  test('of two models with no seed given begin with the same noise', async () => {
    for (const name of ['one', 'two']) {
      expect(await generate('--study', 'first', '--as', name)).toMatchObject({ code: 0 })
    }
    const seeds = (name: string) => images(name).map(({ seed }) => seed)
    expect(seeds('one')).toEqual(['0', '1', '2'])
    expect(seeds('two')).toEqual(seeds('one'))
  })

  test('complete the study: it can be frozen, and then takes none any more', async () => {
    expect(await cli('study', 'freeze', corpus, 'first')).toMatchObject({ code: 0 })
    const late = await generate('--study', 'first', '--as', 'late')
    expect(late.code).not.toBe(0)
    expect(late.stderr).toContain('frozen')
    expect(images('late')).toEqual([])
  })
})

describe('is refused, with what to do', () => {
  test.each([
    [['--study', 'none'], /none/],
    [[], /Which study of the corpus gets the pictures is not said/],
    [['--study', 'first', '--prompt', 'x'], /--prompt has no place here/],
    [['--study', 'first', '--out', 'x'], /--out has no place here/],
  ])('%j', async (args, message) => {
    const outcome = await generate(...args)
    expect(outcome.code).not.toBe(0)
    expect(outcome.stderr).toMatch(message)
  })

  test('pictures of other settings under the same name', async () => {
    const file = join(root, 'one.csv')
    writeFileSync(file, 'group,level,prompt\ncat,1,a cat')
    await cli('study', 'new', corpus, 'second', '--prompts', file)
    expect(await generate('--study', 'second', '--as', 'a')).toMatchObject({ code: 0 })
    const other = await generate('--study', 'second', '--as', 'a', '--seed', '5')
    expect(other.code).not.toBe(0)
    expect(other.stderr).toContain(
      'a has pictures in this study that were made otherwise: 0001.png',
    )
    expect(images('a')).toHaveLength(1)
  })

  test('a folder that is not named, and a study without a corpus', async () => {
    const nowhere = await cli('generate', '-', '--model', model, '--prompt', 'x')
    expect(nowhere.stderr).toContain('Name one with --out')
    const study = await cli('generate', '-', '--model', model, '--prompt', 'x', '--study', 'y')
    expect(study.stderr).toContain('--study belongs to a study of a corpus')
  })
})
