import { sha256Of } from '../../files/digest.ts'
import { archiveFile } from '../../store/repositories/fetched.ts'
import type { HeldPicture } from '../../store/repositories/picture-queue.ts'
import { findSource, openRecords, parseHttpResponse } from '../../warc/index.ts'
import type { RecordAccess } from '../../warc/index.ts'

/** As at the ingest. */
const MAX_BODY_BYTES = 64 << 20

export type Restored = { bytes: Uint8Array } | { reason: 'blob-lost'; detail: string }

export interface Restorer {
  /** The bytes of a capture out of its archive; why not, where they cannot be had. */
  bytesOf(held: HeldPicture): Promise<Restored>
  close(): Promise<void>
}

/** Reads pictures whose blobs are lost once more out of the archives that they came from. */
export function createRestorer(corpusPath: string): Restorer {
  let open: { path: string; records: RecordAccess } | null = null
  let last: Promise<unknown> = Promise.resolve()

  async function close(): Promise<void> {
    const before = open
    open = null
    await before?.records.close()
  }

  async function read(held: HeldPicture): Promise<Restored> {
    try {
      if (open?.path !== held.path) {
        await close()
        const records = await openRecords(
          await findSource(archiveFile(corpusPath, held.path)),
          MAX_BODY_BYTES,
        )
        open = { path: held.path, records }
      }
      const { block } = await open.records.recordAt(held.offset)
      const bytes = parseHttpResponse(block, { maxBodyBytes: MAX_BODY_BYTES }).body
      if (sha256Of(bytes) === held.sha256) return { bytes }
      const detail = `${held.path} holds other bytes at ${held.offset} than when it was ingested`
      return { reason: 'blob-lost', detail }
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error)
      return { reason: 'blob-lost', detail: `blobs/${held.sha256} is gone, and: ${said}` }
    }
  }

  return {
    // An archive gives one record after the other.
    bytesOf(held) {
      const mine = last.then(() => read(held))
      last = mine
      return mine
    },
    async close() {
      await last
      await close()
    },
  }
}
