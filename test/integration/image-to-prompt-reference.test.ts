import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import type { PromptEvaluationReport } from '#shared/contract/prompt-evaluation.ts'
import { gleaner, jsonLines } from '../support/cli.ts'
import { expectedOf, MODELS, PICTURES } from '../support/models.ts'

/**
 * The whole way from files to numbers, in CLIP's own space, where every row is one of transformers: what
 * comes out is worked out a second time from these rows alone.
 */
const home = mkdtempSync(join(tmpdir(), 'prompts-home-'))
const folder = mkdtempSync(join(tmpdir(), 'prompts-'))
const HOW = [
  ...['--model', join(MODELS, 'tiny-clip'), '--sentence-model', join(MODELS, 'tiny-bert')],
  ...['--device', 'cpu', '--space', 'clip', '--weights', '0.7,0.1', '--json'],
]
const done = async (...args: string[]): Promise<string> => {
  const { code, stdout, stderr } = await gleaner(['prompts', ...args], { home })
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' })
  return stdout
}

type Row = number[]
const unit = (row: ArrayLike<number>): Row => {
  const values = Array.from(row)
  const length = Math.hypot(...values)
  return values.map((value) => value / length)
}
const dot = (a: Row, b: Row): number =>
  a.reduce((sum, value, i) => sum + value * (b[i] as number), 0)
const cosine = (a: Row, b: Row): number => dot(a, b) / Math.hypot(...a) / Math.hypot(...b)

const { images, texts } = expectedOf('tiny-clip')
const base = [
  ...new Map(
    texts
      .filter(({ text }) => /\S/.test(text) && !/[\n\r\0]/.test(text) && text.isWellFormed())
      .filter(({ text }) => text === text.trim())
      .map(({ text, embedding }) => [text, unit(embedding)]),
  ),
].map(([text, row]) => ({ text, row }))

/** The nearest first; E_pred of the first k, by what the documents say of it. */
function predicted(picture: Row, among: typeof base, k: number): { near: typeof base; row: Row } {
  const near = among.toSorted((a, b) => dot(picture, b.row) - dot(picture, a.row))
  const first = near.slice(0, k)
  const row = picture.map((_, i) => {
    const mean = first.reduce((sum, one) => sum + (one.row[i] as number), 0) / first.length
    return 0.7 * mean + 0.1 * (near[0]?.row[i] as number)
  })
  return { near, row }
}

beforeAll(async () => {
  writeFileSync(join(folder, 'tiny.txt'), `${base.map(({ text }) => text).join('\n')}\n`)
  await done('new', 'tiny', join(folder, 'tiny.txt'), ...HOW.slice(0, 6))
}, 60_000)

test('neighbours, their ids and texts, and E_pred are those of the rows of transformers', async () => {
  const { prompts } = JSON.parse(await done('show', 'tiny', '--limit', '1000', '--json')) as {
    prompts: { id: number; text: string }[]
  }
  const textOf = new Map(prompts.map(({ id, text }) => [id, text]))
  const some = images.slice(0, 4)
  const paths = some.map(({ file }) => join(PICTURES, file))
  const out = await done('for', 'tiny', ...paths, ...HOW, '--k', '5', '--shown', '8', '--embedding')
  const lines = jsonLines<{
    neighbours: { id: number; text: string; cosine: number }[]
    embedding: Row
  }>(out)
  expect(lines).toHaveLength(some.length)
  for (const [i, line] of lines.entries()) {
    const picture = unit(some[i]?.embedding ?? [])
    const { near, row } = predicted(picture, base, 5)
    for (const [place, one] of line.neighbours.entries()) {
      // Its own cosine, by its own text: one place beside would be another.
      const own = base.find(({ text }) => text === one.text)
      expect(own, one.text).toBeDefined()
      expect(Math.abs(dot(picture, own?.row ?? []) - one.cosine)).toBeLessThan(1e-4)
      expect(Math.abs(dot(picture, near[place]?.row ?? []) - one.cosine)).toBeLessThan(1e-4)
      expect(textOf.get(one.id)).toBe(one.text)
    }
    for (const [at, value] of row.entries()) {
      expect(Math.abs((line.embedding[at] as number) - value)).toBeLessThan(1e-4)
    }
  }
}, 60_000)

test('an evaluation has the means that the rows of transformers have', async () => {
  const distinct = [
    ...new Map(
      images.map((one) => [readFileSync(join(PICTURES, one.file), 'base64'), one]),
    ).values(),
  ]
  const pairs = distinct.slice(0, 12).map(({ file }, i) => ({
    image: join(PICTURES, file),
    text: base[(i * 5) % base.length]?.text as string,
  }))
  const table = join(folder, 'pairs.csv')
  const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`
  const rows = pairs.map(({ image, text }) => `${image},${quoted(text)}`)
  writeFileSync(table, `image,prompt\n${rows.join('\n')}\n`)
  const few = ['--k', '1,4', '--held-out', '0.5', '--resamples', '100', '--no-projection']
  const report = JSON.parse(
    await done('evaluate', 'tiny', table, ...HOW, ...few),
  ) as PromptEvaluationReport
  expect(report.heldOutImages).toHaveLength(6)
  const key = (text: string): string =>
    text.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim()
  const out = pairs.filter(({ image }) => report.heldOutImages.includes(image))
  const forbidden = new Set(out.map(({ text }) => key(text)))
  const among = base.filter(({ text }) => !forbidden.has(key(text)))
  expect(report.base).toMatchObject({
    prompts: base.length,
    removed: base.length - among.length,
  })
  const constant = among[0]?.row.map((_, i) =>
    among.reduce((sum, one) => sum + (one.row[i] as number) / among.length, 0),
  )
  const mean = (rowFor: (picture: Row) => Row): number =>
    out.reduce((sum, { image, text }) => {
      const picture = images.find(({ file }) => join(PICTURES, file) === image)
      const truth = base.find((one) => one.text === text)
      return sum + cosine(rowFor(unit(picture?.embedding ?? [])), truth?.row ?? []) / out.length
    }, 0)
  const wanted = [
    mean(() => constant ?? []),
    mean((picture) => predicted(picture, among, 1).row),
    mean((picture) => predicted(picture, among, 4).row),
  ]
  expect(report.rows.map(({ k }) => k)).toEqual([null, 1, 4])
  for (const [i, row] of report.rows.entries()) {
    expect(Math.abs(row.mean - (wanted[i] as number))).toBeLessThan(1e-4)
  }
  // Swapped weights, neighbours of other places or a base with the truths in it give other numbers.
  const gap = Math.abs((wanted[1] as number) - (wanted[2] as number))
  expect(gap).toBeGreaterThan(1e-3)
}, 60_000)
