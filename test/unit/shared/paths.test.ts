import { expect, test } from 'vitest'
import { contract } from '../../../src/shared/contract/index.ts'
import { isPathField, NOT_PATHS, pathsOf } from '../../../src/shared/contract/paths.ts'

interface Def {
  type: string
  shape?: Record<string, { def: Def }>
  element?: { def: Def }
  innerType?: { def: Def }
  in?: { def: Def }
  valueType?: { def: Def }
  left?: { def: Def }
  right?: { def: Def }
  options?: { def: Def }[]
  items?: { def: Def }[]
}

/** Names of the fields that may hold any text. */
function textFields(def: Def, name: string, found: Set<string>): void {
  if (def.type === 'string') found.add(name)
  for (const [key, { def: inner }] of Object.entries(def.shape ?? {})) textFields(inner, key, found)
  const inner = [def.element, def.innerType, def.in, def.valueType, def.left, def.right]
  for (const one of [...inner, ...(def.options ?? []), ...(def.items ?? [])]) {
    if (one) textFields(one.def, name, found)
  }
}

test('each field of a call that holds text is known as a path or as none', () => {
  const unknown: string[] = []
  for (const [call, { input }] of Object.entries(contract)) {
    const found = new Set<string>()
    textFields((input as unknown as { def: Def }).def, '', found)
    for (const name of found) {
      if (!isPathField(name) && !NOT_PATHS.has(name)) unknown.push(`${call}: ${name}`)
    }
  }
  // A new field goes into PATH_FIELDS or NOT_PATHS of shared/contract/paths.ts.
  expect(unknown).toEqual([])
  for (const name of NOT_PATHS) expect(isPathField(name), name).toBe(false)
})

test('paths are found at any depth, with what is wanted of them', () => {
  const sorted = (call: string, input: unknown) =>
    pathsOf(call, input)
      .map(({ path, use }) => `${use} ${path}`)
      .sort()
  expect(sorted('studies.create', { corpus: '/c', prompts: { file: '/p.csv' } })).toEqual([
    'corpus /c',
    'read /p.csv',
  ])
  expect(sorted('jobs.ingest', { corpus: '/c', inputs: ['/a', '-'], images: 'folder:/i' })).toEqual(
    ['corpus /c', 'read /a', 'read /i'],
  )
  expect(sorted('prompts.export', { corpus: '/c', file: '/out.csv' })).toContain('write /out.csv')
  expect(sorted('corpora.create', { path: '/new' })).toEqual(['make /new'])
  expect(sorted('corpora.forget', { path: '/old' })).toEqual([])
  expect(sorted('jobs.measure', { a: '/x.gleaner#study/model', b: '/y#z' })).toEqual([
    'read /x.gleaner',
    'read /y#z',
  ])
})
