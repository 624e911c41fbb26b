import { spawn } from 'node:child_process'
import type { Duplex, Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { WIRE_FD } from './child.ts'
import type { CrashReason, Ending } from './crash.ts'
import { portLine, streamLine } from './line.ts'
import type { Line } from './line.ts'
import { OUT_OF_MEMORY } from './look-on.ts'

/** A process or a thread that was started, and the line to it. */
export interface Started {
  line: Line
  pid: number | null
  /** Never rejects. What it still sent has arrived by then. */
  ended: Promise<Ending>
  kill(): void
  /** Whether it keeps this program alive. */
  hold(isHeld: boolean): void
}

export interface ProcessOptions {
  /** Default: the Node that runs this. */
  node?: string
  nodeArgs?: readonly string[]
  args?: readonly string[]
  env?: NodeJS.ProcessEnv
  /** Bytes of resident memory beyond which it is ended. */
  memory?: number
  /** What it writes to stdout; default: thrown away. */
  stdout?: 'ignore' | 'inherit'
  /** What it writes to stderr, beside the last of it being kept. */
  onStderr?(chunk: Buffer): void
}

/** As much of stderr as is kept, characters. */
const LAST_WORDS = 2000
const HEAP_FULL = 'JavaScript heap out of memory'

/** Starts a Node process that is spoken to over descriptor 3; see `child.ts` for its side. */
export function startProcess(entry: URL | string, options: ProcessOptions = {}): Started {
  const path = typeof entry === 'string' ? entry : fileURLToPath(entry)
  const memory = options.memory === undefined ? [] : [`--memory=${options.memory}`]
  const child = spawn(
    options.node ?? process.execPath,
    [...(options.nodeArgs ?? []), path, ...memory, ...(options.args ?? [])],
    {
      // Windows needs `overlapped` to read and write at once; elsewhere it is a plain pipe.
      stdio: ['ignore', options.stdout ?? 'ignore', 'pipe', 'overlapped'],
      env: options.env ?? process.env,
      windowsHide: true,
    },
  )
  const stream = child.stdio[WIRE_FD] as Duplex
  const stderr = child.stderr as Readable
  let lastWords = ''
  let isFull = false
  stderr.on('data', (chunk: Buffer) => {
    options.onStderr?.(chunk)
    const words = lastWords + chunk.toString()
    // What V8 says of its heap stands above a long trace.
    isFull ||= words.includes(HEAP_FULL) || words.endsWith(OUT_OF_MEMORY)
    lastWords = words.slice(-LAST_WORDS)
  })
  const ended = new Promise<Ending>((resolve) => {
    const over = (how: string): void => {
      resolve({
        reason: isFull ? 'out-of-memory' : 'ended',
        how: isFull ? OUT_OF_MEMORY : how,
        lastWords,
      })
    }
    child.once('error', (error) => over(error.message))
    // `close`, not `exit`: what it still wrote has arrived by then.
    child.once('close', (code, signal) => over(signal ?? `exit code ${code}`))
  })
  return {
    line: streamLine(stream),
    pid: child.pid ?? null,
    ended,
    kill: () => void child.kill('SIGKILL'),
    hold(isHeld) {
      const what = isHeld ? 'ref' : 'unref'
      child[what]()
      for (const end of [stream, stderr]) {
        const socket = end as Partial<Record<typeof what, () => void>>
        socket[what]?.()
      }
    },
  }
}

export interface ThreadOptions {
  /** `workerData` of the thread. */
  data?: unknown
  /** Largest heap, MB; what lies outside of V8 (buffers) is not in it. */
  heapMB?: number
}

/** The young generation of a thread with a limit, MB: it does not grow with the heap. */
const YOUNG_MB = 24

/** Starts a worker thread; see `child.ts` for its side. */
export function startThread(entry: URL, options: ThreadOptions = {}): Started {
  const worker = new Worker(entry, {
    workerData: options.data,
    ...(options.heapMB === undefined
      ? {}
      : {
          resourceLimits: {
            maxOldGenerationSizeMb: options.heapMB,
            maxYoungGenerationSizeMb: YOUNG_MB,
          },
        }),
  })
  const ended = new Promise<Ending>((resolve) => {
    const over = (reason: CrashReason, how: string): void => resolve({ reason, how, lastWords: '' })
    worker.once('error', (error: unknown) => {
      const isFull = (error as { code?: unknown }).code === 'ERR_WORKER_OUT_OF_MEMORY'
      const message = error instanceof Error ? error.message : String(error)
      over(isFull ? 'out-of-memory' : 'ended', message)
    })
    worker.once('exit', (code) => over('ended', `exit code ${code}`))
  })
  return {
    line: portLine(worker),
    pid: null,
    ended,
    kill: () => void worker.terminate(),
    hold: (isHeld) => (isHeld ? worker.ref() : worker.unref()),
  }
}
