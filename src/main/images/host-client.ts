import { availableParallelism } from 'node:os'
import type { PictureMetadata } from '#shared/picture-metadata.ts'
import { CallOverdue, HelperCrash, crashLine } from '../processes/crash.ts'
import type { Reply } from '../processes/peer.ts'
import { createPool } from '../processes/pool.ts'
import { startProcess } from '../processes/start.ts'
import type { PictureInfo, Pixels, Thumbnail } from './decode.ts'
import type { UniformSize } from './uniform-picture.ts'
import type { Anew, AnewAs } from './write-anew.ts'
import { DEFAULT_LIMITS, HOST_MEMORY, THUMBNAIL_SIZE, type PictureLimits } from './limits.ts'
import type { DecodeReply, PictureCalls } from './picture-server.ts'

/** `reason` as in PictureError. */
type Failed = { ok: false; reason: string; detail: string }
export type Decoded = { ok: true; info: PictureInfo; thumbnail: Thumbnail } | Failed

export type Uniform = { ok: true; bytes: Uint8Array } | Failed

export type Described = { ok: true; metadata: PictureMetadata } | Failed

export interface PictureHost {
  /**
   * Decodes one picture, given as bytes or as a file. A bad picture is an answer; it rejects only
   * with AppError `canceled` (closed) or `internal` (the process cannot be started).
   */
  decode(picture: Uint8Array | { path: string }): Promise<Decoded>
  /** One picture without anything of its file, see `makeUniform`. Rejects as `decode` does. */
  uniform(picture: Uint8Array | { path: string }, as: UniformSize): Promise<Uniform>
  /** One picture resized and encoded, see `writeAnew`. Rejects as `decode` does. */
  anew(picture: Uint8Array | { path: string }, as: AnewAs): Promise<({ ok: true } & Anew) | Failed>
  /** Filter and libraries of `anew`, with their versions. */
  anewBy(): Promise<string>
  /** What one picture says of itself: texts, EXIF, XMP. Rejects as `decode` does. */
  metadata(picture: Uint8Array | { path: string }): Promise<Described>
  /**
   * A figure of ours (`src/figures`), an SVG, as PNG, `scale` times as fine as its own pixels.
   * Rejects with AppError `internal` where it cannot be drawn.
   */
  figurePng(svg: string, scale: number): Promise<Uint8Array>
  /** The pixels of one, shrunk to at most `side` a side; see `smallPixels`. Rejects as `decode`. */
  pixels(
    picture: Uint8Array | { path: string },
    side: number,
  ): Promise<({ ok: true } & Pixels) | Failed>
  /** How many pictures are decoded at once; twice as many calls keep it busy. */
  readonly parallel: number
  /** How often the process had to be started again. */
  readonly restarts: number
  readonly pid: number | null
  close(): Promise<void>
}

export interface PictureHostOptions {
  /** Pictures in flight. Default: one a core. */
  parallel?: number
  limits?: PictureLimits
  size?: number
  /** Beyond the decoder's own time limit, for what its clock does not see (SVG, AVIF). */
  graceMs?: number
  /** The process ends itself beyond this many bytes of memory. */
  memory?: number
}

/** Each in flight may be a big one; beyond this, memory is dearer than time. */
const MOST_PARALLEL = 16

/**
 * Starts the decoding process (`entry`: picture-host) and keeps it running. When it dies, the
 * pictures in flight are tried again one at a time; one that kills it alone is answered with
 * `decoder-crashed`, one that never ends with `decoder-timeout`, and the rest goes on.
 */
export function createPictureHost(entry: URL, options: PictureHostOptions = {}): PictureHost {
  const parallel = Math.max(1, options.parallel ?? Math.min(MOST_PARALLEL, availableParallelism()))
  const limits = options.limits ?? DEFAULT_LIMITS
  const timeoutMs = limits.seconds * 1000 + (options.graceMs ?? 5000)
  const size = options.size ?? THUMBNAIL_SIZE
  const pool = createPool<PictureCalls>({
    name: 'The picture decoder',
    hint: {
      window: 'Run the doctor in Settings: it checks the installed parts.',
      command: 'Run "gleaner doctor": it checks the installed parts.',
    },
    helpers: 1,
    perHelper: parallel,
    // Decoders that are at work would not let it end by itself.
    closeMs: 0,
    start: () =>
      startProcess(entry, {
        memory: options.memory ?? HOST_MEMORY,
        env: {
          ...process.env,
          UV_THREADPOOL_SIZE: String(parallel + 2),
          // glibc gives each thread an arena that big pictures leave full of holes.
          MALLOC_ARENA_MAX: '2',
          NODE_OPTIONS: '',
        },
      }),
  })

  async function ask<T>(
    picture: Uint8Array | { path: string },
    run: (path: string | null, call: { timeoutMs: number; bytes?: Uint8Array }) => Promise<T>,
  ): Promise<T | Failed> {
    const bytes = picture instanceof Uint8Array ? picture : undefined
    // Answered here, so that nothing oversized is sent.
    if (bytes && bytes.byteLength > limits.maxBytes) {
      return failed('too-large', `${bytes.byteLength} bytes, at most ${limits.maxBytes}`)
    }
    const path = picture instanceof Uint8Array ? null : picture.path
    try {
      return await run(path, { timeoutMs, ...(bytes ? { bytes } : {}) })
    } catch (error) {
      if (error instanceof CallOverdue) {
        return failed('decoder-timeout', `not decoded after ${limits.seconds} s`)
      }
      if (!(error instanceof HelperCrash) || error.reason === 'not-started') throw error
      const said = crashLine(error.lastWords)
      return failed(
        error.reason === 'out-of-memory' ? 'decoder-out-of-memory' : 'decoder-crashed',
        `the decoder ended with ${error.how}${said === '' ? '' : `: ${said}`}`,
      )
    }
  }

  return {
    parallel,
    get restarts() {
      return pool.replaced
    },
    get pid() {
      return pool.pid
    },
    decode: (picture) =>
      ask(picture, async (path, call) =>
        toDecoded(await pool.run('decode', { path, limits, size }, call)),
      ),
    uniform: (picture, as) =>
      ask(picture, async (path, call) => {
        const { value, bytes } = await pool.run('uniform', { path, limits, as }, call)
        return value.ok ? { ok: true, bytes } : value
      }),
    anew: (picture, as) =>
      ask(picture, async (path, call) => {
        const { value, bytes } = await pool.run('anew', { path, limits, as }, call)
        return value.ok ? { ...value, bytes: Uint8Array.from(bytes) } : value
      }),
    anewBy: async () => (await pool.run('anewBy', null, { timeoutMs })).value,
    pixels: (picture, side) =>
      ask(picture, async (path, call) => {
        const { value, bytes } = await pool.run('pixels', { path, limits, size: side }, call)
        // A copy, as for a thumbnail.
        return value.ok ? { ...value, data: Uint8Array.from(bytes) } : value
      }),
    async figurePng(svg, scale) {
      const { bytes } = await pool.run('figure', { scale }, { timeoutMs, bytes: Buffer.from(svg) })
      return Uint8Array.from(bytes)
    },
    metadata: (picture) =>
      ask(
        picture,
        async (path, call) => (await pool.run('metadata', { path, limits }, call)).value,
      ),
    close: () => pool.close(),
  }
}

function failed(reason: string, detail: string): Failed {
  return { ok: false, reason, detail }
}

function toDecoded({ value, bytes }: Reply<DecodeReply>): Decoded {
  if (!value.ok) return value
  const { info, width, height } = value
  // A copy: the frame shares its memory with whatever came in the same chunk.
  return { ok: true, info, thumbnail: { webp: Uint8Array.from(bytes), width, height } }
}
