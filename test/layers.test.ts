import { readFileSync, globSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { expect, test } from 'vitest'
import { KNOWS, OWNED_PACKAGES, ROOMS } from './layers.ts'

const SRC = resolve(import.meta.dirname, '../src')

function roomOf(file: string): string | null {
  const path = relative(SRC, file).split(sep).join('/')
  return ROOMS.find((room) => path.startsWith(room + '/')) ?? null
}

function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8')
  return [
    ...text.matchAll(/\b(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]/g),
    ...text.matchAll(/\bimport\s*\(?\s*['"]([^'"]+)['"]/g),
    ...text.matchAll(/\bnew URL\(\s*['"]([^'"]+\.ts)['"]/g),
  ].map((match) => match[1] as string)
}

const files = globSync('**/*.{ts,vue}', { cwd: SRC }).map((file) => join(SRC, file))

test('every room imports only the rooms it may know', () => {
  const broken: string[] = []
  for (const file of files) {
    const room = roomOf(file)
    if (room === null) continue
    for (const name of importsOf(file)) {
      const target = name.startsWith('#shared/')
        ? 'shared'
        : name.startsWith('.')
          ? roomOf(resolve(dirname(file), name))
          : null
      if (target !== null && target !== room && !KNOWS[room]?.includes(target)) {
        broken.push(`${relative(SRC, file)} -> ${name}`)
      }
      const owners = OWNED_PACKAGES[name]
      if (owners && !owners.includes(room)) broken.push(`${relative(SRC, file)} -> ${name}`)
    }
  }
  expect(broken).toEqual([])
})

test('the check sees the imports it is there to judge', () => {
  expect(files.length).toBeGreaterThan(10)
  expect(importsOf(join(SRC, 'shared/contract/index.ts'))).toContain('./corpora.ts')
})
