/** Duplicates by the command line, on a corpus of the sample. */
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { openCorpus, openReader } from '../../src/main/store/open.ts'
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

interface LeakLine {
  parts?: { test: string; train: string }
  test: { name: string; pairs: number[]; rows?: number[]; sha256: string | null }
  train: { pairs: number[]; sha256: string | null }
}

test('what of one part of an export stands in another is what its own files say', async () => {
  const copied = join(folder, 'split.gleaner')
  cpSync(corpus, copied, { recursive: true })
  const where = 'status:ok width>=32'
  const split = ['--split', '0.5,0.2,0.3', '--split-seed', '4', '--where', where]
  type Pair = { id: number; image: { sha256: string } }
  const exported = async (name: string) => {
    const out = join(folder, name)
    const made = await run('export', copied, '--format', 'jsonl', '--out', out, ...split)
    expect(made.stderr + made.stdout).toContain('Part test')
    const of = (part: string): Pair[] =>
      jsonLines<Pair>(readFileSync(join(out, part, 'pairs.jsonl'), 'utf8'))
    return { train: of('train'), validation: of('validation'), test: of('test') }
  }
  // Sites of the sample share no file: some pictures of one part are put into another.
  const before = await exported('split-before')
  const open = openCorpus(copied)
  const give = open.writer.prepare(
    `UPDATE images SET sha256 = ? WHERE id = (SELECT image_id FROM pairs WHERE id = ?)`,
  )
  const moves = [
    ['test', 3, 'train', 5],
    ['test', 8, 'train', 11],
    ['validation', 2, 'train', 7],
    ['test', 12, 'validation', 4],
  ] as const
  for (const [to, at, from, place] of moves) {
    give.run(before[from][place]?.image.sha256, before[to][at]?.id)
  }
  open.close()
  const parts = await exported('split-after')
  const shas = (part: keyof typeof parts) => new Set(parts[part].map(({ image }) => image.sha256))
  const looked = await run('duplicates', copied, '--kind', 'exact', ...split, '--json')
  expect(looked.stderr).toContain('Pairs of train')
  const lines = jsonLines<LeakLine>(looked.stdout)
  for (const [a, b] of [
    ['test', 'train'],
    ['validation', 'train'],
    ['test', 'validation'],
  ] as const) {
    const both = [...shas(a)].filter((sha) => shas(b).has(sha)).sort()
    expect(both.length).toBeGreaterThan(0)
    const found = lines.filter(({ parts: of }) => of?.test === a && of.train === b)
    expect(found.map(({ test: { sha256 } }) => sha256).sort()).toEqual(both)
    const pairsOf = (part: typeof a | typeof b, sha: string | null): number[] =>
      parts[part].filter(({ image }) => image.sha256 === sha).map(({ id }) => id)
    for (const line of found) {
      expect(line.test.pairs).toEqual(pairsOf(a, line.test.sha256))
      expect(line.train.pairs).toEqual(pairsOf(b, line.test.sha256))
    }
    expect(looked.stderr).toContain(`Of ${a} in ${b}: ${both.length} of ${shas(a).size}`)
  }
  const both = await run('duplicates', copied, '--kind', 'exact', ...split, '--test-where', 'x')
  expect(both.stderr).toContain('A split holds its own test set.')
})

test('a table is a test set: its pictures by their files, its texts by their letters', async () => {
  const db = openReader(corpus)
  const [a, b] = keptPictures(db).filter(({ width }) => (width ?? 0) >= 200)
  const text = db
    .prepare<[], { id: number; alt: string }>(
      'SELECT id, alt FROM pairs WHERE length(alt) > 20 ORDER BY id LIMIT 1',
    )
    .get()
  db.close()
  if (!a || !b || !text) throw new Error('the sample has no such pictures')
  const tables = join(folder, 'tables')
  mkdirSync(join(tables, 'pictures'), { recursive: true })
  writeFileSync(
    join(tables, 'pictures', 'a.jpg'),
    await copyOf(readFileSync(blobPath(corpus, a.sha256)), 'recompressed', 1),
  )
  cpSync(blobPath(corpus, b.sha256), join(tables, 'pictures', 'b.png'))
  const rows = [
    ['pictures/a.jpg', `${text.alt.toUpperCase()}!`],
    ['pictures/b.png', 'no such words stand in the sample at all'],
    ['pictures/b.png', ''],
    ['pictures/none.png', 'the picture is not there'],
    ['https://img.example/x.png', 'on the web'],
    ['', 'no picture'],
    ['pictures/\0.png', 'a name that no file can have'],
  ]
  const quoted = rows.map((row) => row.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(','))
  const csv = join(tables, 'test.csv')
  writeFileSync(csv, `picture,caption\n${quoted.join('\n')}\n`)
  const jsonl = join(tables, 'test.jsonl')
  const objects = rows.map(([image, caption]) => JSON.stringify({ image, caption }))
  writeFileSync(jsonl, `${objects.join('\n')}\n`)
  const against = (file: string, ...more: string[]) =>
    run('duplicates', corpus, '--against', file, '--json', ...more)

  const exact = await against(csv, '--image-column', 'picture', '--kind', 'exact')
  expect(exact.stderr).toContain('Training set')
  expect(jsonLines<LeakLine>(exact.stdout)).toMatchObject([
    { test: { name: 'pictures/b.png', rows: [2, 3], pairs: [] }, train: { sha256: b.sha256 } },
  ])
  for (const reason of ['no-picture: 1', 'no-file: 2', 'address: 1']) {
    expect(exact.stderr).toContain(`Left out, test set, ${reason}`)
  }
  // A file that cannot be read is one that is left out, and links lead to files.
  const linked = join(folder, 'linked')
  mkdirSync(linked)
  symlinkSync(join(tables, 'pictures', 'b.png'), join(linked, 'b.png'))
  symlinkSync(join(tables, 'gone.png'), join(linked, 'gone.png'))
  for (const kind of ['exact', 'perceptual']) {
    const links = await against(linked, '--kind', kind)
    expect(links.stderr).toContain('Left out, test set, not-read: 1')
    expect(jsonLines<LeakLine>(links.stdout).map(({ train }) => train.sha256)).toContain(b.sha256)
  }
  const near = await against(jsonl, '--kind', 'perceptual')
  const named = jsonLines<LeakLine>(near.stdout)
  const of = (name: string) =>
    named.filter((line) => line.test.name === name).map(({ train }) => train.sha256)
  expect(of('pictures/a.jpg')).toContain(a.sha256)
  expect(of('pictures/b.png')).toContain(b.sha256)

  // What a stranger calls a column does not steer the terminal.
  writeFileSync(join(tables, 'steers.csv'), 'image\u001b[31m,te\u0007xt\n1,2\n')
  const steers = await against(join(tables, 'steers.csv'), '--kind', 'exact')
  expect(steers.code).not.toBe(0)
  expect(steers.stderr).toContain('It has image[31m, text.')
  const texts = await against(csv, '--kind', 'text')
  const found = jsonLines<LeakLine>(texts.stdout)
  expect(found).toMatchObject([{ test: { rows: [1], pairs: [] } }])
  expect(found[0]?.train.pairs).toContain(text.id)

  const column = await against(csv, '--image-column', 'pic', '--kind', 'exact')
  expect(column.stderr).toContain('has no column pic that can hold files of pictures')
  const semantic = await against(csv, '--kind', 'semantic')
  expect(semantic.stderr).toContain('A table has no embeddings to compare.')
  const missing = await against(join(tables, 'gone.csv'), '--kind', 'exact')
  expect(missing.stderr).toContain('gone.csv')
  expect(missing.code).not.toBe(0)

  // What leaks gets a tag, and a filter leaves it out.
  const tag = ['--tag', 'leaked', '--kind', 'exact', '--image-column', 'picture']
  const nobody = await against(csv, ...tag)
  expect(nobody.stderr).toContain('Who gives the tag?')
  const tagged = await against(csv, ...tag, '--person', 'Anna')
  expect(tagged.stderr).toContain('the filter -tag:leaked leaves them out')
  const leaking = jsonLines<LeakLine>(tagged.stdout).flatMap(({ train }) => train.pairs)
  const listed = await run('pairs', corpus, '--where', 'tag:leaked', '--json')
  expect(
    jsonLines<{ id: number }>(listed.stdout)
      .map(({ id }) => id)
      .sort(),
  ).toEqual(leaking.sort())
})
