import { hash } from 'node:crypto'
import { canonicalJson } from '#shared/canonical-json.ts'
import type { VersionRecipe } from '#shared/versions/recipe.ts'
import { sha256Of } from './digest.ts'

/** The first line of what is hashed: other rules would have another one. */
export const VERSION_RULES = 'gleaner version 1'

/** Gathers the lines of a version, in any order. */
export interface ListHash {
  /** @returns the SHA-256 of the line, as a string of its 32 bytes (latin1) */
  add(line: string): string
  readonly lines: number
  /** SHA-256 (hex) over the sorted SHA-256 of all lines: the order of adding is of no matter. */
  digest(): string
}

export function createListHash(): ListHash {
  const digests: string[] = []
  return {
    add(line) {
      const digest = lineDigest(line)
      digests.push(digest)
      return digest
    },
    get lines() {
      return digests.length
    },
    // Strings of bytes sort by their bytes.
    digest: () => sha256Of(Buffer.from(digests.sort().join(''), 'latin1')),
  }
}

/** SHA-256 over the UTF-8 of a line, as a string of its 32 bytes. */
export function lineDigest(line: string): string {
  return hash('sha256', line, 'binary')
}

/** The content hash (hex) of a version: over its recipe and its list of pairs. */
export function versionHash(recipe: VersionRecipe, list: ListHash): string {
  return sha256Of(`${VERSION_RULES}\n${canonicalJson(recipe)}\n${list.lines}\n${list.digest()}\n`)
}
