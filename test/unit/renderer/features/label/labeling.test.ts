import { createPinia, setActivePinia } from 'pinia'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createClient, provideClient } from '../../../../../src/renderer/src/bridge/client.ts'
import { useLabeling } from '../../../../../src/renderer/src/features/label/labeling.ts'
import { useSession } from '../../../../../src/renderer/src/state/session.ts'
import { useUi } from '../../../../../src/renderer/src/state/ui.ts'
import type { LabelState } from '../../../../../src/shared/contract/index.ts'
import { AppError, toErrorValue } from '../../../../../src/shared/errors.ts'
import { addSpanPairs, storyPairs } from '../../../../integration/spans-support.ts'
import { addStorySpans } from '../../../../support/story-corpora.ts'
import { startWindowEngine, type WindowEngine } from '../../../../support/window-engine.ts'

type Asked = { name: string; input: Record<string, unknown> }
let bridge: WindowEngine
let corpus: string
let asked: Asked[] = []
let fail: ((call: Asked) => AppError | null) | null = null

const soon = (ms = 10) => new Promise((resolve) => setTimeout(resolve, ms))
async function until(holds: () => boolean): Promise<void> {
  for (let i = 0; i < 400 && !holds(); i++) await soon()
  expect(holds()).toBe(true)
}
const written = (): LabelState[] =>
  asked.filter(({ name }) => name === 'labels.set').map(({ input }) => input['state'] as LabelState)

async function item(id: number): Promise<LabelState> {
  const reply = await bridge.call('labels.item', { corpus, annotator: 'Marta', pair: id })
  return (reply as { ok: true; value: { state: LabelState } }).value.state
}

async function begin(): Promise<ReturnType<typeof useLabeling>> {
  const labeling = useLabeling()
  await labeling.setAnnotator('Marta')
  await labeling.enter(corpus)
  await labeling.change({ order: 'page' })
  await until(() => labeling.current !== null)
  return labeling
}

beforeAll(() => {
  bridge = startWindowEngine()
})
afterAll(() => bridge.stop())

beforeEach(() => {
  const kept = new Map<string, string>()
  globalThis.localStorage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  } as unknown as Storage
  setActivePinia(createPinia())
  corpus = bridge.corpus('stories', (empty) => {
    addSpanPairs(empty, storyPairs(300))
    addStorySpans(empty, 'alt', 'alts')
    addStorySpans(empty, 'model', 'span-head')
  })
  asked = []
  fail = null
  provideClient(
    createClient({
      ...bridge,
      call(name, input) {
        const call = { name, input: input as Record<string, unknown> }
        asked.push(call)
        const error = fail?.(call)
        if (error) return Promise.resolve({ ok: false, error: toErrorValue(error) })
        return bridge.call(name, input)
      },
    }),
  )
})

// What is still under way belongs to the program of its own test.
afterEach(() => useLabeling().settled())

describe('labeling', () => {
  test('asks for no queue before somebody gave a name', async () => {
    const labeling = useLabeling()
    await labeling.enter(corpus)
    expect(labeling.named).toBe(false)
    expect(asked.some(({ name }) => name === 'labels.queue')).toBe(false)
  })

  test('takes the first proposal with one key and shows the next item at once', async () => {
    const labeling = await begin()
    const first = labeling.pair as number
    const option = labeling.options[0]
    if (option?.kind !== 'span') throw new Error('the first item proposes words')
    await until(() => asked.filter(({ name }) => name === 'labels.item').length > 4)
    await soon(50)
    labeling.takeAndGo()
    // Without waiting for anything.
    expect(labeling.at).toBe(1)
    expect(labeling.current?.item.pair).not.toBe(first)
    await labeling.settled()
    expect((await item(first)).spans).toMatchObject([{ ...option.place, type: 'content' }])
    expect(labeling.progress?.labeled).toBe(1)
  })

  test('does not answer by itself where nothing is proposed', async () => {
    const labeling = await begin()
    labeling.dropHand()
    labeling.takeAndGo()
    expect(labeling.at).toBe(0)
    expect(written()).toEqual([])
  })

  test('writes every change of an edge, and one that was held down once', async () => {
    const labeling = await begin()
    labeling.edge('end', 'right', 'word')
    labeling.edge('end', 'right', 'word')
    labeling.edge('end', 'right', 'word', true)
    labeling.edge('end', 'right', 'word', true)
    labeling.edge('end', 'right', 'word', true)
    await labeling.settled()
    expect(written()).toHaveLength(2)
    labeling.keyUp()
    await labeling.settled()
    expect(written()).toHaveLength(3)
    expect((await item(labeling.pair as number)).spans).toEqual(labeling.said.spans)
  })

  test('keeps several spans, with their types, and takes one back', async () => {
    const labeling = await begin()
    labeling.setType('title')
    labeling.add()
    labeling.edge('end', 'down', 'sentence')
    expect(labeling.said.spans).toHaveLength(2)
    const second = labeling.hand.kind === 'span' ? labeling.hand.at : -1
    labeling.setType('credit')
    expect(labeling.said.spans[second]?.type).toBe('credit')
    labeling.clear()
    expect(labeling.said.spans).toMatchObject([{ type: 'title' }])
    labeling.clear()
    expect(labeling.said.status).toBe('open')
  })

  test('goes back item by item with undo, and forth again', async () => {
    const labeling = await begin()
    const pairs: number[] = []
    for (let i = 0; i < 3; i++) {
      pairs.push(labeling.pair as number)
      labeling.sayNone()
      await until(() => labeling.current !== null)
    }
    await labeling.undo()
    expect(labeling.pair).toBe(pairs[2])
    expect(labeling.said.status).toBe('open')
    await labeling.undo()
    expect(labeling.pair).toBe(pairs[1])
    await labeling.redo()
    expect(labeling.said).toMatchObject({ status: 'labeled', spans: [] })
    await labeling.undo()
    await labeling.undo()
    await labeling.undo()
    expect(useUi().toasts.at(-1)?.message).toBe('Nothing to undo')
  })

  test('puts back what could not be kept, and says so', async () => {
    const labeling = await begin()
    fail = ({ name }) => (name === 'labels.set' ? new AppError('io', 'The disk is full.') : null)
    labeling.flag()
    expect(labeling.said.flagged).toBe(true)
    await labeling.settled()
    expect(labeling.said.flagged).toBe(false)
    expect(useUi().toasts.at(-1)?.message).toMatch(/not saved and reverted: The disk is full/)
  })

  test('writes again after the engine died, and not twice what it had kept', async () => {
    const labeling = await begin()
    let died = 0
    fail = ({ name, input }) => {
      if (name !== 'labels.set' || died > 1) return null
      died++
      // The first dies before it writes, the second after.
      if (died === 2) void bridge.call('labels.set', input)
      return new AppError('internal', 'The engine stopped: SIGKILL')
    }
    const first = labeling.pair as number
    labeling.sayNone()
    await until(() => labeling.current !== null)
    const second = labeling.pair as number
    labeling.skip()
    await labeling.settled()
    expect((await item(first)).status).toBe('labeled')
    expect((await item(second)).status).toBe('skipped')
    expect(useUi().toasts).toEqual([])
    await labeling.undo()
    await labeling.undo()
    expect((await item(first)).status).toBe('open')
    expect((await item(second)).status).toBe('open')
  })

  test('asks anew for a queue that is gone, and stays on its item', async () => {
    const labeling = await begin()
    labeling.go(4)
    await until(() => labeling.current !== null)
    const here = labeling.pair
    useUi().engine = { state: 'crashed', message: null }
    await soon()
    useUi().engine = { state: 'ready', message: null }
    await soon(60)
    expect(labeling.pair).toBe(here)
    expect(labeling.at).toBe(4)
  })

  test('notes are kept with the item on which they were typed', async () => {
    const labeling = await begin()
    const first = labeling.pair as number
    labeling.setNote('two')
    labeling.setNote('two boats')
    labeling.skip()
    await labeling.settled()
    expect((await item(first)).note).toBe('two boats')
    expect(labeling.said.note).toBe('')
  })
})

describe('a review', () => {
  test('settles with the answer that is chosen, and leaves the originals alone', async () => {
    const labeling = await begin()
    const text = labeling.current?.item.before ?? ''
    const place = { source: 'before' as const, start: 0, end: 3, quote: text.slice(0, 3) }
    for (const [annotator, type] of [
      ['Anna', 'content'],
      ['Ben', 'context'],
    ]) {
      await bridge.call('labels.set', {
        corpus,
        annotator,
        pair: labeling.pair,
        state: { status: 'labeled', spans: [{ ...place, type }], flagged: false, note: '' },
      })
    }
    const settled = labeling.pair as number
    await labeling.setReview(true)
    await until(() => labeling.current !== null)
    expect(labeling.total).toBe(1)
    labeling.choose(1)
    labeling.takeAndGo()
    await labeling.settled()
    expect(labeling.finished).toBe(true)
    const reply = (await bridge.call('labels.item', {
      corpus,
      annotator: 'Marta',
      review: true,
      pair: settled,
    })) as { value: { state: LabelState; others: { annotator: string; state: LabelState }[] } }
    expect(reply.value.state.spans).toMatchObject([{ type: 'context' }])
    expect(reply.value.others.map(({ state }) => state.spans[0]?.type)).toEqual([
      'content',
      'context',
    ])
  })
})

test('back from a review, the queue is in the order that it had before', async () => {
  const labeling = await begin()
  await labeling.change({ order: 'page' })
  const { total } = labeling
  expect(total).toBeGreaterThan(0)
  await labeling.setReview(true)
  expect([labeling.order, labeling.total]).toEqual(['disagreement', 0])
  await labeling.setReview(false)
  expect([labeling.order, labeling.total]).toEqual(['page', total])
})

test('a proposal that was said already keeps the type that a person gave it', async () => {
  const labeling = await begin()
  labeling.setType('title')
  labeling.choose(0)
  labeling.takeAndGo()
  await labeling.settled()
  expect(written()).toHaveLength(1)
  expect(written()[0]?.spans).toMatchObject([{ type: 'title' }])
})

test('a key that is held down at an edge of the text writes nothing', async () => {
  const labeling = await begin()
  labeling.cursorTo('last')
  labeling.add()
  await labeling.settled()
  const n = written().length
  labeling.edge('end', 'right', 'word')
  labeling.edge('end', 'down', 'sentence')
  await labeling.settled()
  expect(written().length).toBeLessThanOrEqual(n + 1)
  expect(labeling.said.spans).toHaveLength(1)
})

test('an item that is asked of a dead engine is shown when there is another one', async () => {
  const labeling = await begin()
  await soon(50)
  let dead = true
  fail = ({ name }) =>
    dead && name.startsWith('labels.') ? new AppError('busy', 'The engine is starting.') : null
  useUi().engine = { state: 'crashed', message: null }
  labeling.go(40)
  await soon(50)
  expect(labeling.current).toBeNull()
  expect(labeling.itemError).toBeNull()
  dead = false
  useUi().engine = { state: 'ready', message: null }
  await until(() => labeling.current !== null)
  expect(labeling.at).toBe(40)
  expect(labeling.pair).toBe(41)
})

test('new predictions do not pull the item away; asked for, they are read', async () => {
  const labeling = await begin()
  labeling.go(3)
  await until(() => labeling.pair === 4)
  await useSession().open(corpus)
  labeling.refresh(['spans'])
  expect(labeling.stale).toBe(true)
  expect(labeling.pair).toBe(4)
  const before = labeling.current
  await labeling.makeQueue(true)
  await until(() => labeling.current !== before)
  expect(labeling.pair).toBe(4)
  expect(labeling.at).toBe(3)
  expect(labeling.stale).toBe(false)
})
