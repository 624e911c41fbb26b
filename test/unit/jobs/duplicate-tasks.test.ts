import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { duplicateTasks } from '../../../src/main/jobs/neighbours/duplicate-tasks.ts'
import type { Corpus } from '../../../src/main/store/open.ts'
import { keyFromHex, putEmbeddings } from '../../../src/main/store/repositories/embeddings.ts'
import { ensureModel } from '../../../src/main/store/repositories/models.ts'
import { listPairs } from '../../../src/main/store/repositories/pairs.ts'
import { corpusOf } from '../store/label-support.ts'

let folder: string
let corpus: Corpus
const sha = (n: number): string => n.toString(16).padStart(64, '0')
const io = { emit: () => Promise.resolve() } as never
const ALTS = [
  'Two fishing boats at the quay of the old harbour',
  'two fishing boats, at the quay of the old harbour!',
  'Two fishing boats at the quay of the old harbor',
  'An apple tree in spring',
  '…',
]
/** Unit rows: 2 lies near 1 (cosine 0.96), 3 a little farther (0.92), 4 across; 5 has none. */
const ANGLES = [0, Math.acos(0.96), -Math.acos(0.92), Math.PI / 2]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gleaner-duplicate-tasks-'))
  const pairs = ALTS.map((alt, i) => ({ picture: `https://img.example/${i + 1}.jpg`, alt }))
  corpus = corpusOf(join(folder, 'c.gleaner'), [{ url: 'https://one.example/', pairs }])
  const set = corpus.writer.prepare(
    `UPDATE images SET status = 'ok', sha256 = ?, mime = 'image/png', width = ?, height = 10,
       bytes = 100 WHERE url = ?`,
  )
  ALTS.forEach((_, i) => set.run(sha(i + 1), 100 - i, `https://img.example/${i + 1}.jpg`))
  const model = { name: 'some/clip', title: 'Some CLIP', manifest: '{}' }
  const modelId = ensureModel(corpus.writer, { digest: 'a'.repeat(64), ...model })
  putEmbeddings(corpus.writer, {
    ...{ modelId, kind: 'image' },
    items: ANGLES.map((angle, i) => {
      const vector = new Float32Array(32)
      vector[0] = Math.cos(angle)
      vector[1] = Math.sin(angle)
      return { key: keyFromHex(sha(i + 1)), vector }
    }),
  })
})
afterEach(() => {
  corpus.close()
  rmSync(folder, { recursive: true, force: true })
})

const idsOf = (where: string): number[] =>
  listPairs(corpus.reader, { where, afterId: 0, limit: 10 }).map(({ id }) => id)

test('semantic duplicates are those whose cosine reaches the threshold; who has no embedding is counted', async () => {
  const { path } = corpus
  const found = await duplicateTasks.semantic({ path, threshold: 0.95, model: null }, io)
  expect(found).toMatchObject({ things: 5, groups: 1, copies: 1, model: 'some/clip' })
  expect(found).toMatchObject({ leftOut: [{ reason: 'no-embedding', n: 1 }] })
  expect(idsOf('duplicate:semantic')).toEqual([1, 2])
  expect(idsOf('one:semantic')).toEqual([1, 3, 4, 5])
  await duplicateTasks.semantic({ path, threshold: 0.91, model: 'some/clip' }, io)
  expect(idsOf('duplicate:semantic')).toEqual([1, 2, 3])
  const other = { path, threshold: 0.9, model: 'other' }
  expect(() => duplicateTasks.semantic(other, io)).toThrow(/other/)
})

test('texts that differ in case and signs are the same; nearly the same ones by their Jaccard', async () => {
  const { path } = corpus
  const found = await duplicateTasks.text({ path, threshold: 0.75, text: 'alt' }, io)
  expect(found).toMatchObject({ things: 3, groups: 1, copies: 2 })
  expect(found).toMatchObject({ leftOut: [{ reason: 'no-letters', n: 1 }] })
  expect(idsOf('duplicate:text')).toEqual([1, 2, 3])
  expect(idsOf('one:text')).toEqual([1, 4, 5])
  await duplicateTasks.text({ path, threshold: 0.99, text: 'alt' }, io)
  expect(idsOf('duplicate:text')).toEqual([1, 2])
})

test('leakage by embeddings and by texts is listed with its distance', async () => {
  const { path } = corpus
  const out = join(folder, 'out.jsonl')
  const of = { model: null, text: 'alt', colours: 'any', seen: [] as never[], out } as const
  const train = { path, ids: Int32Array.of(1, 4, 5) }
  const test = { path, ids: Int32Array.of(2, 3) }
  const lines = () =>
    readFileSync(of.out, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map(
        (line) =>
          JSON.parse(line) as {
            test: { pairs: number[] }
            train: { pairs: number[] }
            distance: number
          },
      )
  const semantic = { ...of, kind: 'semantic', threshold: 0.95 } as const
  expect(await duplicateTasks.leaks({ ...semantic, train, test }, io)).toEqual({
    ...{ train: 2, test: 2, found: 1, lines: 1 },
    leftOut: [{ reason: 'training set, no-embedding', n: 1 }],
  })
  expect(lines()).toMatchObject([{ test: { pairs: [2] }, train: { pairs: [1] } }])
  expect(lines()[0]?.distance).toBeCloseTo(0.04, 6)
  const text = { ...of, kind: 'text', threshold: 0.75 } as const
  writeFileSync(out, '')
  const found = await duplicateTasks.leaks({ ...text, train, test }, io)
  expect(found).toMatchObject({ train: 2, test: 2, found: 2 })
  expect(lines().map(({ test: { pairs } }) => pairs)).toEqual([[2], [3]])
})
