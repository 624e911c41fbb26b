import { readFileSync, globSync } from 'node:fs'
import { join, relative, resolve, sep } from 'node:path'
import { expect, test } from 'vitest'
import { findCircle, judgeImport, targetOf } from './layers.ts'

const SRC = resolve(import.meta.dirname, '../src')

function importsOf(file: string): string[] {
  const text = readFileSync(join(SRC, file), 'utf8')
  return [
    ...text.matchAll(/\b(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]/g),
    ...text.matchAll(/\bimport\s*\(?\s*['"]([^'"]+)['"]/g),
    ...text.matchAll(/\bnew URL\(\s*['"]([^'"]+\.ts)['"]/g),
  ].map((match) => match[1] as string)
}

const files = globSync('**/*.{ts,vue}', { cwd: SRC }).map((file) =>
  relative(SRC, join(SRC, file)).split(sep).join('/'),
)

test('every room imports only the rooms it may know', () => {
  const broken = files.flatMap((file) =>
    importsOf(file).flatMap((name) => {
      const wrong = judgeImport(file, name)
      return wrong === null ? [] : [`${file} -> ${name}: ${wrong}`]
    }),
  )
  expect(broken).toEqual([])
})

/** What each file imports when the program runs; types are gone by then. */
function runtimeImports(): Map<string, string[]> {
  return new Map(
    files.map((file) => {
      const text = readFileSync(join(SRC, file), 'utf8').replace(
        /\b(?:import|export) type\b[^'"`;]*?\bfrom\s*['"][^'"]+['"]/g,
        '',
      )
      const names = [
        ...text.matchAll(/\b(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]/g),
        ...text.matchAll(/\bimport\s*['"]([^'"]+)['"]/g),
      ].map((match) => match[1] as string)
      return [file, names.flatMap((name) => targetOf(file, name) ?? [])]
    }),
  )
}

test('no files import each other in a circle', () => {
  expect(findCircle(runtimeImports())).toBeNull()
})

test('a circle is seen, however long', () => {
  const imports = new Map([
    ['a.ts', ['b.ts', 'd.ts']],
    ['b.ts', ['c.ts']],
    ['c.ts', ['d.ts']],
    ['d.ts', []],
  ])
  expect(findCircle(imports)).toBeNull()
  imports.set('d.ts', ['b.ts'])
  expect(findCircle(imports)).toEqual(['b.ts', 'c.ts', 'd.ts', 'b.ts'])
  expect(runtimeImports().get('renderer/src/state/incoming.ts')).toContain(
    'renderer/src/state/session.ts',
  )
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
  expect(asking).toContain('main/store/reads/reads.ts')
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
