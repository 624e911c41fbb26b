import { closeSync, openSync, readSync, readdirSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { AppError } from '#shared/errors.ts'
import type { GoldSpan } from '../../labeling/losses.ts'

/**
 * What a frozen encoder says of the training texts, kept on disk while a head is trained: each
 * epoch reads all of it, and it may be larger than the memory.
 */

/** One window: where its rows lie in the file, and what is to be learned from it. */
export interface CachedWindow {
  document: string
  tokenOffset: number
  /** In bytes; float32, rows x dim. */
  at: number
  rows: number
  gold: GoldSpan | null
  weight: number
}

/** Kept free for everything else that writes on this disk. */
const SPARE_BYTES = 512 << 20
const NAME = /^training-\d+\.features$/

export interface FeaturesFile {
  readonly path: string
  readonly bytes: number
  /** Returns where it begins. @throws AppError `io` when the disk has no room */
  append(features: Float32Array): number
  /** @throws AppError `io` when `bytes` more would fill the disk */
  checkRoom(bytes: number): void
  /** Closes and deletes the file. */
  remove(): void
}

/** A new file in the corpus folder; what a killed run left there is deleted. */
export function createFeaturesFile(corpusPath: string): FeaturesFile {
  for (const name of readdirSync(corpusPath)) {
    if (NAME.test(name)) rmSync(join(corpusPath, name), { force: true })
  }
  const path = join(corpusPath, `training-${process.pid}.features`)
  const file = openSync(path, 'w', 0o600)
  let bytes = 0
  let isOpen = true
  const full = (wanted: number, free: number): AppError =>
    new AppError(
      'io',
      `The disk of ${corpusPath} has no room for the encoded texts: ${gigabytes(wanted)} more are needed, ${gigabytes(free)} are free.`,
      'Free some space, train on fewer texts (a filter), or take a smaller encoder.',
    )
  const free = (): number => {
    const { bavail, bsize } = statfsSync(corpusPath)
    return Math.max(0, bavail * bsize - SPARE_BYTES)
  }
  return {
    path,
    get bytes() {
      return bytes
    },
    append(features) {
      const at = bytes
      const data = new Uint8Array(features.buffer, features.byteOffset, features.byteLength)
      try {
        for (let done = 0; done < data.length;)
          done += writeSync(file, data, done, data.length - done)
      } catch (error) {
        if ((error as { code?: unknown }).code === 'ENOSPC') throw full(data.length, 0)
        throw error
      }
      bytes += data.length
      return at
    },
    checkRoom(wanted) {
      const room = free()
      if (wanted > room) throw full(wanted, room)
    },
    remove() {
      if (isOpen) closeSync(file)
      isOpen = false
      rmSync(path, { force: true })
    },
  }
}

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(2)} GB`

/** Reads windows back. @throws AppError `io` when the file is shorter than it was. */
export function openFeatures(
  path: string,
  dim: number,
): { read(window: Pick<CachedWindow, 'at' | 'rows'>): Float32Array; close(): void } {
  const file = openSync(path, 'r')
  return {
    read({ at, rows }) {
      const features = new Float32Array(rows * dim)
      const data = new Uint8Array(features.buffer)
      for (let done = 0; done < data.length;) {
        const n = readSync(file, data, done, data.length - done, at + done)
        if (n === 0) throw new AppError('io', `${path} ends too early.`)
        done += n
      }
      return features
    },
    close: () => closeSync(file),
  }
}
