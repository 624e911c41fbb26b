import { Socket } from 'node:net'
import { parentPort } from 'node:worker_threads'
import { AppError } from '#shared/errors.ts'
import { portLine, streamLine } from './line.ts'
import type { Line } from './line.ts'
import { lookOn } from './look-on.ts'
import { answerFrom, connectPeer } from './peer.ts'
import type { AnyHandler, CallTable, Handlers, Peer } from './peer.ts'

/** The descriptor that a child process speaks on; 0 to 2 stay what they are. */
export const WIRE_FD = 3

export interface ServeOptions {
  /** The parent is gone, and with it the reason to be here. Default: the process ends at once. */
  onParentGone?(): void
  /** How long that may take, milliseconds; after it the process is ended. Default: not at all. */
  orphanMs?: number
}

/**
 * The helper's side: answers its parent's calls, as a process over descriptor 3 or as a thread,
 * and tells it that it is ready. A process never outlives its parent, nor takes more memory than it
 * granted (`memory` of `startProcess`), whatever it is doing.
 */
export function serveParent<C extends CallTable<C>>(
  handlers: Handlers<C> | AnyHandler,
  options: ServeOptions = {},
): Peer<Record<never, never>> {
  const gone = options.onParentGone ?? endNow
  if (!parentPort) lookOn({ memory: grantedMemory(), orphanMs: options.orphanMs ?? 0 })
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

function grantedMemory(): number | null {
  const granted = process.argv.find((arg) => arg.startsWith('--memory='))
  return granted === undefined ? null : Number(granted.slice('--memory='.length))
}
