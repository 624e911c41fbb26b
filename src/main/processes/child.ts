import { writeSync } from 'node:fs'
import { Socket } from 'node:net'
import { parentPort } from 'node:worker_threads'
import { AppError } from '#shared/errors.ts'
import { portLine, streamLine } from './line.ts'
import type { Line } from './line.ts'
import { answerFrom, connectPeer } from './peer.ts'
import type { AnyHandler, CallTable, Handlers, Peer } from './peer.ts'

/** The descriptor that a child process speaks on; 0 to 2 stay what they are. */
export const WIRE_FD = 3
/** Last words of a process that went beyond its memory. */
export const OUT_OF_MEMORY = 'too much memory'

export interface ServeOptions {
  /** The parent is gone, and with it the reason to be here. Default: the process ends at once. */
  onParentGone?(): void
}

/**
 * The helper's side: answers its parent's calls, as a process over descriptor 3 or as a thread,
 * and tells it that it is ready. It never outlives its parent.
 */
export function serveParent<C extends CallTable<C>>(
  handlers: Handlers<C> | AnyHandler,
  options: ServeOptions = {},
): Peer<Record<never, never>> {
  const gone = options.onParentGone ?? endNow
  const peer = connectPeer(lineToParent(), {
    answer: typeof handlers === 'function' ? handlers : answerFrom<C>(handlers),
    onClosed() {
      peer.end(new AppError('canceled', 'The one who asked is gone.'))
      gone()
    },
  })
  peer.tell(READY, null)
  return peer
}

/** Told by a helper as soon as it answers. */
export const READY = 'ready'

function lineToParent(): Line {
  if (parentPort) return portLine(parentPort)
  return streamLine(new Socket({ fd: WIRE_FD, readable: true, writable: true }))
}

/** `process.exit` would wait for native threads that are at work, perhaps for ever. */
function endNow(): void {
  if (parentPort) process.exit()
  else process.kill(process.pid, 'SIGKILL')
}

const LOOK_MS = 50

/**
 * Ends this process when it goes beyond the memory that its parent granted (`memory` of
 * `startProcess`). For work that is done in native threads, so that this one is there to look on.
 */
export function limitMemory(): void {
  const granted = process.argv.find((arg) => arg.startsWith('--memory='))
  if (granted === undefined) return
  const most = Number(granted.slice('--memory='.length))
  setInterval(() => {
    if (process.memoryUsage.rss() < most) return
    writeSync(2, `\n${OUT_OF_MEMORY}`)
    endNow()
  }, LOOK_MS)
}
