import { close, existsSync, fsync, open, statSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { AppError } from '#shared/errors.ts'
import { sha256Of } from '../files/digest.ts'
import { removeTemporary, writeBeside } from '../files/write-whole.ts'

const SHA256 = /^[0-9a-f]{64}$/
/** Files that are flushed at once: a group costs the disk little more than one, and threads stay for others. */
const FLUSH_WIDTH = 3
/** Names that a flusher remembers. */
const MOST_FLUSHED = 200_000

// A number in place of an object with a life of its own: half the work of a file that is flushed.
const disk = { open: promisify(open), sync: promisify(fsync), close: promisify(close) }

/**
 * Where the bytes with this SHA-256 (lower-case hex) lie: `blobs/ab/<sha256>`.
 * @throws AppError `invalid-input` for anything else, so that no path can be smuggled in
 */
export function blobPath(corpusPath: string, sha256: string): string {
  if (!SHA256.test(sha256)) throw new AppError('invalid-input', `not a SHA-256: ${sha256}`)
  return join(corpusPath, 'blobs', sha256.slice(0, 2), sha256)
}

export function hasBlob(corpusPath: string, sha256: string): boolean {
  return existsSync(blobPath(corpusPath, sha256))
}

/** Whether a blob is there with this many bytes; after a power cut it may be empty or cut off. */
export function hasWholeBlob(corpusPath: string, sha256: string, bytes: number): boolean {
  return statSync(blobPath(corpusPath, sha256), { throwIfNoEntry: false })?.size === bytes
}

/**
 * Keeps bytes under their SHA-256 (worked out unless given) and returns it. A blob is there
 * whole or not at all; one that is there with another size is replaced. It may be lost in a power
 * cut until it is flushed.
 */
export function putBlob(corpusPath: string, bytes: Uint8Array, sha256?: string): string {
  const name = sha256 ?? sha256Of(bytes)
  if (hasWholeBlob(corpusPath, name, bytes.byteLength)) return name
  writeBeside(blobPath(corpusPath, name), join(corpusPath, 'blobs', name), bytes)
  return name
}

/** What a kill left of blobs that were being written. Only for the one who writes to the corpus. */
export function removeUnfinishedBlobs(corpusPath: string): void {
  const folder = join(corpusPath, 'blobs')
  if (existsSync(folder)) removeTemporary(folder)
}

/**
 * Brings a group of blobs to the disk for certain, their names with them (a file that was renamed
 * takes its name along). To be awaited before the transaction that names them: else a power cut
 * leaves rows whose blobs are empty.
 * @throws what the file system says
 */
export async function flushBlobs(corpusPath: string, names: Iterable<string>): Promise<void> {
  const left = new Set([...names].map((sha256) => blobPath(corpusPath, sha256))).values()
  const flush = async (): Promise<void> => {
    for (const path of left) {
      const file = await disk.open(path, 'r+')
      try {
        await disk.sync(file)
      } finally {
        await disk.close(file)
      }
    }
  }
  await Promise.all(Array.from({ length: FLUSH_WIDTH }, flush))
}

/**
 * `flushBlobs` for many groups of one run: what it has brought to the disk it does not flush again, as
 * crawls hold the same pictures over and over.
 */
export function createBlobFlusher(corpusPath: string): (names: string[]) => Promise<void> {
  const flushed = new Set<string>()
  return async (names) => {
    const fresh = names.filter((name) => !flushed.has(name))
    if (fresh.length === 0) return
    await flushBlobs(corpusPath, fresh)
    if (flushed.size > MOST_FLUSHED) flushed.clear()
    for (const name of fresh) flushed.add(name)
  }
}
