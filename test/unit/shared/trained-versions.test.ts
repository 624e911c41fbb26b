import { expect, test } from 'vitest'
import { trainedVersions } from '#shared/versions/trained.ts'

test('a training says which versions it was of, and one without says none', () => {
  const hash = 'a'.repeat(64)
  const versions = [{ name: 'paper_1', hash }]
  expect(trainedVersions({ config: { where: 'version:paper_1', versions } })).toEqual(versions)
  expect(trainedVersions({ config: { where: '' } })).toEqual([])
  // Written down by another program, or damaged.
  expect(trainedVersions({ config: { versions: [{ name: 'paper_1', hash: 'short' }] } })).toEqual(
    [],
  )
})
