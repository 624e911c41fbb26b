import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import type { PromptBaseInfo, PromptCleaning } from '#shared/contract/index.ts'
import type { PromptEvaluationReport } from '#shared/contract/prompt-evaluation.ts'
import { gleaner, jsonLines } from '../support/cli.ts'
import { DEFAULT_SETTINGS } from '#shared/settings.ts'
import type { Settings } from '#shared/settings.ts'
import { createPromptSession } from '../../src/main/jobs/image-to-prompt/prompt-session.ts'
import { emptyFolders, expectedOf, INFERENCE_HOST, MODELS, PICTURES } from '../support/models.ts'

const home = mkdtempSync(join(tmpdir(), 'prompts-home-'))
const folder = mkdtempSync(join(tmpdir(), 'prompts-'))
const MODEL = ['--model', join(MODELS, 'tiny-clip'), '--device', 'cpu']
const BOTH = [...MODEL, '--sentence-model', join(MODELS, 'tiny-bert')]
const run = async (...args: string[]) => {
  const { code, stdout, stderr } = await gleaner(['prompts', ...args], { home })
  return { code, stdout, stderr }
}
const done = async (...args: string[]): Promise<string> => {
  const { code, stdout, stderr } = await run(...args)
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' })
  return stdout
}
const info = async (base: string): Promise<PromptBaseInfo> =>
  (JSON.parse(await done('bases', '--json')) as PromptBaseInfo[]).find(
    ({ name }) => name === base,
  ) as PromptBaseInfo

/** By transformers: unit vectors of pictures and texts of the tiny CLIP. */
const { images, texts } = expectedOf('tiny-clip')
const plainTexts = texts.filter(
  ({ text }) =>
    /\S/.test(text) && !/[\n\r\0]/.test(text) && text.isWellFormed() && text === text.trim(),
)
const dot = (a: Float32Array, b: Float32Array): number =>
  a.reduce((sum, value, i) => sum + value * (b[i] as number), 0)

beforeAll(async () => {
  const lines = plainTexts.map(({ text }) => text)
  writeFileSync(join(folder, 'prompts.txt'), `${[...lines, lines[0]].join('\n')}\n`)
  await done('new', 'tiny', join(folder, 'prompts.txt'), ...BOTH)
}, 120_000)

describe('a prompt base', () => {
  test('counts what it read, and reads nothing twice', async () => {
    const distinct = new Set(plainTexts.map(({ text }) => text)).size
    const made = await info('tiny')
    expect(made).toMatchObject({ prompts: distinct, kept: distinct, rows: plainTexts.length + 1 })
    expect(made.models.map(({ side, embedded }) => [side, embedded])).toEqual([
      ['sentence', distinct],
      ['picture-text', distinct],
    ])
    expect(existsSync(join(made.folder, 'prompts.db'))).toBe(true)
    const again = await run('add', 'tiny', join(folder, 'prompts.txt'), ...BOTH)
    expect(again.stdout + again.stderr).toMatch(/was added already/)
    expect((await info('tiny')).rows).toBe(plainTexts.length + 1)
  })

  test('refuses a second one of the name, and names that are none', async () => {
    const second = await run('new', 'tiny', join(folder, 'prompts.txt'), ...BOTH)
    expect(second.code).not.toBe(0)
    expect(second.stderr).toMatch(/There is a prompt base "tiny" already/)
    const outside = await run('new', '../tiny', join(folder, 'prompts.txt'), ...BOTH)
    expect(outside.stderr).toMatch(/is no name of a prompt base/)
    const none = await run('for', 'nobody', PICTURES, ...BOTH)
    expect(none.stderr).toMatch(/There is no prompt base "nobody".*There are tiny/s)
  })

  test('reads tables by their prompt column, and says what a table lacks', async () => {
    writeFileSync(
      join(folder, 'a.csv'),
      'id,text,prompt\n1,no,"a cat, oil painting"\n2,no,\n3,no,nan\n',
    )
    writeFileSync(
      join(folder, 'b.jsonl'),
      '{"caption":"a dog"}\n{"caption":"a cat, oil painting"}\n',
    )
    writeFileSync(join(folder, 'c.csv'), 'id,width\n1,20\n')
    await done('new', 'tables', join(folder, 'a.csv'), join(folder, 'b.jsonl'), ...BOTH)
    const { prompts } = JSON.parse(await done('show', 'tables', '--json')) as {
      prompts: { text: string; times: number }[]
    }
    expect(prompts.map(({ text, times }) => [text, times])).toEqual([
      ['a cat, oil painting', 2],
      ['', 1],
      ['nan', 1],
      ['a dog', 1],
    ])
    const none = await run('add', 'tables', join(folder, 'c.csv'), ...BOTH)
    expect(none.stderr).toMatch(/No column of .*c\.csv is known to hold prompts.*It has id, width/s)
  })
})

test('cleaning counts each step with examples, deletes nothing, and is taken back', async () => {
  writeFileSync(
    join(folder, 'dirty.txt'),
    [
      'a cat sleeping on the sofa of a quiet living room',
      'a cat sleeping on the sofa of a quiet living room!',
      '...',
      'null',
      '1234',
      'ein rotes Fahrrad steht vor der Mauer eines alten Hauses und wartet auf seinen Besitzer',
      'zqxv blorft wuzzgle',
    ].join('\n'),
  )
  await done('new', 'dirty', join(folder, 'dirty.txt'), ...BOTH)
  const clean = ['clean', 'dirty', ...BOTH, '--near-duplicates', '0.9', '--no-terms', '--json']
  const cleaning = JSON.parse(await done(...clean)) as PromptCleaning
  expect(cleaning.steps.map(({ step, looked, taken }) => [step, looked, taken])).toEqual([
    ['empty', 7, 1],
    ['nan', 6, 2],
    ['language', 4, 1],
    ['vocabulary', 3, 1],
    ['near-duplicate', 2, 1],
  ])
  const [near] = cleaning.steps.at(-1)?.examples ?? []
  expect(near?.text).toBe('a cat sleeping on the sofa of a quiet living room!')
  expect(near?.why).toMatch(/^cosine [01]\.\d+ with "a cat sleeping/)
  expect(await info('dirty')).toMatchObject({ prompts: 7, kept: 1 })
  const shown = JSON.parse(await done('show', 'dirty', '--out', 'language', '--json')) as {
    total: number
    prompts: { why: string }[]
  }
  expect([shown.total, shown.prompts[0]?.why]).toEqual([1, 'de'])

  // A second one by other rules looks at all of them again; taken back, the first is in force.
  const few = ['--no-near-duplicates', '--no-terms', '--no-languages', '--no-exotic']
  await done('clean', 'dirty', ...BOTH, ...few)
  expect((await info('dirty')).kept).toBe(4)
  await done('undo', 'dirty')
  expect((await info('dirty')).kept).toBe(1)
  await done('undo', 'dirty')
  expect((await info('dirty')).kept).toBe(7)
  expect((await run('undo', 'dirty')).stderr).toMatch(/There is no cleaning to take back/)
  await done('remove', 'dirty')
  expect(await info('dirty')).toBeUndefined()
}, 120_000)

test('terms far from every word of the vocabulary take a prompt out, with the term', async () => {
  writeFileSync(
    join(folder, 'terms.txt'),
    'a cat, oil painting\na dog sits in the garden behind a house\n',
  )
  await done('new', 'terms', join(folder, 'terms.txt'), ...BOTH)
  const only = ['--no-languages', '--no-exotic', '--no-near-duplicates', '--json']
  const all = JSON.parse(
    await done('clean', 'terms', ...BOTH, ...only, '--terms', '1'),
  ) as PromptCleaning
  const step = all.steps.at(-1)
  // The sentence of nine words is no term, and is what stays in use.
  expect((await info('terms')).kept).toBe(1)
  const inUse = JSON.parse(await done('show', 'terms', '--json')) as { prompts: { text: string }[] }
  expect(inUse.prompts.map(({ text }) => text)).toEqual(['a dog sits in the garden behind a house'])
  expect([step?.step, step?.looked, step?.taken]).toEqual(['terms', 2, 1])
  expect(step?.examples[0]?.why).toMatch(
    /^"(a cat|oil painting)" is nearest to "\p{L}+", -?\d\.\d{3}$/u,
  )
  expect(step?.note).toMatch(/^2 terms against [\d,]+ words; 1 prompts have no term of 5 words/)
  const none = JSON.parse(
    await done('clean', 'terms', ...BOTH, ...only, '--terms', '-1'),
  ) as PromptCleaning
  expect(none.steps.at(-1)?.taken).toBe(0)
}, 120_000)

describe('prompts for pictures', () => {
  interface Line {
    image: string
    problem?: string
    prompt?: string
    neighbours?: { text: string; cosine: number }[]
    embedding?: number[]
  }

  test('have the neighbours of transformers, and what cannot be read keeps its place', async () => {
    const [one, two] = images as [(typeof images)[number], (typeof images)[number]]
    const broken = join(folder, 'broken.png')
    writeFileSync(broken, 'no pixels')
    const gone = join(folder, 'gone.png')
    const paths = [join(PICTURES, one.file), broken, gone, join(PICTURES, two.file)]
    const out = await done('for', 'tiny', ...paths, ...BOTH, '--k', '3', '--json', '--embedding')
    const lines = jsonLines<Line>(out)
    expect(lines.map(({ image }) => image)).toEqual(paths)
    expect(lines[1]?.problem).toBeTruthy()
    expect(lines[2]?.problem).toMatch(/^there is no file/)
    for (const [line, image] of [
      [lines[0], one],
      [lines[3], two],
    ] as const) {
      const wanted = [...new Map(plainTexts.map((text) => [text.text, text])).values()]
        .map(({ text, embedding }) => ({
          text,
          cosine:
            dot(image.embedding, embedding) /
            Math.sqrt(dot(image.embedding, image.embedding) * dot(embedding, embedding)),
        }))
        .sort((a, b) => b.cosine - a.cosine)
        .slice(0, 10)
      for (const [i, { cosine }] of wanted.entries()) {
        expect(Math.abs((line?.neighbours?.[i]?.cosine as number) - cosine)).toBeLessThan(1e-4)
      }
      expect(line?.neighbours).toHaveLength(10)
      expect(line?.prompt).not.toBe('')
      expect(line?.embedding).toHaveLength(32)
    }
    // k = 1 with weights 1 and 0 is the row of the nearest: of unit length.
    const alone = jsonLines<Line>(
      await done(
        'for',
        'tiny',
        paths[0] as string,
        ...BOTH,
        '--k',
        '1',
        '--weights',
        '1,0',
        '--json',
        '--embedding',
      ),
    )
    const length = Math.sqrt(
      (alone[0]?.embedding ?? []).reduce((sum, value) => sum + value ** 2, 0),
    )
    expect(length).toBeCloseTo(1, 5)
  }, 120_000)

  test('are had for one picture at once, as the list has them, and not of what is not embedded', async () => {
    const [one] = images as [(typeof images)[number]]
    const path = join(PICTURES, one.file)
    const [line] = jsonLines<Line>(await done('for', 'tiny', path, ...BOTH, '--k', '3', '--json'))
    const worker = '../../src/main/jobs/image-to-prompt/prompt-worker.ts'
    const promptWorker = new URL(worker, import.meta.url)
    const session = createPromptSession(
      { inferenceHost: INFERENCE_HOST, promptWorker },
      join(home, 'prompt-bases'),
    )
    const asked = {
      ...{
        base: 'tiny',
        picture: { name: path, source: { path } },
        k: 3,
        shown: 10,
        averaging: 'mean' as const,
        space: 'sentence' as const,
      },
      ...{ model: join(MODELS, 'tiny-clip'), sentenceModel: join(MODELS, 'tiny-bert') },
      weights: [0.6, 0.4] as [number, number],
    }
    const settings: Settings = { ...DEFAULT_SETTINGS, device: 'cpu' }
    try {
      const found = await session.predict(asked, emptyFolders(), settings)
      expect(found.prompt).toBe(line?.prompt)
      expect(found.neighbours.map(({ text }) => text)).toEqual(
        line?.neighbours?.map(({ text }) => text),
      )
      expect(found.models.madeForSentences).toBe(false)
      const other = { ...asked, model: join(MODELS, 'tiny-siglip') }
      await expect(session.predict(other, emptyFolders(), settings)).rejects.toThrow(
        /are not embedded by tiny-siglip/,
      )
      const text = join(folder, 'prompts.txt')
      const none = { ...asked, picture: { name: text, source: { path: text } } }
      await expect(session.predict(none, emptyFolders(), settings)).rejects.toThrow(
        /cannot be read/,
      )
    } finally {
      await session.close()
    }
  }, 120_000)

  test('are written for a folder as CSV, once the file is whole', async () => {
    const out = join(folder, 'out.csv')
    await done('for', 'tiny', PICTURES, ...BOTH, '--k', '5', '--out', out)
    const [head, ...rows] = readFileSync(out, 'utf8').trim().split('\n')
    expect(head).toBe('image,prompt,nearest,nearest_cosine,neighbours,embedding,problem')
    expect(rows.length).toBeGreaterThan(10)
    const second = await run('for', 'tiny', PICTURES, ...BOTH, '--out', out)
    expect(second.stderr).toMatch(/is there already/)
  }, 120_000)

  test('of a base that holds nothing in use are refused', async () => {
    writeFileSync(join(folder, 'none.txt'), '...\n')
    await done('new', 'none', join(folder, 'none.txt'), ...BOTH)
    await done('clean', 'none', ...BOTH)
    const { code, stderr } = await run('for', 'none', PICTURES, ...BOTH)
    expect(code).not.toBe(0)
    expect(stderr).toMatch(/No prompt of the base is in use/)
  }, 120_000)
})

test('an evaluation holds pictures out, counts what it leaves out, and draws the curve', async () => {
  const there = images.slice(0, 10)
  mkdirSync(join(folder, 'pairs'), { recursive: true })
  const rows = there.map(
    ({ file }, i) =>
      `${join(PICTURES, file)},"${(plainTexts[i]?.text ?? 'x').replaceAll('"', '""')}"`,
  )
  // The same picture under another name is the same picture.
  writeFileSync(
    join(folder, 'pairs/copy.bin'),
    readFileSync(join(PICTURES, there[0]?.file as string)),
  )
  const pairs = join(folder, 'pairs/pairs.csv')
  const more = [
    'copy.bin,one more',
    'gone.png,a thing',
    ',no picture',
    `${join(PICTURES, there[1]?.file as string)},`,
  ]
  writeFileSync(pairs, `image,prompt\n${[...rows, ...more].join('\n')}\n`)
  const figure = join(folder, 'curve.svg')
  const asked = ['--k', '1,5', '--held-out', '0.5', '--resamples', '200', '--figure', figure]
  const out = await done('evaluate', 'tiny', pairs, ...BOTH, ...asked, '--json')
  const report = JSON.parse(out) as PromptEvaluationReport
  const bytes = there.map(({ file }) => readFileSync(join(PICTURES, file), 'base64'))
  const distinct = new Set(bytes).size
  expect(report.rowsRead).toBe(14)
  expect(report.leftOut).toEqual({ picture: 1, 'no picture': 1, 'no prompt': 1 })
  expect(report.leftOutRows.map(({ row }) => row).sort((a, b) => a - b)).toEqual([12, 13, 14])
  expect(report.heldOut.pictures + report.heldIn.pictures).toBe(distinct)
  expect(report.pairs).toBe(11)
  expect(report.base.removed).toBeGreaterThan(0)
  expect(report.heldOutImages).toHaveLength(report.heldOut.pictures)
  expect(report.rows.map(({ name }) => name)).toEqual([
    'mean of the base',
    'CLIP alone (k = 1)',
    'k = 5',
    'linear projection',
  ])
  expect(report.models.sentence.madeForSentences).toBe(false)
  expect(readFileSync(figure, 'utf8')).toMatch(/^<svg[\s\S]*k nearest prompts/)
  const again = await done('evaluate', 'tiny', pairs, ...BOTH, ...asked, '--replace', '--json')
  expect(JSON.parse(again)).toEqual(report)
}, 120_000)
