import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { AppError } from '#shared/errors.ts'
import { sha256Of } from '../files/digest.ts'
import { writeWhole } from '../files/write-whole.ts'

const SHA256 = /^[0-9a-f]{64}$/

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

/**
 * Keeps bytes under their SHA-256 (worked out unless given) and returns it. A blob is there
 * whole or not at all.
 */
export function putBlob(corpusPath: string, bytes: Uint8Array, sha256?: string): string {
  const name = sha256 ?? sha256Of(bytes)
  const path = blobPath(corpusPath, name)
  if (existsSync(path)) return name
  writeWhole(path, bytes)
  return name
}
