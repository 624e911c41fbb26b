import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ExportInput } from '#shared/contract/jobs.ts'
import { Pair } from '#shared/domain.ts'
import { runExport } from '../../src/main/jobs/export.ts'
import { openCorpus } from '../../src/main/store/open.ts'
import { putScores } from '../../src/main/store/repositories/scores.ts'
import {
  createSpanSet,
  finishSpanSet,
  putSpans,
  useSpanSet,
} from '../../src/main/store/repositories/span-sets.ts'
import { jsonLines, manifestOf, parquetRows } from '../unit/export/support.ts'
import { exportContext, makeCorpus } from './export-support.ts'

let folder: string
let path: string
let set: number

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gleaner-export-span-'))
  path = join(folder, 'one.gleaner')
  makeCorpus(path, { pairs: 60 })
  const corpus = openCorpus(path)
  const db = corpus.writer
  // Every second pair has a description behind the picture.
  const context = db.prepare('INSERT INTO contexts (pair_id, after) VALUES (?, ?)')
  for (let n = 2; n <= 60; n += 2) context.run(n, `🏖️ number ${n} stands here`)
  const made = (['alt', 'model'] as const).map((kind) => {
    const { id } = createSpanSet(db, {
      kind,
      title: `By ${kind}`,
      model: kind === 'model' ? { id: 'my-head', digest: 'd'.repeat(64) } : null,
      config: {},
      software: 'test',
    })
    const pairs = Array.from({ length: 30 }, (_, i) => {
      const quote = `number ${2 * i + 2}`
      const place = { source: 'after' as const, start: 3, end: 3 + quote.length, quote }
      return { pairId: 2 * i + 2, spans: [{ place, kind: 'exact', score: (i + 1) / 30 }] }
    })
    putSpans(db, { set: id, pairs, nextPair: 60 })
    finishSpanSet(db, { set: id })
    return id
  })
  set = made[1] as number
  const scores = Array.from({ length: 30 }, (_, i) => ({ pairId: 2 * i + 2, cosine: i / 64 }))
  putScores(db, { modelId: 1, text: `span@${set}`, scores })
  corpus.close()
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let counter = 0
async function run(input: Partial<ExportInput>): Promise<string> {
  const out = join(folder, `out-${counter++}`)
  const full = ExportInput.parse({ corpus: path, format: 'parquet', text: 'span', ...input, out })
  await runExport({ path }, full, exportContext())
  return out
}
const choose = (chosen: number | null): void => {
  const corpus = openCorpus(path)
  useSpanSet(corpus.writer, chosen)
  corpus.close()
}

it('refuses to export spans while no set is chosen', async () => {
  choose(null)
  await expect(run({})).rejects.toMatchObject({ kind: 'invalid-input' })
})

it('exports the spans of the current set as words, with their scores and their set in the recipe', async () => {
  choose(set)
  const out = await run({ where: 'score>=0.25 confidence>0.6' })
  const rows = parquetRows(join(out, 'part-00000.parquet'))
  const expected = Array.from({ length: 30 }, (_, i) => i)
    .filter((i) => i / 64 >= 0.25 && (i + 1) / 30 > 0.6)
    .map((i) => [`number ${2 * i + 2}`, i / 64])
  expect(rows.map((row) => [row.TEXT, row.similarity])).toEqual(expected)
  const { recipe, counts } = manifestOf(out)
  expect(counts).toMatchObject({ matched: expected.length, exported: expected.length })
  expect(recipe.text).toBe('span')
  expect(recipe.spanSets).toMatchObject([
    {
      field: 'span',
      set,
      title: 'By model',
      kind: 'model',
      model: 'my-head',
      digest: 'd'.repeat(64),
    },
  ])
  expect(recipe.cutoffs).toEqual(['score[model-1].span>=0.25'])
})

it('knows that a set has grown, and says when nothing has changed', async () => {
  choose(set)
  const out = join(folder, 'grown')
  const input = ExportInput.parse({ corpus: path, format: 'parquet', text: 'span', out })
  await runExport({ path }, input, exportContext())
  const again = exportContext()
  await runExport({ path }, input, again)
  expect(again.told.results.get('State')).toMatch(/already there/)
  const corpus = openCorpus(path)
  putSpans(corpus.writer, { set, pairs: [{ pairId: 1, spans: [] }], nextPair: 60 })
  corpus.close()
  await expect(runExport({ path }, input, exportContext())).rejects.toMatchObject({
    kind: 'conflict',
  })
})

it('counts pairs without a span as pairs without words', async () => {
  choose(set)
  const { counts } = manifestOf(await run({}))
  expect(counts).toMatchObject({ matched: 60, exported: 30, skipped: { 'no-text': 30 } })
})

it('names the sets that a filter means, and none where neither text nor filter means one', async () => {
  choose(set)
  const alts = manifestOf(await run({ text: 'alt', where: 'altspan:exact' })).recipe
  expect(alts.spanSets).toMatchObject([{ field: 'altspan', kind: 'alt', title: 'By alt' }])
  const plain = manifestOf(await run({ text: 'alt', where: 'id<20' })).recipe
  expect(plain).not.toHaveProperty('spanSets')
})

it('writes the span into each line of JSON', async () => {
  choose(set)
  const out = await run({ format: 'jsonl', where: 'id:1..2' })
  const lines = jsonLines(join(out, 'pairs.jsonl')).map((line) => Pair.parse(line))
  expect(lines.map(({ text }) => text.span)).toEqual([null, 'number 2'])
})
