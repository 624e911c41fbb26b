import type { Duplex } from 'node:stream'
import type { MessagePort, Transferable, Worker } from 'node:worker_threads'
import { errorLine } from '#shared/errors.ts'
import { FrameReader, encodeFrame } from '#shared/wire.ts'
import type { WireMessage } from '#shared/wire.ts'

/** What carries messages between two parts of the program, both ways and in order. */
export interface Line {
  /**
   * Sends, unless the line is closed. `transfer` goes over to the other side where that can be had
   * (threads); over a stream everything is copied.
   * @throws Error for a value that cannot be sent
   */
  send(message: WireMessage, bytes?: Uint8Array, transfer?: readonly Transferable[]): void
  /** To be called once, at once: what came before is lost. */
  listen(listener: LineListener): void
  /** Hangs up, after what was sent. */
  close(): void
}

export interface LineListener {
  /** `bytes` may share its memory with other messages: copy what is kept. */
  message(message: WireMessage, bytes: Uint8Array): void
  /** Once. `garbage` says why what came could not be read; null = the other side hung up. */
  closed(garbage: string | null): void
}

/** Nothing came along. */
const NO_BYTES = new Uint8Array()

/** Frames of `#shared/wire.ts` over a stream: a child's descriptor 3, a pipe, a socket. */
export function streamLine(stream: Duplex): Line {
  return {
    send(message, bytes) {
      if (!stream.writable) return
      for (const part of encodeFrame(message, bytes)) stream.write(part)
    },
    listen(listener) {
      let isClosed = false
      const closed = (garbage: string | null): void => {
        if (isClosed) return
        isClosed = true
        listener.closed(garbage)
      }
      const reader = new FrameReader((message, bytes) => {
        if (isClosed) return
        if (!isMessage(message)) throw new Error('wire: no message of ours')
        listener.message(message, bytes)
      })
      stream.on('data', (chunk: Uint8Array) => {
        if (isClosed) return
        try {
          reader.push(chunk)
        } catch (error) {
          stream.destroy()
          closed(errorLine(error))
        }
      })
      stream.on('end', () => closed(null))
      stream.on('close', () => closed(null))
      // `close` follows.
      stream.on('error', () => undefined)
    },
    close: () => void stream.end(),
  }
}

/** What a thread's messages look like. */
interface Posted {
  message: WireMessage
  bytes?: Uint8Array
}

/** Messages between two threads: copied, or handed over where `transfer` says so. */
export function portLine(port: MessagePort | Worker): Line {
  return {
    send(message, bytes, transfer) {
      const posted: Posted = bytes === undefined ? { message } : { message, bytes }
      port.postMessage(posted, transfer)
    },
    listen(listener) {
      let isClosed = false
      const closed = (garbage: string | null): void => {
        if (isClosed) return
        isClosed = true
        listener.closed(garbage)
      }
      port.on('message', (posted: Posted | null) => {
        if (isClosed) return
        if (isMessage(posted?.message)) listener.message(posted.message, posted.bytes ?? NO_BYTES)
        else closed('no message of ours')
      })
      port.on('messageerror', (error: Error) => closed(error.message))
      port.on('close', () => closed(null))
    },
    close: () => ('terminate' in port ? void port.terminate() : port.close()),
  }
}

const TYPES: ReadonlySet<unknown> = new Set<WireMessage['type']>([
  'call',
  'reply',
  'event',
  'progress',
  'taken',
  'cancel',
])

function isMessage(message: unknown): message is WireMessage {
  return (
    typeof message === 'object' && message !== null && 'type' in message && TYPES.has(message.type)
  )
}
