import { ENTRY_SOURCES, builtName } from '../jobs/run/entries.ts'
import type { Entries, EntryName } from '../jobs/run/entries.ts'

/**
 * Finds the programs that the engine starts, run from the sources and from the build alike.
 * @param from this module, or one that lies beside it
 */
export function findEntries(from = import.meta.url): Entries {
  const places = Object.entries(ENTRY_SOURCES).map(([name, source]): [string, URL] => {
    if (from.endsWith('.ts')) return [name, new URL(`../${source}`, from)]
    // A bundler may have put this module into a chunk below the entries.
    return [name, new URL(`${from.includes('/chunks/') ? '../' : './'}${builtName(name)}.js`, from)]
  })
  return Object.fromEntries(places) as Record<EntryName, URL>
}
