import { readdir, realpath, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { AppError, systemMessage } from '#shared/errors.ts'
import { PICTURE_ENDING } from './name-pattern.ts'
import type { PictureFile, Unmatched } from './image-plan.ts'
import { byName } from './takes.ts'

export interface FoundPictures {
  /** By name, as people count: `a2` before `a10`. */
  files: PictureFile[]
  /** `hidden`, `not-a-picture` (by its ending), `link-outside`, `link-to-folder`, `unreadable`, `too-deep`. */
  leftOut: Unmatched[]
}

const MAX_DEPTH = 16

/**
 * The pictures below a folder. Links to files are followed where they stay inside it, links to
 * folders never.
 * @param most entries that are looked at
 * @throws AppError `not-found` if there is no such folder, `refused` if it holds more than `most`
 */
export async function walkPictures(dir: string, most = 500_000): Promise<FoundPictures> {
  let root: string
  try {
    root = await realpath(dir)
    if (!(await stat(root)).isDirectory()) throw new Error('it is no folder')
  } catch (error) {
    throw new AppError(
      'not-found',
      `The folder of pictures ${dir} cannot be read`,
      'Choose an existing folder that holds the pictures.',
      { cause: error, details: systemMessage(error) },
    )
  }
  const found: FoundPictures = { files: [], leftOut: [] }
  const folders = [{ name: '', depth: 0 }]
  let seen = 0
  for (let folder = folders.pop(); folder; folder = folders.pop()) {
    const leave = (name: string, reason: string): void => {
      found.leftOut.push({ path: join(root, name), name, reason })
    }
    const entries = await readdir(join(root, folder.name), { withFileTypes: true }).catch(
      () => null,
    )
    if (entries === null) leave(folder.name, 'unreadable')
    for (const entry of entries ?? []) {
      if (++seen > most) {
        throw new AppError(
          'refused',
          `The folder ${dir} holds more than ${most} files`,
          'Choose the folder that holds the pictures of one model.',
        )
      }
      const name = folder.name === '' ? entry.name : `${folder.name}/${entry.name}`
      if (entry.name.startsWith('.')) leave(name, 'hidden')
      else if (entry.isDirectory()) {
        if (folder.depth >= MAX_DEPTH) leave(name, 'too-deep')
        else folders.push({ name, depth: folder.depth + 1 })
      } else if (entry.isSymbolicLink()) {
        const reason = await judgeLink(root, join(root, name))
        if (reason !== null) leave(name, reason)
        else take(name)
      } else if (entry.isFile()) take(name)
      else leave(name, 'not-a-picture')
    }
  }
  function take(name: string): void {
    const file = { path: join(root, name), name }
    if (PICTURE_ENDING.test(name)) found.files.push(file)
    else found.leftOut.push({ ...file, reason: 'not-a-picture' })
  }
  found.files.sort(byName)
  found.leftOut.sort(byName)
  return found
}

/** Why a link is not followed, or null. */
async function judgeLink(root: string, path: string): Promise<string | null> {
  try {
    const target = await realpath(path)
    if (!isInside(target, root)) return 'link-outside'
    const what = await stat(target)
    return what.isDirectory() ? 'link-to-folder' : what.isFile() ? null : 'not-a-picture'
  } catch {
    return 'unreadable'
  }
}

/** Whether a path is a folder or below it; both real. */
export function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep)
}
