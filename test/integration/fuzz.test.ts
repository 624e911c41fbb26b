/** Changed files, fed to every reader of what strangers write; `npm run fuzz` goes on from here. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { fuzz } from '../fuzz/fuzz.ts'
import { mutated } from '../fuzz/mutate.ts'
import { TARGETS, targetNamed } from '../fuzz/targets.ts'

const keep = mkdtempSync(join(tmpdir(), 'gleaner-findings-'))
afterAll(() => rmSync(keep, { recursive: true, force: true }))

describe('the fuzzing', () => {
  test('finds an error that is no answer, an end of the process and memory that is kept', async () => {
    const targets = ['planted-crash', 'planted-exit', 'planted-memory']
    const { findings } = await fuzz({
      targets,
      seed: 1,
      parallel: 1,
      next: {},
      inputs: 120,
      batch: 40,
      keep,
    })
    const found = (target: string): string[] => [
      ...new Set(findings.filter((one) => one.target === target).map(({ wrong }) => wrong)),
    ]
    expect(found('planted-crash')).toEqual(['error'])
    expect(found('planted-exit')).toEqual(['ended'])
    expect(found('planted-memory')).toContain('memory')
    const [first] = findings as [(typeof findings)[number]]
    const seeds = await targetNamed(first.target).seeds()
    expect(readFileSync(first.file as string)).toEqual(mutated(seeds, 1, first.at))
  })

  test('finds an input that never ends, and goes on with the next', async () => {
    const next = {}
    const targets = ['planted-hang']
    const options = { targets, seed: 1, parallel: 1, next, inputs: 12, batch: 12, hangsMs: 2000 }
    const { findings, read } = await fuzz(options)
    expect(findings.map(({ wrong }) => wrong)).toContain('hang')
    expect(read).toBe(12)
    expect(next).toEqual({ 'planted-hang': 12 })
  })

  test('makes the same inputs of the same seed, and others of another', async () => {
    const seeds = await targetNamed('csv').seeds()
    const some = (seed: number): Buffer[] =>
      Array.from({ length: 50 }, (_, n) => mutated(seeds, seed, n))
    expect(some(7)).toEqual(some(7))
    expect(some(7)).not.toEqual(some(8))
  })
})

test('10,000 changed files stop no reader, and take neither its time nor its memory', async () => {
  const targets = TARGETS.map(({ name }) => name)
  const totals = await fuzz({
    targets,
    seed: 20,
    parallel: 2,
    next: {},
    inputs: 10_000,
    batch: 100,
  })
  expect(totals.findings).toEqual([])
  expect(totals.read).toBe(10_000)
  // Most inputs are wrong, and some are not: both ends are reached.
  expect(totals.refused).toBeGreaterThan(1000)
  expect(totals.refused).toBeLessThan(9000)
}, 300_000)
