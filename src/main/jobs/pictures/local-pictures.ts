import { lstat, readdir, realpath } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { readTableAddress } from '#shared/table-address.ts'
import type { ReaderDb } from '../../store/open.ts'
import { tablePath } from '../../store/repositories/table-rows.ts'
import { memberOfTar, pictureRoots } from '../../tables/index.ts'

export type LocalFind =
  /** `part`: the bytes of the file that are the picture, in a `.tar`. */
  | { found: true; path: string; part: { offset: number; size: number } | null }
  | { found: false; reason: string }

/** Whether a picture is named by a file beside a table. */
export function isLocal(address: string): boolean {
  return readTableAddress(address) !== null
}

/**
 * The file of a `table:` address: below the folders that belong to its table (`pictureRoots`), by the
 * longest end of its path that is there (tables name files from where they were written:
 * `../data/images/a.jpg`, `/home/x/images/a.jpg`), in whichever Unicode form its name is written.
 * Nothing outside of those folders is ever named, neither by `..` nor through a link.
 */
export function localPictures(db: ReaderDb): (address: string) => Promise<LocalFind> {
  const roots = new Map<string, Promise<string[]>>()
  const listed = new Map<string, Promise<Map<string, string>>>()

  function rootsOf(identity: string): Promise<string[]> {
    let known = roots.get(identity)
    if (!known) {
      const table = tablePath(db, identity)
      known = table === null ? Promise.resolve([]) : existing(pictureRoots(table))
      roots.set(identity, known)
    }
    return known
  }

  return async (address) => {
    const read = readTableAddress(address)
    const folders = read ? await rootsOf(read.identity) : []
    if (!read || folders.length === 0) return { found: false, reason: 'table-folder-gone' }
    for (let skip = 0; skip < read.parts.length; skip++) {
      const parts = read.parts.slice(skip)
      for (const root of folders) {
        const found = (await file(root, parts)) ?? (await fileInOtherForm(root, parts))
        if (found) return found
      }
    }
    return { found: false, reason: 'not-beside-table' }
  }

  async function file(root: string, parts: readonly string[]): Promise<LocalFind | null> {
    const path = await fileWithin(root, join(root, ...parts))
    if (path !== null) return { found: true, path, part: null }
    const tar = parts.findIndex((part) => /\.tar$/i.test(part))
    if (tar < 0 || tar === parts.length - 1) return null
    const packed = await fileWithin(root, join(root, ...parts.slice(0, tar + 1)))
    if (packed === null) return null
    const part = await memberOfTar(packed, parts.slice(tar + 1).join('/')).catch(() => null)
    return part ? { found: true, path: packed, part } : null
  }

  /** macOS writes names decomposed (NFD), tables mostly composed (NFC). */
  async function fileInOtherForm(
    root: string,
    parts: readonly string[],
  ): Promise<LocalFind | null> {
    if (!parts.some((part) => /[^\x20-\x7e]/.test(part))) return null
    let folder = root
    const real: string[] = []
    for (const part of parts) {
      const name = (await namesIn(folder)).get(part.normalize('NFC'))
      if (name === undefined) return null
      real.push(name)
      folder = join(folder, name)
    }
    return file(root, real)
  }

  function namesIn(folder: string): Promise<Map<string, string>> {
    let names = listed.get(folder)
    if (!names) {
      names = readdir(folder).then(
        (list) => new Map(list.map((name) => [name.normalize('NFC'), name])),
        () => new Map<string, string>(),
      )
      listed.set(folder, names)
    }
    return names
  }
}

async function existing(folders: readonly string[]): Promise<string[]> {
  const real = await Promise.all(folders.map((folder) => realpath(folder).catch(() => null)))
  return [...new Set(real.filter((folder) => folder !== null))]
}

/** The path of a file below a folder, whatever links lead there; null where it is none. */
async function fileWithin(root: string, path: string): Promise<string | null> {
  try {
    const real = await realpath(path)
    return real.startsWith(root + sep) && (await lstat(real)).isFile() ? real : null
  } catch {
    return null
  }
}
