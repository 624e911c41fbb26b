import { readFile, stat } from 'node:fs/promises'
import { serveParent } from '../processes/child.ts'
import type { Answer } from '../processes/peer.ts'
import { PictureError, smallPixels, type PictureInfo, type Thumbnail } from './decode.ts'
import type { PictureLimits } from './limits.ts'

/** What the decoding process is asked. */
export interface PictureCalls {
  /** The bytes come with the call, or lie at `path`; the thumbnail's WebP comes with the reply. */
  decode: { input: DecodeInput; value: DecodeReply }
  /** RGB of 8 bits comes with the reply, at most `size` a side. */
  pixels: { input: DecodeInput; value: PixelsReply }
}

export interface DecodeInput {
  path: string | null
  limits: PictureLimits
  size: number
}

export type DecodeReply =
  | { ok: true; info: PictureInfo; width: number; height: number }
  | { ok: false; reason: string; detail: string }

export type PixelsReply =
  { ok: true; width: number; height: number } | { ok: false; reason: string; detail: string }

export type Decode = (
  bytes: Uint8Array,
  limits: PictureLimits,
  size: number,
) => Promise<{ info: PictureInfo; thumbnail: Thumbnail }>

/**
 * Answers `decode` calls until the parent is gone. Several run at once; how many is up to the
 * caller. A picture that cannot be decoded is an answer, not an error.
 */
export function serveDecoding(decode: Decode): void {
  serveParent<PictureCalls>({
    decode: ({ size, ...input }, { bytes }) =>
      answer(input, bytes, async (read, limits) => {
        const { info, thumbnail } = await decode(read, limits, size)
        const { width, height, webp } = thumbnail
        return { value: { ok: true, info, width, height }, bytes: webp }
      }),
    pixels: ({ size, ...input }, { bytes }) =>
      answer(input, bytes, async (read, limits) => {
        const { data, width, height } = await smallPixels(read, limits, size)
        return { value: { ok: true, width, height }, bytes: data }
      }),
  })
}

async function answer<V>(
  { path, limits }: Omit<DecodeInput, 'size'>,
  sent: Uint8Array,
  work: (bytes: Uint8Array, limits: PictureLimits) => Promise<Answer<V>>,
): Promise<Answer<V | { ok: false; reason: string; detail: string }>> {
  try {
    return await work(path === null ? sent : await readPicture(path, limits.maxBytes), limits)
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
