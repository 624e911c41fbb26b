import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { OutputFolder } from '../../../src/main/export/folder.ts'
import { writeTable } from '../../../src/main/export/table-file.ts'
import type { TableCell } from '../../../src/main/export/table-file.ts'
import { openTable } from '../../../src/main/tables/index.ts'

const COLUMNS = [
  { name: 'id', type: 'int64' },
  { name: 'text', type: 'string' },
  { name: 'score', type: 'double' },
] as const
const ROWS: TableCell[][] = [
  [1, 'plain', 0.25],
  [2, 'comma, "quote"\nline\ttab', null],
  [9007199254740993n, '\ud800 half', -1e-7],
  [null, '', 3],
]

async function written(format: 'csv' | 'tsv' | 'jsonl' | 'parquet'): Promise<string> {
  const root = mkdtempSync(join(tmpdir(), 'table-file-'))
  const table = await writeTable(await new OutputFolder(root).open(`a.${format}`), format, COLUMNS)
  for (const row of ROWS) await table.add(row)
  await table.close()
  return join(root, `a.${format}`)
}

it('writes RFC 4180', async () => {
  expect(readFileSync(await written('csv'), 'utf8')).toBe(
    'id,text,score\n1,plain,0.25\n2,"comma, ""quote""\nline\ttab",\n9007199254740993,\ufffd half,-1e-7\n,,3\n',
  )
  expect(readFileSync(await written('tsv'), 'utf8')).toMatch(/^id\ttext\tscore\n1\tplain\t0\.25\n/)
})

it('writes an object a line', async () => {
  const lines = readFileSync(await written('jsonl'), 'utf8')
    .trim()
    .split('\n')
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    { id: 1, text: 'plain', score: 0.25 },
    { id: 2, text: 'comma, "quote"\nline\ttab', score: null },
    { id: '9007199254740993', text: '\ufffd half', score: -1e-7 },
    { id: null, text: '', score: 3 },
  ])
})

it('writes Parquet with the types of its columns', async () => {
  const table = await openTable(await written('parquet'))
  expect(table.columns.map(({ type }) => type)).toEqual(['integer', 'text', 'number'])
  for await (const { values } of table.read({ columns: ['id', 'text', 'score'] })) {
    expect(values).toEqual([
      [1, 2, '9007199254740993', null],
      ['plain', 'comma, "quote"\nline\ttab', '\ufffd half', ''],
      [0.25, null, -1e-7, 3],
    ])
  }
  await table.close()
})
