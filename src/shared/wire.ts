import type { ErrorValue } from './errors.ts'

/**
 * Messages between two processes of the program, over any byte stream: a frame is two
 * little-endian uint32 (length of the JSON head, length of the bytes after it), then both.
 * JSON, not structured clone: Electron and Node ship different versions of V8.
 */
export type WireMessage =
  | { type: 'call'; id: number; name: string; input: unknown }
  | { type: 'reply'; id: number; ok: true; value: unknown }
  | { type: 'reply'; id: number; ok: false; error: ErrorValue }
  | { type: 'event'; name: string; value: unknown }
  /** On the way to the reply of a call; the other side says when it has taken it in. */
  | { type: 'progress'; id: number; value: unknown }
  | { type: 'taken'; id: number }
  | { type: 'cancel'; id: number }

const HEAD = 8
const MAX_FRAME = 1 << 30

export function encodeFrame(message: WireMessage, bytes?: Uint8Array): Uint8Array[] {
  const json = new TextEncoder().encode(JSON.stringify(message))
  const head = new Uint8Array(HEAD)
  const view = new DataView(head.buffer)
  view.setUint32(0, json.byteLength, true)
  view.setUint32(4, bytes?.byteLength ?? 0, true)
  return bytes && bytes.byteLength > 0 ? [head, json, bytes] : [head, json]
}

/** Cuts a stream of chunks into frames. Throws on a length that no sender of ours would write. */
export class FrameReader {
  private chunks: Uint8Array[] = []
  private size = 0
  private readonly onFrame: (message: WireMessage, bytes: Uint8Array) => void

  constructor(onFrame: (message: WireMessage, bytes: Uint8Array) => void) {
    this.onFrame = onFrame
  }

  push(chunk: Uint8Array): void {
    this.chunks.push(chunk)
    this.size += chunk.byteLength
    for (;;) {
      if (this.size < HEAD) return
      const head = this.peek(HEAD)
      const view = new DataView(head.buffer, head.byteOffset, HEAD)
      const jsonLength = view.getUint32(0, true)
      const bytesLength = view.getUint32(4, true)
      if (jsonLength > MAX_FRAME || bytesLength > MAX_FRAME) throw new Error('wire: frame too long')
      const total = HEAD + jsonLength + bytesLength
      if (this.size < total) return
      const frame = this.take(total)
      const message = JSON.parse(
        new TextDecoder().decode(frame.subarray(HEAD, HEAD + jsonLength)),
      ) as WireMessage
      this.onFrame(message, frame.subarray(HEAD + jsonLength))
    }
  }

  private peek(n: number): Uint8Array {
    const first = this.chunks[0]
    if (first && first.byteLength >= n) return first
    this.chunks = [this.join()]
    return this.chunks[0] as Uint8Array
  }

  private take(n: number): Uint8Array {
    const all = this.chunks.length === 1 ? (this.chunks[0] as Uint8Array) : this.join()
    const rest = all.subarray(n)
    this.chunks = rest.byteLength > 0 ? [rest] : []
    this.size = rest.byteLength
    return all.subarray(0, n)
  }

  private join(): Uint8Array {
    const all = new Uint8Array(this.size)
    let at = 0
    for (const chunk of this.chunks) {
      all.set(chunk, at)
      at += chunk.byteLength
    }
    return all
  }
}
