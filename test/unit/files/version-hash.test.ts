import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { VersionPair } from '#shared/versions/pair-line.ts'
import { cosineOfLine, pairLine, readPairLine } from '#shared/versions/pair-line.ts'
import { VersionRecipe } from '#shared/versions/recipe.ts'
import { TEXT_SOURCES } from '#shared/domain.ts'
import { createListHash, versionHash } from '../../../src/main/files/version-hash.ts'

/** What Python made of it: tools/version-hash. */
const reference = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../fixtures/versions/hash.json'), 'utf8'),
) as { recipe: VersionRecipe; pairs: VersionPair[]; lines: string[]; hash: string }
const recipe = VersionRecipe.parse(reference.recipe)

function hashOf(one: VersionRecipe, pairs: readonly VersionPair[]): string {
  const list = createListHash()
  for (const pair of pairs) list.add(pairLine(pair))
  return versionHash(one, list)
}

describe('the content hash of a version', () => {
  it('is what another program finds, line by line', () => {
    expect(reference.pairs.map(pairLine)).toEqual(reference.lines)
    expect(hashOf(recipe, reference.pairs)).toBe(reference.hash)
  })

  it('is the same in any order of the pairs', () => {
    expect(hashOf(recipe, [...reference.pairs].reverse())).toBe(reference.hash)
  })

  it('is another one when any part of recipe or pairs is another one', () => {
    const seen = new Set([reference.hash])
    const other = (one: VersionRecipe, pairs: readonly VersionPair[]): void => {
      const hash = hashOf(one, pairs)
      expect(seen.has(hash)).toBe(false)
      seen.add(hash)
    }
    other({ ...recipe, filter: '' }, reference.pairs)
    other({ ...recipe, cutoff: null }, reference.pairs)
    other({ ...recipe, software: '0.1.1' }, reference.pairs)
    other(recipe, reference.pairs.slice(1))
    // One of two equal pairs.
    other(recipe, [...reference.pairs.slice(0, 4), ...reference.pairs.slice(5)])
    const [first, ...rest] = reference.pairs
    for (const change of [
      { page: 'https://e.org/x' },
      { date: null },
      { place: 3 },
      { image: 'x' },
      { sha256: null },
      { source: 'title' },
      { text: 'A red boat ' },
      { cosine: 0.2800000000000001 },
      { cosine: null },
    ] as Partial<VersionPair>[]) {
      other(recipe, [{ ...(first as VersionPair), ...change }, ...rest])
    }
  })
})

describe('the line of a pair', () => {
  const text = fc.string({ unit: 'binary' })
  const pair: fc.Arbitrary<VersionPair> = fc.record({
    page: text,
    date: fc.option(text),
    place: fc.nat(),
    image: text,
    sha256: fc.option(fc.stringMatching(/^[0-9a-f]{64}$/)),
    source: fc.constantFrom(...TEXT_SOURCES),
    text,
    cosine: fc.option(fc.double({ min: -1, max: 1, noNaN: true }).map((value) => value + 0)),
  })

  it('is one line that gives the pair again, its cosine to the last bit', () => {
    fc.assert(
      fc.property(pair, (one) => {
        const line = pairLine(one)
        expect(line).not.toContain('\n')
        expect(readPairLine(line)).toEqual(one)
        expect(cosineOfLine(line)).toBe(one.cosine)
      }),
    )
  })

  it('is nothing else', () => {
    const [line] = reference.lines as [string]
    for (const wrong of [
      '',
      '[]',
      '{}',
      line.slice(1),
      line.replace('"alt"', '"nose"'),
      line.replace(':', ': '),
      line.replace('0.28', '0.280'),
    ]) {
      expect(readPairLine(wrong), wrong).toBeNull()
    }
  })
})
