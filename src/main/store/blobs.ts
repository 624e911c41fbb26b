import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { AppError } from '#shared/errors.ts'

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
 * Keeps bytes under their SHA-256 (worked out unless given) and returns it. A temporary name,
 * then a rename: a blob is there whole or not at all.
 */
export function putBlob(corpusPath: string, bytes: Uint8Array, sha256?: string): string {
  const name = sha256 ?? createHash('sha256').update(bytes).digest('hex')
  const path = blobPath(corpusPath, name)
  if (existsSync(path)) return name
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`
  const write = (): void => {
    writeFileSync(temporary, bytes)
    renameSync(temporary, path)
  }
  try {
    try {
      write()
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'ENOENT') throw error
      mkdirSync(dirname(path), { recursive: true })
      write()
    }
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
  return name
}
