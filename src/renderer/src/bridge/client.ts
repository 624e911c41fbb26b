import type {
  Bridge,
  CallInput,
  CallName,
  CallOutput,
  EngineEvents,
  ShellCallName,
  ShellCalls,
  ShellEvents,
} from '#shared/contract/index.ts'
import { AppError, fromErrorValue } from '#shared/errors.ts'

/** Everything that reaches the window without being asked for. */
export type WindowEvents = EngineEvents & ShellEvents

/** The typed way out of the window. Every call throws an `AppError` when it fails. */
export interface GleanerClient {
  call<N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>>
  shell<N extends ShellCallName>(
    name: N,
    input: ShellCalls[N]['input'],
  ): Promise<ShellCalls[N]['output']>
  on<E extends keyof WindowEvents>(name: E, listener: (value: WindowEvents[E]) => void): () => void
  pathOf(file: File): string
}

/** Reactive proxies cannot cross the bridge; inputs are small, so a JSON round trip is enough. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value)) as unknown
}

export function createClient(bridge: Bridge): GleanerClient {
  async function ask(name: string, input: unknown): Promise<unknown> {
    const reply = await bridge.call(name, plain(input))
    if (reply.ok) return reply.value
    throw fromErrorValue(reply.error)
  }
  return {
    call: (name, input) => ask(name, input) as Promise<CallOutput<typeof name>>,
    shell: (name, input) => ask(name, input) as Promise<ShellCalls[typeof name]['output']>,
    on: (name, listener) => bridge.on(name, listener as (value: unknown) => void),
    pathOf: (file) => bridge.pathOf(file),
  }
}

let shared: GleanerClient | null = null

/** The client of this window. */
export function useClient(): GleanerClient {
  if (shared) return shared
  if (typeof window === 'undefined' || !window.gleaner) {
    throw new AppError(
      'internal',
      'The window has no connection to the program.',
      'Start it with `npm start`; the page alone cannot work.',
    )
  }
  shared = createClient(window.gleaner)
  return shared
}

/** For tests: another bridge, or null to look at the window again. */
export function provideClient(client: GleanerClient | null): void {
  shared = client
}

export type Latest<R> = { late: false; value: R } | { late: true }

/**
 * Wraps an asynchronous read so that a late answer never overwrites a newer one: only the call
 * made last gets its value, every earlier one resolves to `{ late: true }`, also when it fails.
 */
export function latest<A extends unknown[], R>(
  read: (...args: A) => Promise<R>,
): ((...args: A) => Promise<Latest<R>>) & { cancel(): void } {
  let newest = 0
  const run = async (...args: A): Promise<Latest<R>> => {
    const mine = ++newest
    try {
      const value = await read(...args)
      return mine === newest ? { late: false, value } : { late: true }
    } catch (error) {
      if (mine !== newest) return { late: true }
      throw error
    }
  }
  return Object.assign(run, {
    cancel: () => {
      newest++
    },
  })
}

/**
 * Keeps at most one call under way. What is asked meanwhile replaces what waits; so a drag that
 * moves faster than the answers come asks for the newest place only, and always for the last.
 */
export function coalesced<A extends unknown[]>(
  run: (...args: A) => Promise<void>,
): (...args: A) => void {
  let busy = false
  let waiting: A | null = null
  const start = (args: A): void => {
    busy = true
    void run(...args).finally(() => {
      busy = false
      const next = waiting
      waiting = null
      if (next) start(next)
    })
  }
  return (...args) => {
    if (busy) waiting = args
    else start(args)
  }
}
