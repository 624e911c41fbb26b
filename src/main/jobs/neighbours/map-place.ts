import { availableParallelism } from 'node:os'
import { KEY } from '../../store/repositories/map-items.ts'
import type { JobContext } from '../run/job.ts'
import { runMapTask } from './map-calls.ts'
import type { MapCalls } from './map-calls.ts'

/** Fewer are placed by one thread. */
const ENOUGH = 20_000
const MOST_THREADS = 8

/**
 * Where all of these keys lie, each by itself: in threads, as many as there are cores.
 * @returns the keys that have an embedding, in order, with x and y; null when it was canceled
 */
export async function placeAll(
  ctx: Pick<JobContext, 'signal' | 'entries' | 'progress'>,
  input: MapCalls['place']['input'],
  note: string,
): Promise<{ keys: Uint8Array; at: Float32Array } | null> {
  const n = input.keys.length / KEY
  const threads = Math.max(1, Math.min(availableParallelism(), MOST_THREADS, Math.ceil(n / ENOUGH)))
  const each = Math.ceil(n / threads)
  let done = 0
  const parts = await Promise.all(
    Array.from({ length: threads }, (_, thread) => {
      const keys = input.keys.slice(thread * each * KEY, (thread + 1) * each * KEY)
      return runMapTask(
        ctx.entries.mapWorker,
        'place',
        { ...input, keys },
        {
          graceMs: 0,
          signal: ctx.signal,
          onEvent(event) {
            done += event.done
            ctx.progress({ done, total: n, unit: 'items', note })
          },
        },
      )
    }),
  )
  if (ctx.signal.aborted) return null
  const keys = new Uint8Array(input.keys.length)
  const at = new Float32Array(2 * n)
  let found = 0
  for (const [thread, part] of parts.entries()) {
    for (let i = 0; i < part.length / 2; i++) {
      if (Number.isNaN(part[2 * i])) continue
      const from = (thread * each + i) * KEY
      keys.set(input.keys.subarray(from, from + KEY), found * KEY)
      at[2 * found] = part[2 * i]!
      at[2 * found + 1] = part[2 * i + 1]!
      found++
    }
  }
  return { keys: keys.slice(0, found * KEY), at: at.slice(0, 2 * found) }
}
