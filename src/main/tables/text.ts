import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { AppError, systemMessage } from '#shared/errors.ts'
import { readError } from '../files/read-error.ts'

type Compression = 'gzip' | 'zstd' | null
type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252'

const CHUNK = 1 << 18
/** Characters from the beginning by which a file is judged. */
const SAMPLE = 1 << 19

/** What a text file is made of, by its first bytes. */
export interface TextFile {
  path: string
  bytes: number
  compression: Compression
  encoding: Encoding
  /** The beginning, decoded. */
  sample: string
  /** The sample is all there is. */
  whole: boolean
}

/**
 * Looks at the beginning of a text file, gzip and zstd taken off: the encoding is told by a byte
 * order mark, by zeros in every other byte (UTF-16), by being valid UTF-8, else windows-1252.
 * @throws AppError `not-found`, `io`, `damaged`
 */
export async function sniffText(path: string): Promise<TextFile> {
  const { head, size } = await readHead(path)
  const compression = compressionOf(head)
  const pieces: Buffer[] = []
  let length = 0
  let whole = true
  for await (const { bytes } of byteChunks(path, compression)) {
    pieces.push(bytes)
    length += bytes.length
    if (length >= SAMPLE) {
      whole = false
      break
    }
  }
  const bytes = Buffer.concat(pieces)
  const encoding = encodingOf(bytes)
  // A character that the end of the sample cuts is left out.
  const sample = new TextDecoder(encoding).decode(bytes, { stream: true })
  return { path, bytes: size, compression, encoding, sample, whole }
}

/** The text of a file, piece by piece, with how far the file itself was read. */
export async function* textChunks(
  file: Pick<TextFile, 'path' | 'compression' | 'encoding'>,
  signal?: AbortSignal,
): AsyncGenerator<{ text: string; position: number }, void, void> {
  const decoder = new TextDecoder(file.encoding)
  let last = 0
  for await (const { bytes, position } of byteChunks(file.path, file.compression)) {
    if (signal?.aborted) return
    last = position
    const text = decoder.decode(bytes, { stream: true })
    if (text !== '') yield { text, position }
  }
  const rest = decoder.decode()
  if (rest !== '') yield { text: rest, position: last }
}

async function* byteChunks(
  path: string,
  compression: Compression,
): AsyncGenerator<{ bytes: Buffer; position: number }, void, void> {
  const raw = createReadStream(path, { highWaterMark: CHUNK })
  const unpack =
    compression === 'gzip'
      ? createGunzip({ chunkSize: CHUNK })
      : compression === 'zstd'
        ? createZstdDecompress({ chunkSize: CHUNK })
        : null
  if (unpack) {
    raw.on('error', (error) => unpack.destroy(error))
    raw.pipe(unpack)
  }
  try {
    for await (const bytes of unpack ?? raw) {
      yield { bytes: bytes as Buffer, position: raw.bytesRead }
    }
  } catch (error) {
    const code = String((error as { code?: unknown }).code)
    if (/^(Z_|ZSTD_|ERR_|ZLIB)/.test(code)) {
      throw new AppError(
        'damaged',
        `${path} is damaged: it cannot be unpacked at byte ${raw.bytesRead}`,
        'Get the file again. What was read before that place is kept.',
        { cause: error, details: systemMessage(error) },
      )
    }
    throw readError(path, error)
  } finally {
    raw.destroy()
    unpack?.destroy()
  }
}

async function readHead(path: string): Promise<{ head: Buffer; size: number }> {
  try {
    const file = await open(path, 'r')
    try {
      const { size } = await file.stat()
      const { buffer, bytesRead } = await file.read(Buffer.alloc(16), 0, 16, 0)
      return { head: buffer.subarray(0, bytesRead), size }
    } finally {
      await file.close()
    }
  } catch (error) {
    throw readError(path, error)
  }
}

function compressionOf(head: Buffer): Compression {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip'
  if (head.length >= 4 && head.readUInt32LE(0) === 0xfd2fb528) return 'zstd'
  return null
}

function encodingOf(bytes: Buffer): Encoding {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be'
  const part = bytes.subarray(0, 1000)
  const zeros = [0, 0]
  for (let i = 0; i < part.length; i++) {
    if (part[i] === 0) zeros[i % 2] = (zeros[i % 2] as number) + 1
  }
  const [even, odd] = zeros as [number, number]
  if (part.length >= 8 && odd > part.length / 8 && even < odd / 8) return 'utf-16le'
  if (part.length >= 8 && even > part.length / 8 && odd < even / 8) return 'utf-16be'
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true })
    return 'utf-8'
  } catch {
    return 'windows-1252'
  }
}
