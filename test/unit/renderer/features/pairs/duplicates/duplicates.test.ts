import { createPinia, setActivePinia } from 'pinia'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createClient, provideClient } from '../../../../../../src/renderer/src/bridge/client.ts'
import { useDuplicates } from '../../../../../../src/renderer/src/features/pairs/duplicates/duplicates.ts'
import { usePairs } from '../../../../../../src/renderer/src/state/pairs.ts'
import { useSession } from '../../../../../../src/renderer/src/state/session.ts'
import { fillCorpus } from '../../../../../support/synthetic.ts'
import { startWindowEngine, type WindowEngine } from '../../../../../support/window-engine.ts'

let bridge: WindowEngine
beforeAll(() => {
  bridge = startWindowEngine()
})
afterAll(() => bridge.stop())

beforeEach(async () => {
  setActivePinia(createPinia())
  provideClient(createClient(bridge))
  const corpus = bridge.corpus('twins', (empty) => {
    fillCorpus(empty, { pairs: 40 })
    // Four pairs a picture.
    empty.writer.exec('UPDATE pairs SET image_id = (id - 1) / 4 + 1')
  })
  await useSession().open(corpus)
  await usePairs().enter(corpus)
})

test('a step that is taken while the groups are read again is not lost', async () => {
  const duplicates = useDuplicates()
  await duplicates.load()
  expect(duplicates.total).toBeGreaterThan(2)
  const first = duplicates.group?.id
  const going = duplicates.go(1)
  await duplicates.load()
  await going
  expect(duplicates.index).toBe(1)
  expect(duplicates.group?.id).not.toBe(first)
  expect(duplicates.group?.members.map(({ pair }) => pair.id)).toContain(duplicates.member)
  // Once it is there it stays, whatever is read again.
  const second = duplicates.group?.id
  await duplicates.load()
  expect(duplicates.group?.id).toBe(second)
})
