import { createHash } from 'node:crypto'
import { closeSync, fsync, fsyncSync, ftruncateSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { promisify } from 'node:util'

const flush = promisify(fsync)

/** An archive that grows, member by member. */
export interface ArchiveFile {
  readonly path: string
  /** Bytes so far: where the next member begins. */
  readonly size: number
  /**
   * Adds a member whole and says where it begins. One that the disk has no room for leaves no
   * trace.
   * @throws what the file system says
   */
  append(member: Uint8Array): number
  /** What was added so far is on the disk, whatever happens to the machine. @throws as `append` */
  sync(): Promise<void>
  /** @returns SHA-256 (hex) of the file */
  close(): string
}

/** Makes a new archive and its folder. @throws what the file system says; `EEXIST` */
export function createArchiveFile(path: string): ArchiveFile {
  mkdirSync(dirname(path), { recursive: true })
  const file = openSync(path, 'wx')
  syncFolder(dirname(path))
  const hash = createHash('sha256')
  let size = 0
  let synced = 0
  let closed = false
  return {
    path,
    get size() {
      return size
    },
    append(member) {
      const begin = size
      try {
        for (let at = 0; at < member.length;) {
          at += writeSync(file, member, at, member.length - at, begin + at)
        }
      } catch (error) {
        ftruncateSync(file, begin)
        throw error
      }
      hash.update(member)
      size += member.length
      return begin
    },
    async sync() {
      const upTo = size
      if (synced >= upTo) return
      try {
        await flush(file)
      } catch (error) {
        // Closed meanwhile, which has flushed it.
        if (!closed) throw error
      }
      synced = Math.max(synced, upTo)
    },
    close() {
      closed = true
      try {
        fsyncSync(file)
      } finally {
        closeSync(file)
      }
      return hash.digest('hex')
    },
  }
}

/** A new file has its name for certain. A folder cannot be opened on Windows, nor has to be. */
function syncFolder(path: string): void {
  if (process.platform === 'win32') return
  const folder = openSync(path, 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}
