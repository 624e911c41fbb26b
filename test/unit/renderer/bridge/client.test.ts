import { reactive } from 'vue'
import { describe, expect, test } from 'vitest'
import { coalesced, createClient, latest } from '../../../../src/renderer/src/bridge/client.ts'
import { AppError } from '../../../../src/shared/errors.ts'

function deferred<T>() {
  let resolve!: (value: T) => void
  let reject!: (error: unknown) => void
  const promise = new Promise<T>((yes, no) => {
    resolve = yes
    reject = no
  })
  return { promise, resolve, reject }
}

describe('a late answer', () => {
  test('never overwrites a newer one', async () => {
    const answers = [deferred<string>(), deferred<string>()]
    let n = 0
    const read = latest(() => (answers[n++] as (typeof answers)[0]).promise)
    const first = read()
    const second = read()
    answers[1]!.resolve('new')
    answers[0]!.resolve('old')
    expect(await second).toEqual({ late: false, value: 'new' })
    expect(await first).toEqual({ late: true })
  })

  test('does not complain either when it fails late', async () => {
    const answers = [deferred<string>(), deferred<string>()]
    let n = 0
    const read = latest(() => (answers[n++] as (typeof answers)[0]).promise)
    const first = read()
    const second = read()
    answers[0]!.reject(new Error('gone'))
    answers[1]!.resolve('here')
    expect(await first).toEqual({ late: true })
    expect(await second).toEqual({ late: false, value: 'here' })
  })

  test('of a call that was given up is late', async () => {
    const answer = deferred<string>()
    const read = latest(() => answer.promise)
    const asked = read()
    read.cancel()
    answer.resolve('too late')
    expect(await asked).toEqual({ late: true })
  })

  test('an error of the newest call is thrown', async () => {
    const read = latest(() => Promise.reject(new AppError('io', 'disk full')))
    await expect(read()).rejects.toThrow('disk full')
  })
})

test('a drag asks one place at a time and always the last one', async () => {
  const asked: number[] = []
  const waits: ReturnType<typeof deferred<void>>[] = []
  const ask = coalesced((at: number) => {
    asked.push(at)
    const wait = deferred<void>()
    waits.push(wait)
    return wait.promise
  })
  for (let at = 1; at <= 50; at++) ask(at)
  expect(asked).toEqual([1])
  waits[0]!.resolve()
  await new Promise((resolve) => setTimeout(resolve, 0))
  expect(asked).toEqual([1, 50])
  waits[1]!.resolve()
  await new Promise((resolve) => setTimeout(resolve, 0))
  expect(asked).toEqual([1, 50])
})

describe('the client', () => {
  test('sends plain values and gives the answer', async () => {
    const seen: unknown[] = []
    const client = createClient({
      call: (name, input) => {
        structuredClone(input)
        seen.push([name, input])
        return Promise.resolve({ ok: true, value: { job: 'j1' } })
      },
      on: () => () => undefined,
      pathOf: () => '',
    })
    const input = reactive({ corpus: '/c', inputs: ['a.warc'], images: 'archive' as const })
    expect(await client.call('jobs.ingest', input)).toEqual({ job: 'j1' })
    expect(seen).toEqual([['jobs.ingest', { corpus: '/c', inputs: ['a.warc'], images: 'archive' }]])
  })

  test('throws an error that names the kind and what to do next', async () => {
    const client = createClient({
      call: () =>
        Promise.resolve({
          ok: false,
          error: { kind: 'not-found', message: 'no corpus', hint: 'open another' },
        }),
      on: () => () => undefined,
      pathOf: () => '',
    })
    const thrown = await client
      .call('corpora.open', { path: '/x' })
      .catch((error: unknown) => error)
    expect(thrown).toBeInstanceOf(AppError)
    expect(thrown).toMatchObject({ kind: 'not-found', hint: 'open another' })
  })
})
