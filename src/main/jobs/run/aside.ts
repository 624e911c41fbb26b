import { createHelper } from '../../processes/helper.ts'
import type { CallOptions, CallTable, EventOf } from '../../processes/peer.ts'
import { startThread } from '../../processes/start.ts'
import { ENGINE_STOPS } from './job.ts'

/** How long a task may take to end after it was asked to. */
const GRACE_MS = 30_000

/**
 * Runs one task in a thread of its own, so that the engine goes on answering. Input, events and the
 * result are copied between the threads; an event is awaited before the next one is sent.
 *
 * A canceled task ends by itself with what it has; one that does not is ended (`canceled`).
 * @param entry serves the table of tasks (`serveParent`)
 * @param options.graceMs how long a canceled task may take to end by itself; 0 = it never does
 * @param options.timeoutMs after which the thread is ended with `refused`
 * @throws AppError of the task; `internal` when the thread dies
 */
export type RunAside<C extends CallTable<C>> = <N extends keyof C & string>(
  entry: URL,
  name: N,
  input: C[N]['input'],
  options?: AsideOptions<EventOf<C[N]>>,
) => Promise<C[N]['value']>

export interface AsideOptions<E> extends Pick<CallOptions<E>, 'signal' | 'timeoutMs' | 'onEvent'> {
  graceMs?: number
}

export function createAside<C extends CallTable<C>>(): RunAside<C> {
  return async (entry, name, input, { graceMs = GRACE_MS, ...options } = {}) => {
    const thread = createHelper<C>({
      name: `The thread for ${name}`,
      start: () => startThread(entry),
      closeMs: 0,
    })
    try {
      const reply = await thread.call(name, input, {
        ...options,
        // The program ends: what is not written down is done again at its next start.
        graceMs: (reason) => (reason === ENGINE_STOPS ? 0 : graceMs),
      })
      return reply.value
    } finally {
      await thread.close()
    }
  }
}
