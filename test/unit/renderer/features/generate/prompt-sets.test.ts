import { createPinia, setActivePinia } from 'pinia'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import type { PromptText } from '#shared/contract/index.ts'
import {
  createClient,
  provideClient,
  useClient,
} from '../../../../../src/renderer/src/bridge/client.ts'
import { usePromptSets } from '../../../../../src/renderer/src/features/generate/prompt-sets.ts'
import { withText } from '../../../../../src/renderer/src/features/generate/ladders.ts'
import { useSession } from '../../../../../src/renderer/src/state/session.ts'
import { useUi } from '../../../../../src/renderer/src/state/ui.ts'
import { useUndo } from '../../../../../src/renderer/src/state/undo.ts'
import { fillCorpus } from '../../../../support/synthetic.ts'
import { startWindowEngine, type WindowEngine } from '../../../../support/window-engine.ts'

let bridge: WindowEngine
let corpus: string
beforeAll(() => {
  bridge = startWindowEngine()
})
afterAll(() => bridge.stop())

const texts: PromptText[] = ['boat', 'a red boat', 'a red boat on ice'].map((text, i) => ({
  group: 'boat',
  kind: 'sensible',
  level: i + 1,
  text,
}))

beforeEach(async () => {
  setActivePinia(createPinia())
  provideClient(createClient(bridge))
  corpus = bridge.corpus('pairs', (empty) => fillCorpus(empty, { pairs: 200 }))
  expect(await useSession().open(corpus)).toBe(true)
  const store = usePromptSets()
  store.enter(corpus)
  await store.load()
  return () => provideClient(null)
})

const kept = async (): Promise<PromptText[]> => {
  const set = usePromptSets().set?.id ?? 0
  return (await useClient().call('prompts.set', { corpus, set })).texts
}

test('without a set there is nothing; one that is made is shown and checked', async () => {
  const store = usePromptSets()
  expect(store.loaded).toBe(true)
  expect([store.set, store.sets.length]).toEqual([null, 0])
  await store.save({ what: 'create', name: 'Ours', texts })
  expect(store.set?.name).toBe('Ours')
  await vi.waitFor(() => expect(store.report?.prompts).toBe(3), 20_000)
  expect(store.problems).toEqual([])
  expect(store.lines).toHaveLength(4)
  // No model is installed in the home of the test.
  expect(store.report?.tokenizer).toBeNull()
})

test('a change is shown at once, kept, checked, and can be undone and redone', async () => {
  const store = usePromptSets()
  await store.save({ what: 'create', name: 'Ours', texts })
  const at = { group: 'boat', kind: 'sensible', level: 3 }
  store.change('edit', withText(store.texts, at, 'a boat on ice'), at)
  expect(store.texts[2]?.text).toBe('a boat on ice')
  await vi.waitFor(() =>
    expect(store.problems).toMatchObject([{ code: 'words-missing', words: ['red'], level: 3 }]),
  )
  expect((await kept())[2]?.text).toBe('a boat on ice')
  useUndo().undo()
  await vi.waitFor(() => expect(store.texts).toEqual(texts), 20_000)
  await vi.waitFor(async () => expect(await kept()).toEqual(texts))
  await vi.waitFor(() => expect(store.problems).toEqual([]), 20_000)
  useUndo().redo()
  await vi.waitFor(async () => expect((await kept())[2]?.text).toBe('a boat on ice'))
})

test('the filter keeps groups by words, kind and problem', async () => {
  const store = usePromptSets()
  const idea: PromptText[] = [
    { group: 'idea', kind: 'odd', level: 1, text: 'an idea' },
    { group: 'idea', kind: 'odd', level: 2, text: 'a thought' },
  ]
  await store.save({ what: 'create', name: 'Both', texts: [...texts, ...idea] })
  await vi.waitFor(() => expect(store.problems.length).toBeGreaterThan(0), 20_000)
  const shown = () => store.shown.map(({ group }) => group)
  expect(shown()).toEqual(['boat', 'idea'])
  store.words = 'ICE'
  expect(shown()).toEqual(['boat'])
  store.clearFilter()
  store.kind = 'odd'
  expect(shown()).toEqual(['idea'])
  store.clearFilter()
  store.problem = 'words-missing'
  expect(shown()).toEqual(['idea'])
  store.problem = 'any'
  store.words = 'nothing has this'
  expect(shown()).toEqual([])
})

test('prompts that stand in the corpus are marked until they are changed', async () => {
  const store = usePromptSets()
  const [pair] = await useClient().call('pairs.list', {
    corpus,
    where: 'alt:*',
    afterId: 0,
    limit: 1,
  })
  const alt = pair?.text.alt ?? ''
  expect(alt).not.toBe('')
  const held: PromptText[] = [{ group: 'held', kind: '', level: 1, text: alt }]
  await store.save({ what: 'create', name: 'Held', texts: held })
  await vi.waitFor(() => expect(store.overlap).not.toBeNull(), 20_000)
  expect(store.problems).toMatchObject([{ code: 'in-corpus', group: 'held', level: 1 }])
  store.change('edit', [{ ...(held[0] as PromptText), text: 'no such text' }], null)
  expect(store.problems).toEqual([])
  await vi.waitFor(() => expect(store.overlap?.of.matches).toEqual([]), 20_000)
})

test('a name that is taken is said, and nothing is made', async () => {
  const store = usePromptSets()
  await store.save({ what: 'create', name: 'Ours', texts })
  expect(await store.save({ what: 'create', name: 'Ours', texts: [] })).toBeNull()
  expect(useUi().toasts.at(-1)?.message).toContain('"Ours"')
  expect(store.sets).toHaveLength(1)
  await store.remove(store.set?.id ?? 0)
  expect([store.set, store.sets.length]).toEqual([null, 0])
})
