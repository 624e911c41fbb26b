import { globSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'

const MAIN = resolve(import.meta.dirname, '../../src/main')
/** They write for the terminal, or into files that go with a dataset or a model. */
const ELSEWHERE = [
  /^cli\//,
  /^export\/jsonl/,
  /^export\/warc/,
  /^inference\/tasks\/quantize/,
  /^jobs\/cluster\/span-package/,
]
const OF_COMMAND_LINE =
  /['"` (]--(device|model|unit|column|out|bound|model-name|where|text)\b|gleaner (models|spans|doctor|ingest|import|pairs|score|export|labels)\b/

test('what names a command or an option stands in the words of the command line alone', () => {
  const wrong: string[] = []
  const right: string[] = []
  for (const file of globSync('**/*.ts', { cwd: MAIN })) {
    const name = file.replaceAll('\\', '/')
    if (ELSEWHERE.some((pattern) => pattern.test(name))) continue
    const lines = readFileSync(join(MAIN, file), 'utf8').split('\n')
    lines.forEach((line, i) => {
      if (/^\s*(\*|\/\/|\/\*)/.test(line) || !OF_COMMAND_LINE.test(line)) return
      const before = `${lines[i - 1] ?? ''}\n${line}`
      ;(/\b(command|commandHint):/.test(before) ? right : wrong).push(`${name}: ${line.trim()}`)
    })
  }
  expect(wrong).toEqual([])
  expect(right.length).toBeGreaterThan(5)
})

test('an error begins with what failed, not with a path or a name and a colon', () => {
  const thrown: string[] = []
  for (const file of globSync('**/*.ts', { cwd: MAIN })) {
    const text = readFileSync(join(MAIN, file), 'utf8')
    for (const [, message] of text.matchAll(/new \w*Error\(\s*'[a-z-]+',\s*([`'][^`'\n]*)/g)) {
      thrown.push(`${file}: ${message}`)
    }
  }
  expect(thrown.length).toBeGreaterThan(200)
  expect(thrown.filter((each) => /^[^:]+: `\$\{[^}]+\}: /.test(each))).toEqual([])
})
