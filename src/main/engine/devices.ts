import type { DeviceState } from '#shared/contract/index.ts'
import { AppError, errorLine, toErrorValue } from '#shared/errors.ts'
import { createInferenceHost } from '../inference/host/client.ts'
import type { Entries } from '../jobs/run/entries.ts'

/** Longer than any driver should take to start, compile and run a product of matrices. */
const TRIAL_MS = 60_000

type RealDevice = DeviceState['device']

/** What is needed for a device; `docs/devices.md` says more. */
const NEEDED: Record<RealDevice, string> = {
  cpu: 'Install Gleaner again: scoring does not work without it.',
  webgpu:
    'WebGPU needs a graphics driver with Vulkan (Linux), Direct3D 12 (Windows) or Metal (macOS): install or update it.',
  cuda: 'CUDA needs an NVIDIA card with its driver, CUDA 12, cuDNN 9 and the CUDA libraries of onnxruntime: docs/devices.md says how to install them.',
  coreml: 'Core ML needs macOS 13 or newer: update the system.',
  dml: 'DirectML needs Windows 10 or newer and a driver for Direct3D 12: update both.',
}

/** Devices that this build of the runtime has a way to. Starts a process. @throws AppError */
export async function listDevices(entries: Entries): Promise<RealDevice[]> {
  const host = createInferenceHost(entries.inferenceHost)
  try {
    return await host.devices()
  } finally {
    await host.close()
  }
}

/** Tries every device, each in a process that may be lost. @throws AppError where none can be listed */
export async function tryDevices(entries: Entries): Promise<DeviceState[]> {
  const states: DeviceState[] = []
  // One after the other: they share the processor, and a rate is stated.
  for (const device of await listDevices(entries)) states.push(await trial(entries, device))
  return states
}

async function trial(entries: Entries, device: RealDevice): Promise<DeviceState> {
  const host = createInferenceHost(entries.inferenceHost)
  try {
    const { name, gflops } = await host.tryDevice(device, TRIAL_MS)
    return { device, works: true, name, gflops, reason: null, hint: null, details: null }
  } catch (error) {
    return {
      device,
      works: false,
      name: null,
      gflops: null,
      reason: error instanceof AppError ? error.message : errorLine(error),
      hint: NEEDED[device],
      details: toErrorValue(error).details ?? null,
    }
  } finally {
    await host.close()
  }
}

/** Asks once and keeps the answer; after a failure, or where it is wanted, the next call asks again. */
export function keepAnswer<T>(ask: () => Promise<T>): (again?: boolean) => Promise<T> {
  let kept: Promise<T> | null = null
  return (again = false) => {
    if (kept && !again) return kept
    const asked = ask()
    kept = asked
    asked.catch(() => {
      if (kept === asked) kept = null
    })
    return asked
  }
}
