import { readFile, stat } from 'node:fs/promises'
import type { Duplex } from 'node:stream'
import { toErrorValue } from '#shared/errors.ts'
import { FrameReader, encodeFrame, type WireMessage } from '#shared/wire.ts'
import { PictureError, type PictureInfo, type Thumbnail } from './decode.ts'
import type { PictureLimits } from './limits.ts'

/** The call `decode`: the bytes come with the frame, or lie at `path`. */
export interface DecodeCall {
  path: string | null
  limits: PictureLimits
  size: number
}

/** The answer to `decode`; the thumbnail's WebP comes with the frame. */
export type DecodeReply =
  | { ok: true; info: PictureInfo; width: number; height: number }
  | { ok: false; reason: string; detail: string }

export type Decode = (
  bytes: Uint8Array,
  limits: PictureLimits,
  size: number,
) => Promise<{ info: PictureInfo; thumbnail: Thumbnail }>

/**
 * Answers `decode` calls on a stream until the other side hangs up. Several run at once; how many
 * is up to the caller. A picture that cannot be decoded is an answer, not an error.
 */
export function servePictures(stream: Duplex, decode: Decode): void {
  const send = (message: WireMessage, bytes?: Uint8Array): void => {
    if (stream.writable) for (const part of encodeFrame(message, bytes)) stream.write(part)
  }
  const reader = new FrameReader((message, bytes) => {
    if (message.type !== 'call' || message.name !== 'decode') return
    answer(message.input as DecodeCall, bytes, decode).then(
      ({ value, webp }) => send({ type: 'reply', id: message.id, ok: true, value }, webp),
      (error: unknown) =>
        send({ type: 'reply', id: message.id, ok: false, error: toErrorValue(error) }),
    )
  })
  stream.on('data', (chunk: Uint8Array) => reader.push(chunk))
  send({ type: 'event', name: 'ready', value: { pid: process.pid } })
}

async function answer(
  call: DecodeCall,
  sent: Uint8Array,
  decode: Decode,
): Promise<{ value: DecodeReply; webp?: Uint8Array }> {
  try {
    const bytes = call.path === null ? sent : await readPicture(call.path, call.limits.maxBytes)
    const { info, thumbnail } = await decode(bytes, call.limits, call.size)
    const value: DecodeReply = {
      ok: true,
      info,
      width: thumbnail.width,
      height: thumbnail.height,
    }
    return { value, webp: thumbnail.webp }
  } catch (error) {
    if (!(error instanceof PictureError)) throw error
    return { value: { ok: false, reason: error.reason, detail: error.message } }
  }
}

async function readPicture(path: string, maxBytes: number): Promise<Uint8Array> {
  try {
    const { size } = await stat(path)
    if (size > maxBytes) throw new PictureError('too-large', `${size} bytes, at most ${maxBytes}`)
    return await readFile(path)
  } catch (error) {
    if (error instanceof PictureError) throw error
    throw new PictureError('unreadable', error instanceof Error ? error.message : String(error))
  }
}
