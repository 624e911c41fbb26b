/** Duplicates by the command line, on a corpus of the sample. */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { openReader } from '../../src/main/store/open.ts'
import { duplicatesFile } from '../../src/main/store/open-duplicates.ts'
import { blobPath } from '../../src/main/store/blobs.ts'
import { keptPictures } from '../../src/main/store/repositories/picture-set.ts'
import { gleaner, jsonLines } from '../support/cli.ts'
import { ingest } from '../support/ingest.ts'
import { copyOf } from '../support/planted.ts'

const SAMPLE = resolve(import.meta.dirname, '../../resources/sample')
const folder = mkdtempSync(join(tmpdir(), 'gleaner-duplicates-cli-'))
const home = join(folder, 'home')
const corpus = join(folder, 'c.gleaner')
const run = (...args: string[]) => gleaner(args, { home })

interface Line {
  kind: string
  keeper: number
  why: string
  members: { id: number; sha256: string }[]
}

beforeAll(async () => {
  ;(await ingest(corpus, [SAMPLE], { images: 'archive' })).close()
})

test('exact duplicates are those pairs whose pictures have the same bytes', async () => {
  const { code, stdout, stderr } = await run('duplicates', corpus, '--kind', 'exact', '--json')
  expect(code).toBe(0)
  const lines = jsonLines<Line>(stdout)
  const db = openReader(corpus)
  const counted = db
    .prepare<[], number>(
      `SELECT count(*) FROM pairs p JOIN images i ON i.id = p.image_id WHERE i.sha256 IS NOT NULL
       GROUP BY i.sha256 HAVING count(*) > 1`,
    )
    .pluck()
    .all()
  db.close()
  expect(lines.map(({ members }) => members.length).sort()).toEqual(counted.sort())
  for (const { kind, keeper, members } of lines) {
    expect(kind).toBe('exact')
    expect(members.map(({ id }) => id)).toContain(keeper)
    expect(new Set(members.map(({ sha256 }) => sha256)).size).toBe(1)
  }
  expect(stderr).toContain(`${counted.length} groups`)
  expect(existsSync(duplicatesFile(corpus))).toBe(false)
})

test('perceptual duplicates are kept, read by filters, and looked for again only where asked', async () => {
  const before = await run('pairs', corpus, '--where', 'one:perceptual', '--json')
  expect(before.code).toBe(1)
  expect(before.stderr).toContain('gleaner duplicates CORPUS --kind perceptual')
  const looked = await run('duplicates', corpus, '--kind', 'perceptual', '--json')
  expect(looked.code).toBe(0)
  const lines = jsonLines<Line>(looked.stdout)
  const again = await run('duplicates', corpus, '--kind', 'perceptual', '--found', '--json')
  expect(again.stdout).toBe(looked.stdout)
  const one = await run('pairs', corpus, '--where', 'one:perceptual', '--json')
  const all = await run('pairs', corpus, '--json')
  const copies = lines.reduce((sum, { members }) => sum + members.length - 1, 0)
  expect(jsonLines(all.stdout).length - jsonLines(one.stdout).length).toBe(copies)
  const bad = await run('duplicates', corpus, '--kind', 'perceptual', '--threshold', '30')
  expect(bad.code).not.toBe(0)
  expect(bad.stderr).toContain('from 0 to 11')
})

test('what of a folder of pictures stands in the corpus is listed pair by pair', async () => {
  const db = openReader(corpus)
  const pictures = keptPictures(db)
    .filter(({ width }) => (width ?? 0) >= 200)
    .slice(0, 3)
  db.close()
  const test = join(folder, 'test')
  mkdirSync(test)
  for (const [i, { sha256 }] of pictures.entries()) {
    const bytes = readFileSync(blobPath(corpus, sha256))
    writeFileSync(join(test, `${i}-mirrored.png`), await copyOf(bytes, 'mirrored', i))
    cpSync(blobPath(corpus, sha256), join(test, `${i}-same.png`))
  }
  writeFileSync(join(test, 'broken.png'), 'no picture')
  const args = ['duplicates', corpus, '--against', test, '--json', '--kind']
  const exact = await run(...args, 'exact')
  const read = (text: string) =>
    jsonLines<{ test: { name: string }; train: { sha256: string; pairs: number[] } }>(text)
  expect(read(exact.stdout).map((line) => [line.test.name, line.train.sha256])).toEqual(
    pictures.map(({ sha256 }, i) => [join(test, `${i}-same.png`), sha256]),
  )
  const perceptual = await run(...args, 'perceptual')
  expect(perceptual.code).toBe(0)
  const found = read(perceptual.stdout)
  for (const [i, { sha256 }] of pictures.entries()) {
    for (const name of [`${i}-mirrored.png`, `${i}-same.png`]) {
      const lines = found.filter((line) => line.test.name === join(test, name))
      expect(lines.map((line) => line.train.sha256)).toContain(sha256)
      expect(lines[0]?.train.pairs.length).toBeGreaterThan(0)
    }
  }
  expect(perceptual.stderr).toContain('Of it in the training set: 6 (85.71 %)')
  expect(perceptual.stderr).toContain('Left out, test set, not-a-picture')
  const none = await run(...args, 'text')
  expect(none.stderr).toContain('has no texts')
})

test('decisions are made, undone and summed up by the command line', async () => {
  const listed = await run('duplicates', corpus, '--kind', 'exact', '--json')
  const group = jsonLines<Line>(listed.stdout)[0] as Line
  const other = group.members.find(({ id }) => id !== group.keeper)?.id as number
  const about = ['--person', 'Anna', '--kind', 'exact', '--as']
  const set = await run('decide', 'set', corpus, String(other), ...about, 'keep')
  expect(set.stdout).toContain('1 pairs')
  const keeperNow = async (): Promise<number> => {
    const { stdout } = await run('duplicates', corpus, '--kind', 'exact', '--json')
    const found = jsonLines<Line>(stdout).find(({ members }) => members.some((m) => m.id === other))
    return (found as Line).keeper
  }
  expect(await keeperNow()).toBe(other)
  await run('decide', 'undo', corpus, '--person', 'Anna')
  expect(await keeperNow()).toBe(group.keeper)
  const summary = await run('decide', 'summary', corpus)
  expect(summary.stdout).toContain('semantic (never looked for)')
})
