import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { ModelKind } from '#shared/contract/models.ts'
import { AppError, systemMessage } from '#shared/errors.ts'
import { writeWhole } from '../../files/write-whole.ts'
import { readSmall } from '../../files/read-small.ts'

const FILE = 'registered.json'
/** Where encoders and span models stood before all kinds had one list. */
const EARLIER_FILE = 'registered-text.json'

const Registered = z.object({
  folders: z.array(z.string()),
  /** By folder, for those that are gone by now; kinds that this version does not know are dropped. */
  kinds: z.record(z.string(), ModelKind.nullable().catch(null)).default({}),
})

/** A folder of one's own that was added. */
export interface RegisteredFolder {
  folder: string
  /** What it was when it was added; null = not written down. */
  kind: ModelKind | null
}

/**
 * Folders of one's own that were added; none where there is no list yet.
 * @param user the program's folder for its notes on models
 * @throws AppError `damaged`
 */
export function readRegistered(user: string): RegisteredFolder[] {
  const found = new Map<string, RegisteredFolder>()
  for (const one of [
    ...read(join(user, FILE), null),
    ...read(join(user, EARLIER_FILE), 'text-encoder'),
  ]) {
    if (!found.has(one.folder)) found.set(one.folder, one)
  }
  return [...found.values()]
}

/** The list is there as a whole or as it was. */
export function writeRegistered(user: string, registered: readonly RegisteredFolder[]): void {
  const content: z.input<typeof Registered> = {
    folders: registered.map(({ folder }) => folder),
    kinds: Object.fromEntries(registered.map(({ folder, kind }) => [folder, kind])),
  }
  writeWhole(join(user, FILE), JSON.stringify(content, null, 2))
  // What it held is in the one list now.
  rmSync(join(user, EARLIER_FILE), { force: true })
}

function read(path: string, kind: ModelKind | null): RegisteredFolder[] {
  if (!existsSync(path)) return []
  try {
    const { folders, kinds } = Registered.parse(JSON.parse(readSmall(path, 'list')))
    return folders.map((folder) => ({ folder, kind: kinds[folder] ?? kind }))
  } catch (error) {
    throw new AppError(
      'damaged',
      `The list of model folders, ${path}, cannot be read`,
      'Delete the file and add the folders again.',
      { cause: error, details: systemMessage(error) },
    )
  }
}
