import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createPinia, setActivePinia } from 'pinia'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type {
  RatingMode,
  RatingQueue,
  RatingTask,
} from '../../../../../src/shared/contract/ratings.ts'
import { AppError, toErrorValue } from '../../../../../src/shared/errors.ts'
import { createClient, provideClient } from '../../../../../src/renderer/src/bridge/client.ts'
import { useRating } from '../../../../../src/renderer/src/features/rating/rating.ts'
import { useUi } from '../../../../../src/renderer/src/state/ui.ts'
import { startWindowEngine, type WindowEngine } from '../../../../support/window-engine.ts'

const SAMPLE = resolve(import.meta.dirname, '../../../../../resources/sample-study')
const ASPECTS = ['objects', 'attributes', 'relations', 'setting', 'overall']
const PROMPTS = 6

let bridge: WindowEngine
let made: string
let corpus: string
let fail: ((name: string, input: Record<string, unknown>) => AppError | null) | null = null
let kept = new Map<string, string>()

const soon = (ms = 5) => new Promise((resolve) => setTimeout(resolve, ms))
async function until(holds: () => boolean): Promise<void> {
  for (let i = 0; i < 1000 && !holds(); i++) await soon()
  expect(holds()).toBe(true)
}
async function call<T>(name: string, input: object): Promise<T> {
  const reply = await bridge.call(name, input)
  if (!reply.ok) throw new Error(`${name}: ${reply.error.message}`)
  return reply.value as T
}
const of = (mode: RatingMode) => ({ corpus, study: 'first', rater: 'Marta', mode })
const queueOf = (mode: RatingMode): Promise<RatingQueue> => call('ratings.queue', of(mode))
async function answersOf(task: string): Promise<Record<string, string>> {
  const [found] = await call<RatingTask[]>('ratings.tasks', { ...of('rate'), tasks: [task] })
  return found?.answers ?? {}
}

/** A frozen study: two models, six prompts, two practice items, no repeats and no checks. */
async function makeStudy(): Promise<string> {
  const folder = join(bridge.folder, 'study')
  for (const model of ['base', 'tuned']) {
    mkdirSync(join(folder, model), { recursive: true })
    const names = readdirSync(join(SAMPLE, model)).filter((name) => name.endsWith('.png'))
    for (const name of names.filter((one) => /^(bus|cars)_/.test(one))) {
      copyFileSync(join(SAMPLE, model, name), join(folder, model, name))
    }
  }
  const rows = ['bus', 'cars'].flatMap((group) =>
    [1, 2, 3].map((level) => `${group},${level},sensible,${group} as in level ${level}`),
  )
  expect(rows.length).toBe(PROMPTS)
  writeFileSync(join(folder, 'prompts.csv'), ['group,level,kind,prompt', ...rows].join('\n'))
  const path = bridge.corpus('study', () => undefined)
  await call('studies.create', {
    corpus: path,
    study: 'first',
    prompts: { file: join(folder, 'prompts.csv') },
    design: { compare: true, practice: 2, repeats: 0, leastRepeats: 0, checkEvery: 0, seed: 3 },
  })
  for (const model of ['base', 'tuned']) {
    const { job } = await call<{ job: string }>('studies.addImages', {
      corpus: path,
      study: 'first',
      model,
      source: join(folder, model),
      pattern: '{group}_{level}_{seed}.png',
    })
    for (;;) {
      const jobs = await call<{ id: string; state: string }[]>('jobs.list', {})
      const state = jobs.find(({ id }) => id === job)?.state
      if (state === 'done') break
      expect(['queued', 'running']).toContain(state)
      await soon(20)
    }
  }
  await call('studies.freeze', { corpus: path, study: 'first' })
  return path
}

/** The window as it starts: new stores, and what its storage kept. */
function startWindow(): void {
  setActivePinia(createPinia())
  provideClient(
    createClient({
      ...bridge,
      call(name, input) {
        const error = fail?.(name, input as Record<string, unknown>)
        if (error) return Promise.resolve({ ok: false, error: toErrorValue(error) })
        return bridge.call(name, input)
      },
    }),
  )
}

/** The pictures of the item come onto the screen. */
async function look(): Promise<void> {
  const rating = useRating()
  await until(() => rating.current !== null)
  const { task, images } = rating.current as RatingTask
  await until(() => images.every((image) => rating.pictures.get(image).state === 'ready'))
  for (const image of images) rating.pictures.paint(task, image, images)
}
async function begin(mode: RatingMode = 'rate'): Promise<ReturnType<typeof useRating>> {
  const rating = useRating()
  await rating.open(corpus, 'first', mode)
  if (rating.phase === 'who') await rating.setRater('Marta')
  if (rating.phase === 'instructions') rating.begin()
  return rating
}
async function rateAll(keys: string): Promise<void> {
  const rating = useRating()
  await look()
  for (const key of keys) rating.press(key)
}
/** Through practice to the first item that counts. */
async function practised(): Promise<ReturnType<typeof useRating>> {
  const rating = await begin()
  await rateAll('00000')
  await rateAll('00000')
  await until(() => rating.phase === 'practised')
  rating.begin()
  await look()
  return rating
}

beforeAll(async () => {
  bridge = startWindowEngine()
  Object.assign(globalThis, {
    Image: class {
      onload: (() => void) | null = null
      set src(_: string) {
        queueMicrotask(() => this.onload?.())
      }
    },
    createImageBitmap: () => Promise.resolve({ width: 384, height: 384, close: () => undefined }),
  })
  made = await makeStudy()
})
afterAll(() => bridge.stop())

beforeEach(async () => {
  kept = new Map()
  globalThis.localStorage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  } as unknown as Storage
  fail = null
  await call('corpora.open', { path: made })
  corpus = made
  startWindow()
})
afterEach(async () => {
  fail = null
  useRating().retrySaving()
  await useRating().settled()
  // As long as there is something to take back, the next test would find it.
  for (const mode of ['rate', 'compare'] as const) {
    while (await call('ratings.undo', of(mode)));
  }
})

describe('rating', () => {
  test('asks who rates, shows the instructions, then practice, and says how that went', async () => {
    const rating = useRating()
    await rating.open(corpus, 'first', 'rate')
    expect(rating.phase).toBe('who')
    await rating.setRater('  Marta ')
    expect(rating.rater).toBe('Marta')
    expect(rating.phase).toBe('instructions')
    rating.begin()
    expect(rating.isPractice).toBe(true)
    await rateAll('00000')
    expect(rating.at).toBe(1)
    await rateAll('00000')
    await until(() => rating.qualified !== null)
    expect(rating.phase).toBe('practised')
    expect(rating.qualified).toBe(true)
  })

  test('not passed is said, and practice can be done again from its beginning', async () => {
    const rating = await begin()
    await rateAll('55555')
    await rateAll('55555')
    await until(() => rating.qualified !== null)
    expect(rating.qualified).toBe(false)
    rating.practiseAgain()
    expect(rating.at).toBe(0)
    await look()
    expect(rating.answers).toEqual({})
    await rateAll('00000')
    await rateAll('00000')
    await until(() => rating.qualified !== null)
    expect(rating.qualified).toBe(true)
  })

  test('moves the light with each key, has the next item at once, and writes in order', async () => {
    const rating = await practised()
    const first = rating.current?.task as string
    expect(rating.lit).toBe(0)
    for (const [i, key] of [...'4035'].entries()) {
      rating.press(key)
      expect(rating.lit).toBe(i + 1)
    }
    rating.press('7')
    expect(rating.lit).toBe(4)
    rating.press('2')
    expect(rating.current?.task).not.toBe(first)
    expect(rating.lit).toBe(0)
    await rating.settled()
    expect(await answersOf(first)).toEqual({
      objects: '4',
      attributes: '0',
      relations: '3',
      setting: '5',
      overall: '2',
    })
    expect(rating.counts).toEqual({ total: 2 * PROMPTS, rated: 1, open: 0 })
  })

  test('takes no answer before the picture is on the screen, nor the keys of the one before', async () => {
    const rating = await practised()
    for (const key of '44444') rating.press(key)
    const { task } = rating.current as RatingTask
    rating.press('5')
    expect(rating.refusal).toBe('notShown')
    expect(rating.answers).toEqual({})
    rating.say('cannot')
    expect(rating.answers).toEqual({})
    await look()
    rating.press('5')
    expect(rating.refusal).toBeNull()
    expect(rating.answers).toEqual({ objects: '5' })
    expect(rating.current?.task).toBe(task)
  })

  test('sets and never toggles; a correction stays at its picture, and Backspace takes away', async () => {
    const rating = await practised()
    rating.press('3')
    rating.light(0)
    rating.press('3')
    expect(rating.answers).toEqual({ objects: '3' })
    rating.clear()
    expect(rating.answers).toEqual({})
    for (const key of '12345') rating.press(key)
    const at = rating.at
    rating.previous()
    await look()
    expect(rating.isDone).toBe(true)
    rating.light(1)
    rating.press('0')
    expect([rating.at, rating.lit]).toEqual([at - 1, 2])
    expect(rating.answers['attributes']).toBe('0')
    rating.previous()
    expect(rating.refusal).toBe('first')
    rating.next()
    expect(rating.at).toBe(at)
    rating.next()
    expect([rating.at, rating.refusal]).toEqual([at, 'open'])
    rating.skip()
    expect(rating.at).toBe(at + 1)
    expect(rating.counts.open).toBe(1)
  })

  test('takes back to the picture and the aspect concerned, over restarts, and brings back', async () => {
    let rating = await practised()
    const [first, second] = (await queueOf('rate')).tasks.slice(2) as [string, string]
    for (const key of '12345') rating.press(key)
    await look()
    rating.press('4')
    await rating.settled()
    startWindow()
    rating = await begin()
    expect(rating.current?.task ?? second).toBe(second)
    await look()
    expect([rating.lit, rating.answers]).toEqual([1, { objects: '4' }])
    await rating.undo()
    expect([rating.lit, rating.answers]).toEqual([0, {}])
    await rating.undo()
    await look()
    expect(rating.current?.task).toBe(first)
    expect(ASPECTS[rating.lit]).toBe('overall')
    expect(rating.answers['overall']).toBeUndefined()
    await rating.redo()
    expect(rating.answers['overall']).toBe('5')
    await rating.undo()
    await look()
    rating.press('0')
    // The item is done, and the next open one comes.
    expect(rating.at).toBe(3)
    await rating.settled()
    expect((await answersOf(first))['overall']).toBe('0')
  })

  test('goes on while the engine is gone, and another window writes what is left', async () => {
    const old = await practised()
    await old.settled()
    const [first] = (await queueOf('rate')).tasks.slice(2) as [string]
    let tries = 0
    fail = (name) => {
      if (name !== 'ratings.set') return null
      tries++
      return new AppError('internal', 'The engine broke off.')
    }
    for (const key of '54') old.press(key)
    await until(() => tries > 1)
    expect(old.unsaved).toBe(2)
    expect(old.problem?.message).toBe('The engine broke off.')
    expect(old.answers).toEqual({ objects: '5', attributes: '4' })
    const before = new Map(kept)
    // It comes to nothing; the next one finds what the window's storage held.
    fail = (name) => (name === 'ratings.set' ? new AppError('invalid-input', 'killed') : null)
    old.retrySaving()
    await old.settled()
    startWindow()
    kept = before
    fail = null
    const rating = await begin()
    await look()
    expect(await answersOf(first)).toEqual({ objects: '5', attributes: '4' })
    expect([rating.current?.task, rating.lit, rating.unsaved]).toEqual([first, 2, 0])
    // Each stands there once.
    await rating.undo()
    await rating.undo()
    expect(await answersOf(first)).toEqual({})
  })

  test('an answer that the corpus refuses is told, and shown no longer', async () => {
    const rating = await practised()
    fail = (name, input) =>
      name === 'ratings.set' && input['answer'] === '1'
        ? new AppError('invalid-input', 'no answer here')
        : null
    rating.press('1')
    rating.press('2')
    await rating.settled()
    await until(() => rating.answers['objects'] === undefined)
    expect(rating.answers).toEqual({ attributes: '2' })
    expect(
      useUi()
        .toasts.map(({ message }) => message)
        .join(),
    ).toContain('no answer here')
  })

  test('comparisons keep the side that was chosen, and undo them alone', async () => {
    const rating = await practised()
    rating.press('5')
    await rating.settled()
    await begin('compare')
    while (rating.phase === 'items' && rating.isPractice) {
      await look()
      rating.say('left')
    }
    if (rating.phase === 'practised') rating.begin()
    await look()
    const shown = rating.current as RatingTask
    expect(shown.images.length).toBe(2)
    rating.say('right')
    expect(rating.current?.task).not.toBe(shown.task)
    await rating.settled()
    const answer = async (): Promise<unknown> =>
      (await call<RatingTask[]>('ratings.tasks', { ...of('compare'), tasks: [shown.task] }))[0]
    expect(await answer()).toMatchObject({ images: shown.images, answers: { '': 'right' } })
    await rating.undo()
    expect(rating.current?.task).toBe(shown.task)
    expect(await answer()).toMatchObject({ answers: {} })
    while (await call('ratings.undo', of('compare')));
    await begin('rate')
    await look()
    expect(rating.answers).toEqual({ objects: '5' })
  })

  test('ends behind the last item, and says what was left open', async () => {
    const rating = await practised()
    rating.skip()
    for (let i = 1; i < 2 * PROMPTS; i++) await rateAll('33333')
    expect(rating.phase).toBe('end')
    expect(rating.counts).toEqual({ total: 2 * PROMPTS, rated: 2 * PROMPTS - 1, open: 1 })
    rating.goToOpen()
    expect(rating.at).toBe(2)
    await rateAll('33333')
    expect(rating.phase).toBe('end')
    expect(rating.counts.open).toBe(0)
    await rating.settled()
    expect((await queueOf('rate')).done.every(Boolean)).toBe(true)
  })
})
