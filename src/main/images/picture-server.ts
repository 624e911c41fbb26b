import { readFile, stat } from 'node:fs/promises'
import { serveParent } from '../processes/child.ts'
import type { Answer } from '../processes/peer.ts'
import { PictureError, type PictureInfo, type Thumbnail } from './decode.ts'
import { figureToPng } from './figure-png.ts'
import type { PictureLimits } from './limits.ts'

/** What the decoding process is asked. */
export interface PictureCalls {
  /** The bytes come with the call, or lie at `path`; the thumbnail's WebP comes with the reply. */
  decode: { input: DecodeInput; value: DecodeReply }
  /** The SVG comes with the call, the PNG with the reply. */
  figure: { input: { scale: number }; value: null }
}

export interface DecodeInput {
  path: string | null
  limits: PictureLimits
  size: number
}

export type DecodeReply =
  | { ok: true; info: PictureInfo; width: number; height: number }
  | { ok: false; reason: string; detail: string }

export type Decode = (
  bytes: Uint8Array,
  limits: PictureLimits,
  size: number,
) => Promise<{ info: PictureInfo; thumbnail: Thumbnail }>

/**
 * Answers calls until the parent is gone. Several run at once; how many is up to the
 * caller. A picture that cannot be decoded is an answer, not an error.
 */
export function serveDecoding(decode: Decode): void {
  serveParent<PictureCalls>({
    decode: (input, { bytes }) => answer(input, bytes, decode),
    figure: async ({ scale }, { bytes }) => ({
      value: null,
      bytes: await figureToPng(bytes, scale),
    }),
  })
}

async function answer(
  { path, limits, size }: DecodeInput,
  sent: Uint8Array,
  decode: Decode,
): Promise<Answer<DecodeReply>> {
  try {
    const bytes = path === null ? sent : await readPicture(path, limits.maxBytes)
    const { info, thumbnail } = await decode(bytes, limits, size)
    const { width, height, webp } = thumbnail
    return { value: { ok: true, info, width, height }, bytes: webp }
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
