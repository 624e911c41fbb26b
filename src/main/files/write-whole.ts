import { randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { isAlive } from '../processes/alive.ts'

const TEMPORARY = /\.(\d+)-[0-9a-f]{12}\.tmp$/

/**
 * Writes a file whole or not at all: under another name first, so that a full disk or a kill leaves
 * what was there. Makes its folder. Threads and processes may write the same file at once; the last
 * one stays. What a kill left of an earlier write of the file is removed.
 * @param mode of the file, as for `writeFileSync`
 * @throws what the file system says
 */
export function writeWhole(path: string, data: string | Uint8Array, mode?: number): void {
  writeBeside(path, path, data, mode)
  removeTemporary(dirname(path), basename(path))
}

/**
 * The same for one of very many files, whose folder is too long to be looked through each time.
 * @param beside begins the name under which it is written first; see `removeTemporary`
 * @param mode of the file, as for `writeFileSync`
 * @throws what the file system says
 */
export function writeBeside(
  path: string,
  beside: string,
  data: string | Uint8Array,
  mode?: number,
): void {
  const temporary = temporaryName(beside)
  const inFolder = (step: () => void): void => {
    try {
      step()
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
      mkdirSync(dirname(path), { recursive: true })
      step()
    }
  }
  try {
    inFolder(() => writeFileSync(temporary, data, { mode }))
    inFolder(() => renameSync(temporary, path))
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}

/** A name beside that of a file, under which it is written first; `removeTemporary` knows it. */
export function temporaryName(beside: string): string {
  return `${beside}.${process.pid}-${randomBytes(6).toString('hex')}.tmp`
}

/**
 * Removes what killed processes left in a folder of what they wrote under other names first; that
 * of living ones is theirs. @param name only of this file; without it of all
 */
export function removeTemporary(folder: string, name = ''): void {
  for (const file of readdirSync(folder)) {
    if (!file.startsWith(name)) continue
    const pid = Number(TEMPORARY.exec(file)?.[1] ?? process.pid)
    if (pid !== process.pid && !isAlive(pid)) rmSync(join(folder, file), { force: true })
  }
}
