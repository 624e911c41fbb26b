import type { Transferable } from 'node:worker_threads'
import { AppError, fromErrorValue, toErrorValue } from '#shared/errors.ts'
import type { WireMessage } from '#shared/wire.ts'
import { CallOverdue } from './crash.ts'
import type { Line } from './line.ts'

/** What a call takes, what it gives, and what it tells on the way. */
export interface CallShape {
  input: unknown
  value: unknown
  event?: unknown
}
/** A table of calls by name: `interface MyCalls { add: { input: number[]; value: number } }`. */
export type CallTable<C> = { [N in keyof C]: CallShape }
/** What a call tells on the way; never = nothing. */
export type EventOf<C> = C extends { event: infer E } ? E : never

export interface Reply<V> {
  value: V
  /** Empty when none came. Over a stream it shares its memory: copy what is kept. */
  bytes: Uint8Array
}

/** What a handler gives: `bytes` travel beside the value, `transfer` is handed over to a thread. */
export interface Answer<V> {
  value: V
  bytes?: Uint8Array
  transfer?: readonly Transferable[]
}

/** What a handler has beside its input. */
export interface CallIo<E = never> {
  /** Aborted when the one who asked no longer wants it: end soon, with what there is. */
  signal: AbortSignal
  /** What came with the call; over a stream it shares its memory. */
  bytes: Uint8Array
  /** Tells something on the way; resolves when it was taken in, so that nothing piles up. */
  emit(event: E): Promise<void>
}

export type Handler<C extends CallShape> = (
  input: C['input'],
  io: CallIo<EventOf<C>>,
) => Answer<C['value']> | Promise<Answer<C['value']>>
/** One handler for each call; what is missing does not compile. */
export type Handlers<C extends CallTable<C>> = { [N in keyof C]: Handler<C[N]> }
/** Answers any call; for those who look the name up elsewhere. */
export type AnyHandler = (
  name: string,
  input: unknown,
  io: CallIo<unknown>,
) => Answer<unknown> | Promise<Answer<unknown>>

export interface CallOptions<E = unknown> {
  bytes?: Uint8Array
  transfer?: readonly Transferable[]
  /** Asks the other side to stop; what it answers within `graceMs` still counts. */
  signal?: AbortSignal | undefined
  /** How long a canceled call may take to end by itself. Default: for ever. */
  graceMs?: number | ((reason: unknown) => number)
  /** After this the call is rejected with `CallOverdue`. */
  timeoutMs?: number | undefined
  /** Taken one after the other; what it throws ends the call. */
  onEvent?: (event: E) => void | Promise<void>
}

/** The other side, as it is called. */
export interface Peer<C extends CallTable<C>> {
  /** @throws AppError of the handler; `CallOverdue`; `canceled`; why the line ended */
  call<N extends keyof C & string>(
    name: N,
    input: C[N]['input'],
    options?: CallOptions<EventOf<C[N]>>,
  ): Promise<Reply<C[N]['value']>>
  /** Tells something that belongs to no call, and does not wait. */
  tell(name: string, value: unknown): void
  /** Calls that are not answered. */
  readonly open: number
  /** Rejects what is open, now and from now on. */
  end(error: Error): void
}

export interface PeerOptions {
  /** What this side answers. */
  answer?: AnyHandler
  /** What the other side tells beside its calls. */
  onTold?(name: string, value: unknown): void
  /** The line is gone; who listens here ends the peer. `garbage` as in `LineListener`. */
  onClosed?(garbage: string | null): void
  /** A call was given up that the other side is still at: it cannot be relied on. */
  onStuck?(): void
}

interface Open {
  resolve(reply: Reply<unknown>): void
  reject(error: Error): void
  onEvent: ((event: unknown) => void | Promise<void>) | undefined
  /** Ends when all events were taken in. */
  taking: Promise<void> | null
  tidy(): void
}

interface Running {
  abort: AbortController
  taken: { resolve(): void; reject(error: Error): void }[]
}

/** Answers from a table. */
export function answerFrom<C extends CallTable<C>>(handlers: Handlers<C>): AnyHandler {
  return (name, input, io) => {
    if (!Object.hasOwn(handlers, name)) throw new AppError('internal', `There is no call ${name}.`)
    return handlers[name as keyof C](input, io as CallIo<never>)
  }
}

/** Calls as plain functions: nothing travels beside the value. */
export type Tasks<C extends CallTable<C>> = {
  [N in keyof C]: (
    input: C[N]['input'],
    io: CallIo<EventOf<C[N]>>,
  ) => C[N]['value'] | Promise<C[N]['value']>
}

export function handlersOf<C extends CallTable<C>>(tasks: Tasks<C>): AnyHandler {
  return (name, input, io) => {
    if (!Object.hasOwn(tasks, name)) throw new AppError('internal', `There is no call ${name}.`)
    const value = tasks[name as keyof C](input, io as CallIo<never>)
    return value instanceof Promise ? value.then((value: unknown) => ({ value })) : { value }
  }
}

/**
 * One end of a line: calls the other side and answers its calls. Both ends are alike; several calls
 * run at once, replies come in any order.
 */
export function connectPeer<C extends CallTable<C> = Record<never, never>>(
  line: Line,
  options: PeerOptions = {},
): Peer<C> {
  const open = new Map<number, Open>()
  const running = new Map<number, Running>()
  let nextId = 1
  let ended: Error | null = null

  function settle(id: number, how: (call: Open) => void): void {
    const call = open.get(id)
    if (!call) return
    open.delete(id)
    call.tidy()
    how(call)
  }
  const fail = (id: number, error: Error): void => settle(id, (call) => call.reject(error))

  function end(error: Error): void {
    if (ended) return
    ended = error
    for (const id of [...open.keys()]) fail(id, error)
    for (const { abort, taken } of running.values()) {
      abort.abort()
      for (const one of taken) one.reject(error)
    }
    running.clear()
  }

  /** Given up although the other side is at it. */
  function giveUp(id: number, error: Error): void {
    if (!open.has(id)) return
    line.send({ type: 'cancel', id })
    fail(id, error)
    options.onStuck?.()
  }

  function call(name: string, input: unknown, more: CallOptions): Promise<Reply<unknown>> {
    if (ended) return Promise.reject(ended)
    const id = nextId++
    const { signal, graceMs = Infinity, timeoutMs } = more
    const timers: NodeJS.Timeout[] = []
    const after = (ms: number, error: () => Error): void => {
      if (ms !== Infinity) timers.push(setTimeout(() => giveUp(id, error()), ms))
    }
    const cancel = (): void => {
      line.send({ type: 'cancel', id })
      const grace = typeof graceMs === 'number' ? graceMs : graceMs(signal?.reason)
      after(grace, () => new AppError('canceled', 'The work was canceled.'))
    }
    return new Promise((resolve, reject) => {
      open.set(id, {
        resolve,
        reject,
        onEvent: more.onEvent,
        taking: null,
        tidy() {
          for (const timer of timers) clearTimeout(timer)
          signal?.removeEventListener('abort', cancel)
        },
      })
      try {
        line.send({ type: 'call', id, name, input }, more.bytes, more.transfer)
      } catch (error) {
        fail(id, error instanceof Error ? error : new Error(String(error)))
        return
      }
      if (timeoutMs !== undefined) after(timeoutMs, () => new CallOverdue(timeoutMs))
      if (signal?.aborted) cancel()
      else signal?.addEventListener('abort', cancel)
    })
  }

  /** Hands an event to the caller after those before it, then tells that it was taken. */
  function take(id: number, event: unknown): void {
    const call = open.get(id)
    // Nobody listens any more; the other side must not wait for it.
    if (!call?.onEvent) return line.send({ type: 'taken', id })
    const { onEvent } = call
    call.taking = (call.taking ?? Promise.resolve())
      .then(() => (open.has(id) ? onEvent(event) : undefined))
      .then(
        () => line.send({ type: 'taken', id }),
        (error: unknown) => giveUp(id, error as Error),
      )
  }

  function replied(message: WireMessage & { type: 'reply' }, bytes: Uint8Array): void {
    const call = open.get(message.id)
    if (!call) return
    const finish = (): void =>
      settle(message.id, ({ resolve, reject }) => {
        if (message.ok) resolve({ value: message.value, bytes })
        else reject(fromErrorValue(message.error))
      })
    if (call.taking) void call.taking.then(finish)
    else finish()
  }

  function called(message: WireMessage & { type: 'call' }, bytes: Uint8Array): void {
    const { id } = message
    const mine: Running = { abort: new AbortController(), taken: [] }
    running.set(id, mine)
    const refuse = (error: unknown): void => {
      running.delete(id)
      line.send({ type: 'reply', id, ok: false, error: toErrorValue(error) })
    }
    const reply = ({ value, bytes, transfer }: Answer<unknown>): void => {
      try {
        line.send({ type: 'reply', id, ok: true, value }, bytes, transfer)
        running.delete(id)
      } catch (error) {
        refuse(error)
      }
    }
    const io: CallIo<unknown> = {
      signal: mine.abort.signal,
      bytes,
      emit: (value) =>
        new Promise((resolve, reject) => {
          if (ended) return reject(ended)
          line.send({ type: 'progress', id, value })
          mine.taken.push({ resolve, reject })
        }),
    }
    try {
      if (!options.answer) throw new AppError('internal', `There is no call ${message.name}.`)
      const answer = options.answer(message.name, message.input, io)
      if (answer instanceof Promise) answer.then(reply, refuse)
      else reply(answer)
    } catch (error) {
      refuse(error)
    }
  }

  line.listen({
    message(message, bytes) {
      if (ended) return
      switch (message.type) {
        case 'call':
          return called(message, bytes)
        case 'reply':
          return replied(message, bytes)
        case 'event':
          return options.onTold?.(message.name, message.value)
        case 'progress':
          return take(message.id, message.value)
        case 'taken':
          return running.get(message.id)?.taken.shift()?.resolve()
        case 'cancel':
          return running.get(message.id)?.abort.abort()
      }
    },
    closed(garbage) {
      if (options.onClosed) options.onClosed(garbage)
      else end(new AppError('canceled', 'The other side hung up.'))
    },
  })

  return {
    call: (name, input, more = {}) =>
      call(name, input, more as CallOptions) as Promise<Reply<C[typeof name]['value']>>,
    tell: (name, value) => line.send({ type: 'event', name, value }),
    get open() {
      return open.size
    },
    end,
  }
}
