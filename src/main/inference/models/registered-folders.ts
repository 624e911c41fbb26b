import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { z } from 'zod'
import { AppError } from '#shared/errors.ts'

const Registered = z.object({ folders: z.array(z.string()) })

/**
 * Folders of one's own that were added, by path; none where the list is not there yet.
 * @throws AppError `damaged`
 */
export function readRegistered(path: string): string[] {
  if (!existsSync(path)) return []
  try {
    return Registered.parse(JSON.parse(readFileSync(path, 'utf8'))).folders
  } catch (error) {
    throw new AppError(
      'damaged',
      `The list of model folders, ${path}, cannot be read: ${(error as Error).message}`,
      'Delete the file and add the folders again.',
    )
  }
}

/** The list is there as a whole or as it was. */
export function writeRegistered(path: string, folders: readonly string[]): void {
  mkdirSync(dirname(path), { recursive: true })
  const temporary = `${path}.${process.pid}.tmp`
  try {
    writeFileSync(temporary, JSON.stringify({ folders }, null, 2))
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}
