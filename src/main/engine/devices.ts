import { createInferenceHost } from '../inference/host/client.ts'
import type { Entries } from '../jobs/run/entries.ts'

/** Devices that this machine has a way to. Starts a process. @throws AppError */
export async function listDevices(entries: Entries): Promise<string[]> {
  const host = createInferenceHost(entries.inferenceHost)
  try {
    return await host.devices()
  } finally {
    await host.close()
  }
}

/** Asks once and keeps the answer; after a failure the next call asks again. */
export function keepAnswer<T>(ask: () => Promise<T>): () => Promise<T> {
  let kept: Promise<T> | null = null
  return () => {
    if (kept) return kept
    const asked = ask()
    kept = asked
    asked.catch(() => {
      if (kept === asked) kept = null
    })
    return asked
  }
}
