import { spawn, type ChildProcess } from 'node:child_process'
import { availableParallelism } from 'node:os'
import type { Duplex } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { AppError, fromErrorValue } from '#shared/errors.ts'
import { FrameReader, encodeFrame } from '#shared/wire.ts'
import type { PictureInfo, Thumbnail } from './decode.ts'
import {
  DEFAULT_LIMITS,
  HOST_MEMORY,
  OUT_OF_MEMORY,
  THUMBNAIL_SIZE,
  type PictureLimits,
} from './limits.ts'
import type { DecodeCall, DecodeReply } from './picture-server.ts'

export type Decoded =
  | { ok: true; info: PictureInfo; thumbnail: Thumbnail }
  /** `reason` as in PictureError. */
  | { ok: false; reason: string; detail: string }

export interface PictureHost {
  /**
   * Decodes one picture, given as bytes or as a file. A bad picture is an answer; it rejects only
   * with AppError `canceled` (closed) or `internal` (the process cannot be started).
   */
  decode(picture: Uint8Array | { path: string }): Promise<Decoded>
  /** How many pictures are decoded at once; twice as many calls keep it busy. */
  readonly parallel: number
  /** How often the process had to be started again. */
  readonly restarts: number
  readonly pid: number | null
  close(): Promise<void>
}

export interface PictureHostOptions {
  /** Pictures in flight. Default: one a core. */
  parallel?: number
  limits?: PictureLimits
  size?: number
  /** Beyond the decoder's own time limit, for what its clock does not see (SVG, AVIF). */
  graceMs?: number
  /** The process ends itself beyond this many bytes of memory. */
  memory?: number
}

interface Task {
  picture: Uint8Array | { path: string }
  resolve(value: Decoded): void
  reject(error: Error): void
  /** It was in flight when the process died: runs alone next time, so that the guilty one shows. */
  suspect: boolean
}

interface Flight {
  task: Task
  timer: NodeJS.Timeout
}

/** Each in flight may be a big one; beyond this, memory is dearer than time. */
const MOST_PARALLEL = 16
/** Starting takes well under a second; more than this many failures in a row are no accident. */
const MAX_FAILED_STARTS = 3

/**
 * Starts the decoding process (`entry`: picture-host) and keeps it running. When it dies, the
 * pictures in flight are tried again one at a time; one that kills it alone is answered with
 * `decoder-crashed`, one that never ends with `decoder-timeout`, and the rest goes on.
 */
export function createPictureHost(entry: URL, options: PictureHostOptions = {}): PictureHost {
  const parallel = Math.max(1, options.parallel ?? Math.min(MOST_PARALLEL, availableParallelism()))
  const limits = options.limits ?? DEFAULT_LIMITS
  const graceMs = options.graceMs ?? 5000
  const memory = options.memory ?? HOST_MEMORY
  const size = options.size ?? THUMBNAIL_SIZE
  const waiting: Task[] = []
  const suspects: Task[] = []
  const flights = new Map<number, Flight>()
  let child: ChildProcess | null = null
  let ready = false
  let closed = false
  let restarts = 0
  let failedStarts = 0
  let nextId = 1
  let lastWords = ''

  function start(): void {
    ready = false
    lastWords = ''
    const started = spawn(process.execPath, [fileURLToPath(entry), String(memory)], {
      // Windows needs `overlapped` to read and write at once; elsewhere it is a plain pipe.
      stdio: ['ignore', 'ignore', 'pipe', 'overlapped'],
      env: {
        ...process.env,
        UV_THREADPOOL_SIZE: String(parallel + 2),
        // glibc gives each thread an arena that big pictures leave full of holes.
        MALLOC_ARENA_MAX: '2',
        NODE_OPTIONS: '',
      },
      windowsHide: true,
    })
    child = started
    const stream = started.stdio[3] as Duplex
    const reader = new FrameReader((message, bytes) => {
      if (child !== started) return
      if (message.type === 'event' && message.name === 'ready') {
        ready = true
        failedStarts = 0
        pump()
      } else if (message.type === 'reply') {
        const flight = flights.get(message.id)
        if (!flight) return
        flights.delete(message.id)
        clearTimeout(flight.timer)
        if (message.ok) flight.task.resolve(toDecoded(message.value as DecodeReply, bytes))
        else flight.task.reject(fromErrorValue(message.error))
        pump()
      }
    })
    stream.on('data', (chunk: Uint8Array) => {
      try {
        reader.push(chunk)
      } catch {
        // A process whose memory went bad may write anything.
        started.kill('SIGKILL')
      }
    })
    stream.on('error', () => {})
    started.stderr?.on('data', (chunk: Buffer) => {
      lastWords = (lastWords + chunk.toString()).slice(-2000)
    })
    started.once('error', (error) => {
      lastWords ||= error.message
      gone(started, 'could not be started')
    })
    // `close`, not `exit`: what it still wrote has arrived by then.
    started.once('close', (code, signal) => {
      const how = lastWords.endsWith(OUT_OF_MEMORY)
        ? OUT_OF_MEMORY
        : (signal ?? `exit code ${code}`)
      gone(started, how)
    })
  }

  function gone(which: ChildProcess, how: string): void {
    if (child !== which) return
    child = null
    const wasReady = ready
    ready = false
    const lost = [...flights.values()]
    flights.clear()
    for (const { timer } of lost) clearTimeout(timer)
    if (closed) {
      for (const { task } of lost) task.reject(closedError())
      return
    }
    if (!wasReady && ++failedStarts >= MAX_FAILED_STARTS) {
      const error = new AppError(
        'internal',
        `The picture decoder does not start (${how}): ${lastWords.trim() || 'it said nothing'}`,
        'Run "gleaner doctor": it checks the installed parts.',
      )
      failedStarts = 0
      for (const task of [...waiting.splice(0), ...suspects.splice(0)]) task.reject(error)
      return
    }
    if (wasReady) restarts++
    const only = lost.length === 1 ? lost[0] : undefined
    if (only?.task.suspect) {
      const said = lastWords.trim().split('\n').at(-1) ?? ''
      const detail = `the decoder ended with ${how}${said === '' ? '' : `: ${said.slice(0, 200)}`}`
      const reason = how === OUT_OF_MEMORY ? 'decoder-out-of-memory' : 'decoder-crashed'
      only.task.resolve({ ok: false, reason, detail })
    } else {
      for (const { task } of lost) {
        task.suspect = true
        suspects.push(task)
      }
    }
    pump()
  }

  /** The overdue picture is known, so it is answered; the others in flight are innocent. */
  function overdue(id: number): void {
    const flight = flights.get(id)
    if (!flight || !child) return
    flights.delete(id)
    const detail = `not decoded after ${limits.seconds} s`
    flight.task.resolve({ ok: false, reason: 'decoder-timeout', detail })
    const killed = child
    for (const other of flights.values()) {
      clearTimeout(other.timer)
      waiting.unshift(other.task)
    }
    flights.clear()
    child = null
    ready = false
    restarts++
    killed.kill('SIGKILL')
    pump()
  }

  function pump(): void {
    if (closed) return
    if (waiting.length + suspects.length === 0) return
    if (!child) start()
    if (!ready) return
    for (;;) {
      if ([...flights.values()].some(({ task }) => task.suspect)) return
      const suspect = suspects.length > 0
      if (flights.size >= (suspect ? 1 : parallel)) return
      const task = suspect ? suspects.shift() : waiting.shift()
      if (!task) return
      launch(task)
    }
  }

  function launch(task: Task): void {
    const stream = child?.stdio[3] as Duplex
    const id = nextId++
    const bytes = task.picture instanceof Uint8Array ? task.picture : undefined
    const input: DecodeCall = {
      path: task.picture instanceof Uint8Array ? null : task.picture.path,
      limits,
      size,
    }
    flights.set(id, {
      task,
      timer: setTimeout(() => overdue(id), limits.seconds * 1000 + graceMs),
    })
    for (const part of encodeFrame({ type: 'call', id, name: 'decode', input }, bytes)) {
      stream.write(part)
    }
  }

  return {
    parallel,
    get restarts() {
      return restarts
    },
    get pid() {
      return child?.pid ?? null
    },
    decode(picture) {
      if (closed) return Promise.reject(closedError())
      // Answered here, so that nothing oversized is sent.
      if (picture instanceof Uint8Array && picture.byteLength > limits.maxBytes) {
        const detail = `${picture.byteLength} bytes, at most ${limits.maxBytes}`
        return Promise.resolve({ ok: false, reason: 'too-large', detail })
      }
      return new Promise((resolve, reject) => {
        waiting.push({ picture, resolve, reject, suspect: false })
        pump()
      })
    },
    async close() {
      closed = true
      for (const task of [...waiting.splice(0), ...suspects.splice(0)]) task.reject(closedError())
      const running = child
      if (!running) return
      await new Promise<void>((resolve) => {
        running.once('close', () => resolve())
        running.kill('SIGKILL')
      })
    },
  }
}

function closedError(): AppError {
  return new AppError('canceled', 'The picture decoder was closed.')
}

function toDecoded(reply: DecodeReply, webp: Uint8Array): Decoded {
  if (!reply.ok) return reply
  const { width, height } = reply
  // A copy: the frame shares its memory with whatever came in the same chunk.
  return { ok: true, info: reply.info, thumbnail: { webp: Uint8Array.from(webp), width, height } }
}
