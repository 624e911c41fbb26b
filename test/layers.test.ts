import { readFileSync, globSync } from 'node:fs'
import { join, relative, resolve, sep } from 'node:path'
import { expect, test } from 'vitest'
import { KNOWS, ROOMS, WITHIN, circlesOf, judgeImport, roomOf, targetOf } from './layers.ts'

const SRC = resolve(import.meta.dirname, '../src')
const TOOLS = resolve(import.meta.dirname, '../tools')

/** What a text imports, for its types alone or not. */
function importsIn(text: string): string[] {
  return [
    ...text.matchAll(/\b(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]/g),
    ...text.matchAll(/\bimport\s*\(?\s*['"]([^'"]+)['"]/g),
  ].map((match) => match[1] as string)
}

/** What a file imports, and the files that it starts in another thread or process. */
function importsOf(file: string): string[] {
  const text = readFileSync(join(SRC, file), 'utf8')
  const started = text.matchAll(/\bnew URL\(\s*['"]([^'"]+\.ts)['"]/g)
  return [...importsIn(text), ...[...started].map((match) => match[1] as string)]
}

const filesIn = (folder: string): string[] =>
  globSync('**/*.{ts,vue}', { cwd: folder }).map((file) =>
    relative(folder, join(folder, file)).split(sep).join('/'),
  )
const files = filesIn(SRC)

/** By file, the files of the same folder that it imports. */
function graphOf(folder: string): Map<string, string[]> {
  return new Map(
    filesIn(folder).map((file) => [
      file,
      importsIn(readFileSync(join(folder, file), 'utf8')).flatMap(
        (name) => targetOf(file, name) ?? [],
      ),
    ]),
  )
}

test('every room imports only the rooms it may know', () => {
  const broken = files.flatMap((file) =>
    importsOf(file).flatMap((name) => {
      const wrong = judgeImport(file, name)
      return wrong === null ? [] : [`${file} -> ${name}: ${wrong}`]
    }),
  )
  expect(broken).toEqual([])
})

test('every room of the table is there, and every file of main and of the window lies in one', () => {
  const rooms = new Set(files.map(roomOf))
  const isThere = (row: string): boolean =>
    row.endsWith('/*')
      ? [...rooms].some((room) => room?.startsWith(row.slice(0, -1)))
      : rooms.has(row)
  expect(ROOMS.filter((row) => !isThere(row))).toEqual([])
  // It starts the shell.
  expect(files.filter((file) => roomOf(file) === null)).toEqual(['main/index.ts'])
})

test.each([
  ['src', SRC],
  ['tools', TOOLS],
])('no file of %s imports itself by way of others', (_name, folder) => {
  const graph = graphOf(folder)
  expect([...graph.values()].flat().length).toBeGreaterThan(10)
  expect(circlesOf(graph).map((circle) => circle.join(' -> '))).toEqual([])
})

test('a circle is named by the files that make it', () => {
  const graph = new Map([
    ['d', ['a']],
    ['c', ['a', 'd']],
    ['b', ['c']],
    ['a', ['b']],
    ['z', ['y', 'a']],
    ['y', ['z']],
  ])
  expect(circlesOf(graph)).toEqual([
    ['a', 'b', 'c', 'a'],
    ['d', 'a', 'b', 'c', 'd'],
    ['y', 'z', 'y'],
  ])
  // Types count, too.
  expect(importsIn("import type { A } from './a.ts'")).toEqual(['./a.ts'])
})

test('a folder of a room imports only the folders it may know, and each has its row', () => {
  for (const [room, rows] of Object.entries(WITHIN)) {
    expect(Object.keys(KNOWS)).toContain(room)
    const folders = new Set(
      files
        .filter((file) => file.startsWith(`${room}/`))
        .map((file) => file.slice(room.length + 1).split('/'))
        .flatMap(([folder, ...rest]) => (rest.length > 0 ? [folder] : [])),
    )
    expect([...folders].sort(), room).toEqual(Object.keys(rows).sort())
    // The two of the store that know each other are the only ones.
    const circles = circlesOf(new Map(Object.entries(rows)))
    expect(circles).toEqual(room === 'main/store' ? [['reads', 'repositories', 'reads']] : [])
  }
  expect(judgeImport('main/inference/onnx/onnx-file.ts', '../kinds/define.ts')).toBe(
    'main/inference/onnx must not know main/inference/kinds.',
  )
  expect(judgeImport('main/jobs/run/runner.ts', '../spans/span-calls.ts')).not.toBeNull()
  expect(judgeImport('main/jobs/rate/a.ts', '../run/job.ts')).toContain('has no row')
  expect(judgeImport('main/engine/calls/index.ts', '../context.ts')).toBeNull()
})

/** Asking the database: a statement that is prepared or run, of a connection by whatever name. */
const SQL = [
  /\.(?:prepare|exec)\s*\(\s*[`'"]\s*(?:SELECT|WITH|INSERT|UPDATE|DELETE|REPLACE|CREATE|DROP|BEGIN|COMMIT|ROLLBACK|ATTACH|PRAGMA)\b/,
  /\.prepare\s*</,
  /\b(?:db|database|writer|reader|thumbs|connection)\s*\.(?:prepare|exec|pragma)\s*\(/,
  /import\s*\{[^}]*\bstatement\b[^}]*\}\s*from\s*'[^']*store\/statements\.ts'/,
]
const hasSql = (text: string): boolean => SQL.some((pattern) => pattern.test(text))

test('SQL stands in the store alone', () => {
  const asking = files.filter((file) => hasSql(readFileSync(join(SRC, file), 'utf8')))
  expect(asking.filter((file) => !file.startsWith('main/store/'))).toEqual([])
  // Where it stands it is seen.
  expect(asking).toContain('main/store/reads/filters.ts')
  expect(asking).toContain('main/store/open.ts')
})

test.each([
  ["const rows = db\n  .prepare<[], { n: number }>(\n    'SELECT 1')", true],
  ["db.exec('BEGIN')", true],
  ["corpus.anything.prepare('SELECT 1')", true],
  ['corpus.writer.exec(sql)', true],
  ["import { statement, transaction } from '../../store/statements.ts'", true],
  ["import { transaction } from '../../store/statements.ts'", false],
  ["const found = /a/.exec('select')", false],
  ['pool.prepare(next, manifest.image)', false],
])('a query outside the store is seen: %s', (text, isSql) => {
  expect(hasSql(text)).toBe(isSql)
})

test('the check sees the imports it is there to judge', () => {
  expect(files.length).toBeGreaterThan(10)
  expect(importsOf('shared/contract/index.ts')).toContain('./corpora.ts')
  expect(judgeImport('main/store/open.ts', '../jobs/run/job.ts')).not.toBeNull()
  expect(judgeImport('renderer/src/main.ts', '../../main/jobs/run/job.ts')).not.toBeNull()
  expect(judgeImport('main/jobs/score.ts', 'electron')).not.toBeNull()
})

test('a room of the window knows those below it, and a feature no other feature', () => {
  const window = 'renderer/src'
  const judge = (from: string, name: string) => judgeImport(`${window}/${from}`, name)
  expect(judge('features/cutoff/CutoffView.vue', '../pairs/FilterBar.vue')).toBe(
    `${window}/features/cutoff must not know ${window}/features/pairs.`,
  )
  expect(judge('state/pairs.ts', '../ui/UiTip.vue')).not.toBeNull()
  expect(judge('ui/UiTip.vue', '../features/label/label-text.ts')).not.toBeNull()
  expect(judge('features/label/LabelBar.vue', '../../app/router.ts')).not.toBeNull()
  expect(judge('bridge/client.ts', '../state/ui.ts')).not.toBeNull()
  expect(judge('features/label/LabelBar.vue', './label-text.ts')).toBeNull()
  expect(judge('features/label/LabelBar.vue', '../../ui/UiTip.vue')).toBeNull()
  expect(judge('app/features.ts', '../features/label/index.ts')).toBeNull()
  expect(judge('state/pairs.ts', 'vue')).toBeNull()
})
