import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { writeJson } from './home.ts'
import type { Home } from './home.ts'

const Digests = z.array(z.string().regex(/^[0-9a-f]{64}$/))
/** The oldest are asked again. */
const MAX_KEPT = 1000

/** Commands that a person allowed in a dialog of the shell, by their digests. */
export interface ApprovedCommands {
  has(digest: string): boolean
  add(digests: readonly string[]): void
}

export function openApprovedCommands(home: Home): ApprovedCommands {
  const file = join(home.root, 'approved-commands.json')
  // Read each time. What cannot be read allows nothing: it is asked again.
  const read = (): string[] => {
    try {
      return Digests.parse(JSON.parse(readFileSync(file, 'utf8')))
    } catch {
      return []
    }
  }
  return {
    has: (digest) => read().includes(digest),
    add(digests) {
      const others = read().filter((one) => !digests.includes(one))
      writeJson(file, [...digests, ...others].slice(0, MAX_KEPT))
    },
  }
}
