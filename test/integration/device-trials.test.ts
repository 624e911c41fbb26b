import { expect, test } from 'vitest'
import { tryDevices } from '../../src/main/engine/devices.ts'
import { findEntries } from '../../src/main/engine/entries.ts'
import type { DeviceState } from '../../src/shared/contract/index.ts'

test('a device is ticked when a small graph has run on it, and says why where it has not', async () => {
  const states = await tryDevices(findEntries())
  const cpu = states.find(({ device }) => device === 'cpu') as DeviceState
  expect(cpu).toMatchObject({ works: true, reason: null, hint: null })
  expect(cpu.gflops).toBeGreaterThan(0.1)
  expect(cpu.name).not.toBe('')
  for (const state of states) {
    if (state.works) expect(state.gflops, state.device).toBeGreaterThan(0)
    else {
      expect(state.reason, state.device).not.toBe('')
      expect(state.hint, state.device).not.toBe('')
    }
  }
})

test('a device whose values are wrong, or whose process dies, does not work', async () => {
  const entries = {
    ...findEntries(),
    inferenceHost: new URL('../support/wrong-trial-host.ts', import.meta.url),
  }
  const states = await tryDevices(entries)
  const of = (device: string): DeviceState | undefined =>
    states.find((state) => state.device === device)
  expect(of('cpu')).toMatchObject({ works: true })
  // Which others there are depends on the build of the runtime; on Linux x64 both of them.
  const [webgpu, cuda] = [of('webgpu'), of('cuda')]
  if (webgpu)
    expect(webgpu).toMatchObject({ works: false, reason: 'webgpu computes wrong values.' })
  if (cuda) expect(cuda).toMatchObject({ works: false })
  if (cuda) expect(cuda.reason).toMatch(/broke off \(SIGKILL\)/)
  if (process.platform === 'linux' && process.arch === 'x64') expect(webgpu && cuda).toBeTruthy()
})
