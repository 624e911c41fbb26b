import { sha256Of } from '../../files/digest.ts'
import { archiveFile } from '../../store/repositories/fetched.ts'
import type { HeldPicture } from '../../store/repositories/picture-queue.ts'
import { findSource, parseHttpResponse, readRecordAt } from '../../warc/index.ts'

/** Larger than any picture that is kept. */
const MAX_RECORD_BYTES = 256 << 20

/** The bytes of a picture out of the record that holds it. A reason where they cannot be had. */
export async function readHeld(
  corpusPath: string,
  held: Pick<HeldPicture, 'sha256' | 'path' | 'offset' | 'archive'>,
): Promise<Uint8Array | { reason: string; detail: string }> {
  const gone = (why: string): { reason: string; detail: string } => ({
    reason: 'blob-missing',
    detail: `blobs/${held.sha256} is gone, and ${held.archive} at ${held.offset} ${why}`,
  })
  try {
    const source = await findSource(archiveFile(corpusPath, held.path))
    const record = await readRecordAt(source, held.offset, MAX_RECORD_BYTES)
    const { body } = parseHttpResponse(record.block, { maxBodyBytes: MAX_RECORD_BYTES })
    return sha256Of(body) === held.sha256 ? body : gone('holds another picture')
  } catch (error) {
    return gone(`cannot be read: ${error instanceof Error ? error.message : String(error)}`)
  }
}
