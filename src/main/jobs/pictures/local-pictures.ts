import { lstat, realpath } from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'
import type { ReaderDb } from '../../store/open.ts'
import { tablePath } from '../../store/repositories/table-rows.ts'
import { readTableAddress } from '../../tables/index.ts'

export type LocalFind = { found: true; path: string } | { found: false; reason: string }

/** Whether a picture is named by a file beside a table. */
export function isLocal(address: string): boolean {
  return readTableAddress(address) !== null
}

/**
 * The file of a `table:` address: below the folder in which the table lies, by the longest end of
 * its path that is there (tables name files from where they were written: `../data/images/a.jpg`,
 * `/home/x/images/a.jpg`). Nothing outside of that folder is ever named, neither by `..` nor
 * through a link.
 */
export function localPictures(db: ReaderDb): (address: string) => Promise<LocalFind> {
  const roots = new Map<string, Promise<string | null>>()

  function rootOf(identity: string): Promise<string | null> {
    let root = roots.get(identity)
    if (!root) {
      const table = tablePath(db, identity)
      root = table === null ? Promise.resolve(null) : realpath(dirname(table)).catch(() => null)
      roots.set(identity, root)
    }
    return root
  }

  return async (address) => {
    const read = readTableAddress(address)
    const root = read && (await rootOf(read.identity))
    if (!read || root === null) return { found: false, reason: 'table-folder-gone' }
    for (let skip = 0; skip < read.parts.length; skip++) {
      try {
        const path = await realpath(join(root, ...read.parts.slice(skip)))
        if (path.startsWith(root + sep) && (await lstat(path)).isFile()) {
          return { found: true, path }
        }
      } catch {
        // Not there under this name.
      }
    }
    return { found: false, reason: 'not-beside-table' }
  }
}
