import { describe, expect, test } from 'vitest'
import type { Answers, RatingTask } from '../../../../../src/shared/contract/ratings.ts'
import { AppError } from '../../../../../src/shared/errors.ts'
import { createPictureShelf } from '../../../../../src/renderer/src/features/rating/rating-pictures.ts'
import { createTaskShelf } from '../../../../../src/renderer/src/features/rating/rating-tasks.ts'
import {
  createRatingWriter,
  type RatingWrite,
} from '../../../../../src/renderer/src/features/rating/rating-writer.ts'

const turns = async (n = 20): Promise<void> => {
  for (let i = 0; i < n; i++) await Promise.resolve()
}

/** Pictures whose loading ends when the test says so. */
function pictureDesk(most: number) {
  const waiting = new Map<string, { done: () => void; fail: () => void }>()
  const asked: string[] = []
  const open = new Set<string>()
  const shelf = createPictureShelf({
    load: (token) => {
      asked.push(token)
      return new Promise<{ width: number; height: number; close(): void }>((resolve, reject) =>
        waiting.set(token, {
          done: () => {
            open.add(token)
            resolve({ width: 1000, height: 1000, close: () => void open.delete(token) })
          },
          fail: () => reject(new Error('no picture')),
        }),
      )
    },
    most,
    onChange: () => undefined,
  })
  const end = async (token: string, how: 'done' | 'fail' = 'done'): Promise<void> => {
    waiting.get(token)?.[how]()
    waiting.delete(token)
    await turns()
  }
  return { shelf, asked, open, end, waiting }
}

describe('pictures', () => {
  test('are closed when they are not needed any more, also those that come too late', async () => {
    const { shelf, open, end } = pictureDesk(1e9)
    shelf.want(['a', 'b'], 1)
    await end('a')
    expect(shelf.get('a').state).toBe('ready')
    shelf.want(['c'], 1)
    expect([...open]).toEqual([])
    await end('b')
    expect([...open]).toEqual([])
    await end('c')
    expect([...open]).toEqual(['c'])
    shelf.clear()
    expect([...open]).toEqual([])
  })

  test('are held up to a number of bytes, the most urgent first, and the present one always', async () => {
    const { shelf, open, end, waiting } = pictureDesk(9_000_000)
    shelf.want(['a', 'b', 'c', 'd'], 1)
    await end('a')
    for (const token of [...waiting.keys()]) await end(token)
    // 4 MB each: two fit.
    expect([...open].toSorted()).toEqual(['a', 'b'])
    expect(shelf.bytes).toBe(8_000_000)
    const small = pictureDesk(1)
    small.shelf.want(['a', 'b', 'c'], 2)
    await small.end('a')
    await small.end('b')
    expect([...small.open]).toEqual(['a', 'b'])
  })

  test('that are to be seen now do not wait for those read ahead', () => {
    const { shelf, asked } = pictureDesk(1e9)
    shelf.want(['a'], 1)
    shelf.want(['b'], 1)
    shelf.want(['c'], 1)
    shelf.want(['d', 'e'], 1)
    expect(asked).toEqual(['a', 'b', 'c', 'd'])
  })

  test('that cannot be shown say so until they are tried again', async () => {
    const { shelf, end } = pictureDesk(1e9)
    shelf.want(['a'], 1)
    await end('a', 'fail')
    expect(shelf.get('a').state).toBe('failed')
    shelf.retry()
    expect(shelf.get('a').state).toBe('loading')
    await end('a')
    expect(shelf.get('a').state).toBe('ready')
  })

  test('stay few over 10,000 items', async () => {
    const { shelf, open, end, waiting } = pictureDesk(256 * 2 ** 20)
    let most = 0
    for (let i = 1; i < 10_000; i++) {
      shelf.want([`${i}`, `${i + 1}`, `${i - 1}`, `${i + 2}`, `${i + 3}`], 1)
      for (const token of [...waiting.keys()]) await end(token)
      most = Math.max(most, open.size)
    }
    expect(most).toBeLessThanOrEqual(5)
    expect(shelf.bytes).toBeLessThanOrEqual(20_000_000)
  })
})

describe('tasks', () => {
  test('are read in batches ahead of the present one, and only near ones are kept', async () => {
    const tokens = Array.from({ length: 10_000 }, (_, i) => String(i))
    const reads: string[][] = []
    const shelf = createTaskShelf({
      tokens: () => tokens,
      read: (wanted) => {
        reads.push(wanted)
        return Promise.resolve(
          wanted.map((task): RatingTask => ({
            task,
            prompt: '',
            images: [],
            answers: {},
            practice: false,
          })),
        )
      },
      onLoad: () => undefined,
      onError: (error) => {
        throw error
      },
    })
    let most = 0
    for (let at = 0; at < tokens.length; at++) {
      shelf.want(at)
      await turns()
      most = Math.max(most, shelf.size)
      expect(shelf.get(tokens[at] as string)).toBeDefined()
      const next = tokens[at + 1]
      if (next) expect(shelf.get(next)).toBeDefined()
    }
    expect(most).toBeLessThanOrEqual(140)
    expect(reads.every((batch) => batch.length <= 20)).toBe(true)
    expect(reads.length).toBeLessThan(1000)
  })
})

const entry = (task: string, answer: string | null, aspect = 'a'): RatingWrite => ({
  corpus: '/c',
  study: 's',
  rater: 'r',
  mode: 'rate',
  task,
  aspect,
  answer,
  ms: 1,
  position: 0,
  zoom: 1,
  left: null,
})

/** An engine that answers, fails or keeps and then fails. */
function pretendEngine() {
  const kept: RatingWrite[] = []
  const now = new Map<string, Answers>()
  const state = { fails: [] as ((write: RatingWrite) => unknown)[], tries: 0, problem: '' }
  const refused: RatingWrite[] = []
  const put = (write: RatingWrite): void => {
    kept.push(write)
    const answers = now.get(write.task) ?? {}
    if (write.answer === null) delete answers[write.aspect]
    else answers[write.aspect] = write.answer
    now.set(write.task, answers)
  }
  const writer = createRatingWriter({
    send(write) {
      state.tries++
      const thrown = state.fails.shift()?.(write)
      if (thrown) return Promise.reject(thrown)
      put(write)
      return Promise.resolve()
    },
    read: (write) => Promise.resolve({ ...now.get(write.task) }),
    wait: () => Promise.resolve(),
    onChange: (_, error) => (state.problem = error?.message ?? ''),
    onRefused: (write) => refused.push(write),
  })
  const done = async (): Promise<void> => {
    for (let i = 0; i < 1000 && writer.pending.length > 0; i++) await turns()
  }
  return { writer, kept, state, refused, put, done }
}
const gone = (): AppError => new AppError('internal', 'The engine broke off.')

describe('what is written', () => {
  test('goes out one after the other, and is tried again until the engine is back', async () => {
    const { writer, kept, state, refused, done } = pretendEngine()
    state.fails = Array.from({ length: 12 }, () => gone)
    writer.write(entry('1', '3'))
    writer.write(entry('1', '4', 'b'))
    writer.write(entry('2', '0'))
    await turns(4)
    expect(state.problem).toBe('The engine broke off.')
    expect(writer.pending.length).toBe(3)
    await done()
    expect(kept.map(({ task, aspect, answer }) => task + aspect + answer)).toEqual([
      '1a3',
      '1b4',
      '2a0',
    ])
    expect(refused).toEqual([])
    expect(state.problem).toBe('')
  })

  test('is not written twice when the engine died after it kept it', async () => {
    const { writer, kept, state, put, done } = pretendEngine()
    state.fails = [
      (write) => {
        put(write)
        return gone()
      },
    ]
    writer.write(entry('1', '3'))
    await done()
    expect(kept.length).toBe(1)
  })

  test('from before a restart is written once, whether it was kept or not', async () => {
    const { writer, kept, put, done } = pretendEngine()
    put(entry('1', '3'))
    writer.restore([entry('1', '3'), entry('2', '5')])
    await done()
    expect(kept.map(({ task, answer }) => task + answer)).toEqual(['13', '25'])
  })

  test('that the corpus refuses goes with what was said later of the same, and nothing else', async () => {
    const { writer, kept, state, refused, done } = pretendEngine()
    state.fails = [() => new AppError('invalid-input', 'no such answer')]
    writer.write(entry('1', '9'))
    writer.write(entry('1', '8'))
    writer.write(entry('1', '4', 'b'))
    await done()
    expect(refused.map(({ answer }) => answer)).toEqual(['9'])
    expect(kept.map(({ answer }) => answer)).toEqual(['4'])
  })

  test('shows over what was read before it arrived', () => {
    const { writer, state } = pretendEngine()
    state.fails = [gone]
    writer.write(entry('1', '3'))
    writer.write(entry('1', null, 'b'))
    expect(writer.over('1', { a: '1', b: '2', c: '5' })).toEqual({ a: '3', c: '5' })
    expect(writer.over('2', { a: '1' })).toEqual({ a: '1' })
  })
})
