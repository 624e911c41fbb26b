import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { readScored } from '../../../src/main/tables/scored.ts'

const folder = mkdtempSync(join(tmpdir(), 'scored-'))
const read = (name: string, text: string) => {
  const path = join(folder, name)
  writeFileSync(path, text)
  return readScored(path, () => Promise.resolve(), new AbortController().signal)
}

it('tells scores by model and why rows have none', async () => {
  const found = await read(
    'two.csv',
    [
      'image,text,similarity_a,similarity_b,similarity_problem',
      'a.jpg,one,0.1,0.4,',
      'b.jpg,two,0.3,,',
      'c.jpg,three,,,picture: there is no file /pictures/c.jpg',
      'd.jpg,four,,,picture: there is no file /pictures/d.jpg',
      'e.jpg,,,,no text',
      'https://x.example/a,five,,,picture: http-404: Not Found',
    ].join('\n'),
  )
  expect(found.rows).toBe(6)
  expect(found.scores.map(({ column, n, mean }) => [column, n, mean])).toEqual([
    ['similarity_a', 2, 0.2],
    ['similarity_b', 1, 0.4],
  ])
  expect(found.problems.map(({ reason, n }) => [reason, n])).toEqual([
    ['picture: there is no file', 2],
    ['no text', 1],
    ['picture: http-404', 1],
  ])
  expect(found.problems[0]?.first[1]).toEqual({
    row: 4,
    what: 'picture: there is no file /pictures/d.jpg',
  })
})

it('refuses a table that nobody scored', async () => {
  await expect(read('plain.csv', 'image,text,similarity\na.jpg,one,0.2\n')).rejects.toThrow(
    /has no similarities that Gleaner wrote/,
  )
})
