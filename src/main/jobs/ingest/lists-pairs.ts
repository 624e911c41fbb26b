import { listInputs, openArchive } from '../../warc/index.ts'
import { isListing } from './listed-pairs.ts'

/** Records that are looked at: a list stands behind the first page. */
const MAX_RECORDS = 2000
/** And bytes of the archive. */
const MAX_BYTES = 32 << 20

/**
 * Whether one of some inputs lists chosen pairs, by a look at its beginning. What cannot be read
 * lists none: the import says why.
 */
export async function listsPairs(paths: readonly string[]): Promise<boolean> {
  for (const path of paths) {
    try {
      for (const source of (await listInputs(path)).sources) {
        let records = 0
        for await (const batch of await openArchive(source, { keep: () => false })) {
          if (batch.records.some(isListing)) return true
          records += batch.records.length
          if (records > MAX_RECORDS || batch.position > MAX_BYTES) break
        }
      }
    } catch {
      continue
    }
  }
  return false
}
