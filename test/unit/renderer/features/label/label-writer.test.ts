import { describe, expect, test } from 'vitest'
import { OPEN_LABEL } from '../../../../../src/shared/contract/index.ts'
import { AppError } from '../../../../../src/shared/errors.ts'
import {
  createLabelWriter,
  type LabelWrite,
} from '../../../../../src/renderer/src/features/label/label-writer.ts'

const entry = (pair: number, note: string): LabelWrite => ({
  corpus: '/a.gleaner',
  annotator: 'ann',
  review: false,
  pair,
  state: { ...OPEN_LABEL, note },
  seconds: null,
})

/** A writer whose corpus refuses some notes; what happened, in order. */
function writer(refuse: (write: LabelWrite) => AppError | null, engine = { comesBack: true }) {
  const seen: string[] = []
  const say = (word: string) => (write: LabelWrite) => seen.push(`${word} ${write.state.note}`)
  const made = createLabelWriter({
    send(write) {
      say('send')(write)
      const error = refuse(write)
      return error ? Promise.reject(error) : Promise.resolve()
    },
    read: () => Promise.resolve(OPEN_LABEL),
    engineBack: () => Promise.resolve(engine.comesBack),
    onPending: () => undefined,
    onKept: say('kept'),
    onLost: say('lost'),
  })
  return { made, seen }
}

describe('what was said', () => {
  test('is written one after the other, in its order', async () => {
    const { made, seen } = writer(() => null)
    for (const [pair, note] of [
      [1, 'a'],
      [2, 'b'],
      [1, 'c'],
    ] as const) {
      made.write(entry(pair, note))
    }
    expect(made.pending).toBe(3)
    await made.settled()
    expect(seen).toEqual(['send a', 'kept a', 'send b', 'kept b', 'send c', 'kept c'])
    expect(made.pending).toBe(0)
  })

  test('of a pair goes with what could not be kept of it; of other pairs it does not', async () => {
    const { made, seen } = writer(({ state }) =>
      state.note === 'a' ? new AppError('io', 'The disk is full.') : null,
    )
    made.write(entry(1, 'a'))
    made.write(entry(2, 'b'))
    made.write(entry(1, 'c'))
    await made.settled()
    // An error that the engine itself gave is no reason to ask again.
    expect(seen).toEqual(['send a', 'lost a', 'send b', 'kept b'])
  })

  test('waits for an engine that died, a few times, and is lost with one that does not come back', async () => {
    const gone = () => new AppError('internal', 'The engine stopped: SIGKILL')
    let deaths = 2
    const again = writer(() => (deaths-- > 0 ? gone() : null))
    again.made.write(entry(1, 'a'))
    await again.made.settled()
    expect(again.seen).toEqual(['send a', 'send a', 'send a', 'kept a'])
    const never = writer(gone)
    never.made.write(entry(1, 'a'))
    await never.made.settled()
    expect(never.seen).toEqual([...Array<string>(6).fill('send a'), 'lost a'])
    const away = writer(gone, { comesBack: false })
    away.made.write(entry(1, 'a'))
    await away.made.settled()
    expect(away.seen).toEqual(['send a', 'lost a'])
  })
})
