import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ExportInput, ImportInput } from '#shared/contract/jobs.ts'
import { parquetReadObjects } from 'hyparquet'
import { runExport } from '../../src/main/jobs/export.ts'
import { runImport } from '../../src/main/jobs/import/import.ts'
import { createCorpus, openCorpus } from '../../src/main/store/open.ts'
import type { Corpus } from '../../src/main/store/open.ts'
import { listColumns } from '../../src/main/store/repositories/columns.ts'
import { putMarks } from '../../src/main/store/repositories/marks.ts'
import { listPairs } from '../../src/main/store/repositories/pairs.ts'
import { jobContext } from '../support/ingest.ts'

let folder: string
let corpus: Corpus
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gleaner-numbers-'))
  createCorpus(join(folder, 'a.gleaner'))
  corpus = openCorpus(join(folder, 'a.gleaner'))
})
afterEach(() => {
  corpus.close()
  rmSync(folder, { recursive: true, force: true })
})

const TABLE = [
  'URL,TEXT,punsafe,AESTHETIC_SCORE,hash,big',
  'https://t.example/1.png,first,0.01,5.5,11,1',
  'https://t.example/2.png,second,0.9,6.25,12,9007199254740993',
  'https://t.example/3.png,third,,4,13,3',
].join('\n')

async function imported(more: object = {}) {
  const file = join(folder, 'laion.csv')
  writeFileSync(file, TABLE)
  const ctx = jobContext()
  const input = { corpus: corpus.path, inputs: [file], images: 'none' as const, ...more }
  await runImport(corpus, ImportInput.parse(input), ctx)
  return ctx
}
const idsWhere = (where: string): number[] =>
  listPairs(corpus.reader, { where, afterId: 0, limit: 100 }).map(({ id }) => id)

test('numbers of a table are kept, filtered by their names, and what is not exact is counted', async () => {
  const ctx = await imported()
  expect(listColumns(corpus.reader).map(({ name }) => name)).toEqual([
    'AESTHETIC_SCORE',
    'big',
    'punsafe',
  ])
  expect(idsWhere('punsafe<0.1')).toEqual([1])
  expect(idsWhere('-punsafe:*')).toEqual([3])
  expect(idsWhere('aesthetic_score:5..')).toEqual([1, 2])
  expect(idsWhere('big:*')).toEqual([1, 3])
  expect(ctx.warnings).toContain('1 numbers are not finite or larger than 2^53 and were left out.')
})

test('only chosen columns are kept, and one that no table has is said', async () => {
  const ctx = await imported({ keep: ['punsafe', 'pwatermark'] })
  expect(listColumns(corpus.reader).map(({ name }) => name)).toEqual(['punsafe'])
  expect(ctx.warnings).toContain('No table has a column of numbers pwatermark to keep.')
})

test('marks, tags, notes and numbers stand in what is exported', async () => {
  await imported()
  putMarks(corpus.writer, {
    person: 'anna',
    ids: Int32Array.of(1, 2),
    change: { mark: 'keep', addTags: ['logo', 'red'], note: 'crop' },
    software: 'test',
  })
  const write = async (format: 'jsonl' | 'parquet') => {
    const out = join(folder, format)
    const input = ExportInput.parse({ corpus: corpus.path, format, out, where: '', text: 'alt' })
    await runExport(corpus, input, jobContext())
    return out
  }
  const lines = readFileSync(join(await write('jsonl'), 'pairs.jsonl'), 'utf8')
  const [first, , third] = lines
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
  expect(first).toMatchObject({
    mark: 'keep',
    tags: ['logo', 'red'],
    note: 'crop',
    columns: [
      { name: 'AESTHETIC_SCORE', value: 5.5 },
      { name: 'big', value: 1 },
      { name: 'punsafe', value: 0.01 },
    ],
  })
  expect(third).toMatchObject({ mark: null, tags: [], note: null })
  const out = await write('parquet')
  const bytes = readFileSync(join(out, 'part-00000.parquet'))
  const rows = await parquetReadObjects({
    file: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength),
  })
  expect(
    rows.map(({ mark, tags, note, punsafe, AESTHETIC_SCORE }) => [
      mark,
      tags,
      note,
      punsafe,
      AESTHETIC_SCORE,
    ]),
  ).toEqual([
    ['keep', 'logo,red', 'crop', 0.01, 5.5],
    ['keep', 'logo,red', 'crop', 0.9, 6.25],
    [null, '', null, null, 4],
  ])
  const manifest = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')) as {
    recipe: { columns: string[] }
    corpus: { state: { markEvents: number } }
  }
  expect(manifest.recipe.columns).toEqual(['AESTHETIC_SCORE', 'big', 'punsafe'])
  expect(manifest.corpus.state.markEvents).toBe(1)
})
