import { createHelper } from '../../processes/helper.ts'
import type { Helper } from '../../processes/helper.ts'
import { startThread } from '../../processes/start.ts'
import type { Entries } from '../run/entries.ts'
import type { DuplicateCalls } from './duplicate-calls.ts'

/** The thread that works on duplicates.db: one for a job, for its fingerprints and its groups. */
export type DuplicateThread = Helper<DuplicateCalls>

export function startDuplicateThread(entries: Entries): DuplicateThread {
  return createHelper<DuplicateCalls>({
    name: 'The search for duplicates',
    start: () => startThread(entries.duplicateWorker),
    closeMs: 0,
  })
}
