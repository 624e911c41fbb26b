import { expect, test } from 'vitest'
import { ModelKind } from '#shared/contract/models.ts'
import { HOST_KINDS } from '../../../../src/main/inference/kinds/host.ts'
import { KINDS } from '../../../../src/main/inference/kinds/index.ts'

test('every kind of the contract has its definition and its part in the host, once', () => {
  const kinds = [...ModelKind.options].sort()
  expect(KINDS.map(({ kind }) => kind).sort()).toEqual(kinds)
  expect(HOST_KINDS.map(({ kind }) => kind).sort()).toEqual(kinds)
})
