import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, expect, test } from 'vitest'
import { createClient, provideClient } from '../../../../src/renderer/src/bridge/client.ts'
import { useMachine } from '../../../../src/renderer/src/state/machine.ts'

const MODEL = {
  kind: 'text-encoder',
  id: 'bert',
  name: 'BERT',
  state: 'installed',
  problem: null,
  license: null,
  bytes: 1,
  digest: 'd1',
  description: '',
  folder: '/m',
  isDemonstration: false,
  isBundled: false,
  dim: 1,
  maxLength: 1,
}
/** What the check of the model comes to next. */
let verdict: unknown

beforeEach(() => {
  setActivePinia(createPinia())
  provideClient(
    createClient({
      call: (name) =>
        Promise.resolve(
          (name === 'models.verify' ? verdict : { ok: true, value: [MODEL] }) as {
            ok: true
            value: unknown
          },
        ),
      on: () => () => undefined,
      pathOf: () => '',
    }),
  )
})

const shown = (): string => {
  const machine = useMachine()
  return machine.stateOf(machine.everyModel[0]!)
}

test('a model that differs from its reference, or does not run, is not shown as a good one', async () => {
  const machine = useMachine()
  await machine.loadModels()
  expect(shown()).toBe('installed')
  verdict = { ok: true, value: { ok: false, device: 'cpu', checks: [] } }
  await machine.verify('bert')
  expect(shown()).toBe('failed')
  verdict = { ok: true, value: { ok: true, device: 'cpu', checks: [] } }
  await machine.verify('bert')
  expect(shown()).toBe('installed')
  verdict = { ok: false, error: { kind: 'model', message: 'cannot be loaded' } }
  await machine.verify('bert')
  expect(shown()).toBe('failed')
  // What is not about its files says nothing of it.
  verdict = { ok: true, value: { ok: true, device: 'cpu', checks: [] } }
  await machine.verify('bert')
  verdict = { ok: false, error: { kind: 'busy', message: 'later' } }
  await machine.verify('bert')
  expect(shown()).toBe('installed')
})
