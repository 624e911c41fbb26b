import { open } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import yauzl from 'yauzl'
import { AppError } from '#shared/errors.ts'
import { readError } from '../files/read-error.ts'
import type { ArchiveSource } from './types.ts'

/** Bytes of a source in order, in pieces that are the reader's to keep. */
export interface ByteReader {
  /** The next piece, or null at the end. */
  next(): Promise<Buffer | null>
  close(): Promise<void>
}

/** Large enough that a system call costs nothing, small enough to stay in the cache while parsed. */
const PIECE = 1 << 20

const streams = new WeakMap<ArchiveSource, Readable>()

/** A source over a whole file. `size` as found, for progress. */
export function fileSource(path: string, size: number | null = null): ArchiveSource {
  return { name: path, path, start: 0, size, kind: 'file', entry: null }
}

/** A source that can be read once, such as standard input; no resume, no `readRecordAt`. */
export function streamSource(stream: Readable, name = '-'): ArchiveSource {
  const source: ArchiveSource = {
    name,
    path: '',
    start: 0,
    size: null,
    kind: 'stream',
    entry: null,
  }
  streams.set(source, stream)
  return source
}

/**
 * Opens a source at a byte of its own (compressed) bytes. What cannot be read from the middle is
 * read from its start and skipped.
 * @param signal ends the waiting for a stream that gives nothing.
 * @param piece bytes to read at a time.
 * @throws AppError `not-found`, `io`, `invalid-input`.
 */
export async function openBytes(
  source: ArchiveSource,
  from: number,
  signal?: AbortSignal,
  piece = PIECE,
): Promise<ByteReader> {
  if (source.kind === 'file') return openFile(source, from, piece)
  const reader =
    source.kind === 'stream'
      ? fromStream(source.name, takeStream(source), signal)
      : await openEntry(source)
  if (from > 0) return skipping(reader, from)
  return reader
}

async function openFile(source: ArchiveSource, from: number, piece: number): Promise<ByteReader> {
  try {
    const file = await open(source.path, 'r')
    let at = source.start + from
    // The end is fixed only for an entry of a WACZ; a file may still grow while it is crawled.
    const end = source.entry !== null ? source.start + (source.size ?? 0) : Infinity
    return {
      async next() {
        const wanted = Math.min(piece, end - at)
        if (wanted <= 0) return null
        try {
          const { buffer, bytesRead } = await file.read(
            Buffer.allocUnsafeSlow(wanted),
            0,
            wanted,
            at,
          )
          at += bytesRead
          return bytesRead === 0 ? null : buffer.subarray(0, bytesRead)
        } catch (error) {
          throw readError(source.path, error)
        }
      },
      close: () => file.close(),
    }
  } catch (error) {
    throw readError(source.path, error)
  }
}

function takeStream(source: ArchiveSource): Readable {
  const stream = streams.get(source)
  if (!stream) {
    throw new AppError(
      'invalid-input',
      `${source.name} is a stream and has been read already.`,
      'Save it as a file to read it again.',
    )
  }
  streams.delete(source)
  return stream
}

async function openEntry(source: ArchiveSource): Promise<ByteReader> {
  try {
    const zip = await yauzl.openPromise(source.path, { lazyEntries: true, autoClose: false })
    try {
      for await (const entry of zip.eachEntry()) {
        if (entry.fileName !== source.entry) continue
        const stream = await zip.openReadStreamPromise(entry)
        const reader = fromStream(source.name, stream)
        return {
          next: () => reader.next(),
          async close() {
            await reader.close()
            zip.close()
          },
        }
      }
    } catch (error) {
      zip.close()
      throw error
    }
    zip.close()
  } catch (error) {
    throw readError(source.path, error)
  }
  throw new AppError('not-found', `${source.path} holds no entry ${source.entry ?? ''}.`)
}

function fromStream(name: string, stream: Readable, signal?: AbortSignal): ByteReader {
  const stop = (): void => void stream.destroy()
  signal?.addEventListener('abort', stop, { once: true })
  const pieces = stream[Symbol.asyncIterator]() as AsyncIterator<unknown>
  return {
    async next() {
      try {
        for (;;) {
          const step = await pieces.next()
          if (step.done) return null
          const piece = step.value
          if (typeof piece === 'string') {
            throw new AppError('internal', `${name} gives text where bytes are needed.`)
          }
          const bytes = piece as Uint8Array
          if (bytes.length > 0) {
            return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
          }
        }
      } catch (error) {
        throw readError(name, error)
      }
    },
    close() {
      signal?.removeEventListener('abort', stop)
      stream.destroy()
      return Promise.resolve()
    },
  }
}

function skipping(reader: ByteReader, from: number): ByteReader {
  let left = from
  return {
    async next() {
      for (;;) {
        const piece = await reader.next()
        if (!piece || left === 0) return piece
        if (piece.length > left) {
          const rest = piece.subarray(left)
          left = 0
          return rest
        }
        left -= piece.length
      }
    },
    close: () => reader.close(),
  }
}
