import { randomBytes } from 'node:crypto'
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Writes a file whole or not at all: under another name first, so that a full disk or a kill leaves
 * what was there. Makes its folder. Threads and processes may write the same file at once; the last
 * one stays.
 * @param mode of the file, as for `writeFileSync`
 * @throws what the file system says
 */
export function writeWhole(path: string, data: string | Uint8Array, mode?: number): void {
  const temporary = `${path}.${process.pid}-${randomBytes(6).toString('hex')}.tmp`
  const write = (): void => {
    writeFileSync(temporary, data, { mode })
    renameSync(temporary, path)
  }
  try {
    try {
      write()
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
      mkdirSync(dirname(path), { recursive: true })
      write()
    }
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}
