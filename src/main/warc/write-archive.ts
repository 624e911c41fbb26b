import { createHash } from 'node:crypto'
import { closeSync, fsyncSync, ftruncateSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

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
  /** What was added is on the disk, whatever happens to the machine. @throws as `append` */
  sync(): void
  /** @returns SHA-256 (hex) of the file */
  close(): string
}

/** Makes a new archive and its folder. @throws what the file system says; `EEXIST` */
export function createArchiveFile(path: string): ArchiveFile {
  mkdirSync(dirname(path), { recursive: true })
  const file = openSync(path, 'wx')
  const hash = createHash('sha256')
  let size = 0
  let synced = 0
  const sync = (): void => {
    if (synced === size) return
    fsyncSync(file)
    synced = size
  }
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
    sync,
    close() {
      try {
        sync()
      } finally {
        closeSync(file)
      }
      return hash.digest('hex')
    },
  }
}
