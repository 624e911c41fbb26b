import type { VersionInfo } from '#shared/contract/versions.ts'

/** A key that every BibTeX takes. */
export function citationKey({ name, hash }: Pick<VersionInfo, 'name' | 'hash'>): string {
  return `${name.replace(/[^A-Za-z0-9-]+/g, '-').toLowerCase()}-${hash.slice(0, 8)}`
}

/** An entry for a list of references. Whose it is stands nowhere in a corpus: the author is left to fill in. */
export function bibtexOf(version: VersionInfo): string {
  const { name, hash, pairs, createdAt, recipe } = version
  const fields: [string, string][] = [
    ['title', `{${escaped(name)}: ${pairs.toLocaleString('en-US')} image-text pairs}`],
    ['year', createdAt.slice(0, 4)],
    ['month', String(Number(createdAt.slice(5, 7)))],
    ['version', escaped(name)],
    ['howpublished', `Data set, made with Gleaner ${escaped(recipe.software)}`],
    ['note', `Content hash (gleaner version 1): ${hash}`],
  ]
  const width = Math.max(...fields.map(([field]) => field.length))
  const lines = fields.map(([field, value]) => `  ${field.padEnd(width)} = {${value}},`)
  return `@misc{${citationKey(version)},\n${lines.join('\n')}\n}\n`
}

function escaped(text: string): string {
  return text.replace(/[&%$#_{}]/g, '\\$&')
}
