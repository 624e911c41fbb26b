import { stat } from 'node:fs/promises'
import { BlobDamage, readSound } from '../files/sound-blob.ts'
import type { PictureMetadata } from '#shared/picture-metadata.ts'
import { serveParent } from '../processes/child.ts'
import type { Answer } from '../processes/peer.ts'
import { PictureError, smallPixels, type PictureInfo, type Thumbnail } from './decode.ts'
import { figureToPng } from './figure-png.ts'
import type { PictureLimits } from './limits.ts'
import { readPictureMetadata } from './picture-metadata.ts'
import { makeUniform, type UniformSize } from './uniform-picture.ts'
import { ANEW_BY, writeAnew, type AnewAs } from './write-anew.ts'

/** What the decoding process is asked. */
export interface PictureCalls {
  /** The bytes come with the call, or lie at `path`; the thumbnail's WebP comes with the reply. */
  decode: { input: DecodeInput; value: DecodeReply }
  /** A picture without anything of its file, see `makeUniform`; its bytes come with the reply. */
  uniform: { input: Omit<DecodeInput, 'size'> & { as: UniformSize }; value: UniformReply }
  /** See `writeAnew`; its bytes come with the reply. */
  anew: { input: Omit<DecodeInput, 'size'> & { as: AnewAs }; value: AnewReply }
  /** What it is written by, for a record. */
  anewBy: { input: null; value: string }
  /** What a picture says of itself; its bytes come with the call, or lie at `path`. */
  metadata: { input: Omit<DecodeInput, 'size'>; value: MetadataReply }
  /** The SVG comes with the call, the PNG with the reply. */
  figure: { input: { scale: number }; value: null }
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

export type UniformReply = { ok: true } | { ok: false; reason: string; detail: string }

export type AnewReply =
  | { ok: true; width: number; height: number; enlarged: boolean }
  | { ok: false; reason: string; detail: string }

export type MetadataReply =
  { ok: true; metadata: PictureMetadata } | { ok: false; reason: string; detail: string }

export type Decode = (
  bytes: Uint8Array,
  limits: PictureLimits,
  size: number,
) => Promise<{ info: PictureInfo; thumbnail: Thumbnail }>

export type ReadMetadata = (bytes: Uint8Array, limits: PictureLimits) => Promise<PictureMetadata>

/**
 * Answers calls until the parent is gone. Several run at once; how many is up to the caller. A
 * picture that cannot be decoded is an answer, not an error.
 */
export function serveDecoding(
  decode: Decode,
  readMetadata: ReadMetadata = readPictureMetadata,
): void {
  serveParent<PictureCalls>({
    decode: (input, { bytes }) =>
      answer(input, bytes, async (picture) => {
        const { info, thumbnail } = await decode(picture, input.limits, input.size)
        const { width, height, webp } = thumbnail
        return { value: { ok: true, info, width, height }, bytes: webp }
      }),
    uniform: (input, { bytes }) =>
      answer(input, bytes, async (picture) => ({
        value: { ok: true },
        bytes: await makeUniform(picture, input.as, input.limits),
      })),
    anew: (input, { bytes }) =>
      answer(input, bytes, async (picture) => {
        const { bytes: made, ...about } = await writeAnew(picture, input.as, input.limits)
        return { value: { ok: true, ...about }, bytes: made }
      }),
    anewBy: () => ({ value: ANEW_BY }),
    pixels: (input, { bytes }) =>
      answer(input, bytes, async (picture) => {
        const { data, width, height } = await smallPixels(picture, input.limits, input.size)
        return { value: { ok: true, width, height }, bytes: data }
      }),
    figure: async ({ scale }, { bytes }) => ({
      value: null,
      bytes: await figureToPng(bytes, scale),
    }),
    metadata: (input, { bytes }) =>
      answer(input, bytes, async (picture) => ({
        value: { ok: true, metadata: await readMetadata(picture, input.limits) },
      })),
  })
}

/** What libvips itself says. */
const BY_LIBVIPS: ReadonlySet<string> = new Set(['damaged', 'truncated'])

/** Calls that run side by side, and what waits until none does. */
const running = new Set<Promise<unknown>>()
let alone: Promise<unknown> = Promise.resolve()

async function beside<T>(work: () => Promise<T>): Promise<T> {
  for (let seen: unknown = null; seen !== alone; await alone) seen = alone
  const run = work()
  running.add(run)
  try {
    return await run
  } finally {
    running.delete(run)
  }
}

function byItself<T>(work: () => Promise<T>): Promise<T> {
  const before = alone
  const run = before.then(async () => {
    await Promise.allSettled(running)
    return work()
  })
  alone = run.catch(() => undefined)
  return run
}

/**
 * libvips keeps the last words of all its threads in one place, so that a picture may get those of
 * another or none: what failed is judged again while nothing else runs.
 */
async function judged<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await beside(work)
  } catch (error) {
    if (error instanceof PictureError && BY_LIBVIPS.has(error.reason)) return byItself(work)
    throw error
  }
}

async function answer<T>(
  { path, limits }: Pick<DecodeInput, 'path' | 'limits'>,
  sent: Uint8Array,
  work: (bytes: Uint8Array) => Promise<Answer<T>>,
): Promise<Answer<T | { ok: false; reason: string; detail: string }>> {
  try {
    const bytes = path === null ? sent : await readPicture(path, limits.maxBytes)
    return await judged(() => work(bytes))
  } catch (error) {
    if (!(error instanceof PictureError)) throw error
    return { value: { ok: false, reason: error.reason, detail: error.message } }
  }
}

async function readPicture(path: string, maxBytes: number): Promise<Uint8Array> {
  try {
    const { size } = await stat(path)
    if (size > maxBytes) throw new PictureError('too-large', `${size} bytes, at most ${maxBytes}`)
    return await readSound(path)
  } catch (error) {
    if (error instanceof PictureError) throw error
    if (error instanceof BlobDamage) throw new PictureError(error.reason, error.message)
    throw new PictureError('unreadable', error instanceof Error ? error.message : String(error))
  }
}
