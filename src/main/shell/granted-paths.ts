import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, isAbsolute, resolve } from 'node:path'
import { z } from 'zod'
import type { PathUse } from '#shared/contract/paths.ts'

const Kept = z.object({ read: z.array(z.string()), write: z.array(z.string()) })
/** The oldest are asked again. */
const MAX_KEPT = 2000

/**
 * The paths that a person named: in a dialog of the shell, by dropping, on the command line. What
 * is granted for reading holds for all below it; what is granted for writing for itself alone.
 */
export interface GrantedPaths {
  read(path: string): void
  write(path: string): void
  allows(path: string, use: PathUse): boolean
}

/**
 * @param file where they are kept; one that cannot be read grants nothing
 */
export function openGrantedPaths(file: string): GrantedPaths {
  let kept = { read: [] as string[], write: [] as string[] }
  try {
    kept = Kept.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    // None yet, or damaged: asked again.
  }
  function add(use: 'read' | 'write', path: string): void {
    const full = resolve(path)
    if (kept[use][0] === full) return
    kept[use] = [full, ...kept[use].filter((one) => one !== full)].slice(0, MAX_KEPT)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(`${file}.new`, JSON.stringify(kept), { mode: 0o600 })
    renameSync(`${file}.new`, file)
  }
  return {
    read: (path) => add('read', path),
    write: (path) => add('write', path),
    allows(path, use) {
      const full = resolve(path)
      const written = kept.write.includes(full)
      if (use === 'write' || use === 'make') return written
      return written || isBelowAny(full, kept.read) || isBelowAny(full, kept.write)
    },
  }
}

/** Whether a path is one of the folders or lies below one. */
export function isBelowAny(path: string, folders: readonly string[]): boolean {
  return folders.some((folder) => {
    const way = relative(resolve(folder), resolve(path))
    return way === '' || (!way.startsWith('..') && !isAbsolute(way))
  })
}

/**
 * The paths that a chosen file's name stands for: with and without the endings of the dialog, since
 * a person may leave them out.
 */
export function asSaved(path: string, extensions: readonly string[]): string[] {
  const endings = extensions.filter((ending) => ending !== '*').map((ending) => `.${ending}`)
  const ending = endings.find((one) => path.toLowerCase().endsWith(one.toLowerCase()))
  const stem = ending === undefined ? path : path.slice(0, -ending.length)
  return [...new Set([path, stem, ...endings.map((one) => `${stem}${one}`)])]
}

/** Files of the program itself: nothing that the window asks for may replace them. */
export function isProgramsOwn(path: string, home: string, userData: string): boolean {
  const full = resolve(path)
  if (isBelowAny(full, [userData, join(home, 'models')])) return true
  return full === resolve(home) || (dirname(full) === resolve(home) && /\.json$/i.test(full))
}
