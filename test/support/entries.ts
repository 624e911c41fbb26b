import { ENTRY_SOURCES } from '../../src/main/jobs/run/entries.ts'
import type { Entries } from '../../src/main/jobs/run/entries.ts'

/** Entries for a test that starts only some: all lie at one place but those that are given. */
export function entriesAt(place: URL, given: Partial<Entries> = {}): Entries {
  const all = Object.keys(ENTRY_SOURCES).map((name) => [name, place])
  return { ...(Object.fromEntries(all) as Entries), ...given }
}
