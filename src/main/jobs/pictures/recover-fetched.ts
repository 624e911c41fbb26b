import { rmSync, statSync, truncateSync } from 'node:fs'
import { toStoreError } from '../../store/errors.ts'
import type { Corpus } from '../../store/open.ts'
import { completeArchive, removeArchive } from '../../store/repositories/archives.ts'
import { insertCapture } from '../../store/repositories/captures.ts'
import { insertFailure } from '../../store/repositories/failures.ts'
import { archiveFile, openFetched } from '../../store/repositories/fetched.ts'
import { transaction } from '../../store/statements.ts'
import {
  fileSource,
  openArchive,
  revisitTarget,
  sha256OfArchive,
  targetUri,
} from '../../warc/index.ts'
import type { WarcRecord } from '../../warc/index.ts'
import type { JobContext } from '../run/job.ts'
import { captureOf } from './capture-of.ts'

/**
 * Finishes archives of what was fetched that a killed run left: cuts off a record that was being
 * written, counted as a failure, and takes the captures that were not written down yet.
 * @throws AppError `io` when the disk fails
 */
export async function recoverFetched(corpus: Corpus, ctx: JobContext): Promise<void> {
  for (const archive of openFetched(corpus.writer)) {
    try {
      await recoverOne(corpus, archive, ctx)
    } catch (error) {
      throw toStoreError(error, corpus.path)
    }
  }
}

async function recoverOne(
  corpus: Corpus,
  archive: { id: number; path: string },
  ctx: JobContext,
): Promise<void> {
  const path = archiveFile(corpus.path, archive.path)
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0
  let end = 0
  if (size > 0) {
    for await (const { records } of await openArchive(fileSource(path, size))) {
      transaction(corpus.writer, () => {
        for (const record of records) {
          if (record.truncated) continue
          end = Math.max(end, record.nextOffset)
          const capture = captureIn(record, archive.id)
          if (capture) insertCapture(corpus.writer, capture)
        }
      })
    }
  }
  if (end === 0) {
    // Ended within its first record: it holds nothing.
    rmSync(path, { force: true })
    removeArchive(corpus.writer, archive.id)
    return
  }
  if (end < size) {
    truncateSync(path, end)
    const detail = `The program ended while it wrote this record; its ${size - end} bytes were cut off.`
    insertFailure(corpus.writer, {
      ...{
        stage: 'record',
        reason: 'truncated-record',
        archiveId: archive.id,
        offset: end,
        detail,
      },
    })
    ctx.warn(`${archive.path}: ${detail}`)
  }
  const sha256 = await sha256OfArchive(fileSource(path, end))
  completeArchive(corpus.writer, archive.id, { sha256, bytes: end })
}

function captureIn(record: WarcRecord, archiveId: number) {
  const { type, headers } = record
  const url = targetUri(record)
  const date = headers.get('warc-date')
  if ((type !== 'response' && type !== 'revisit') || url === null || date === undefined) return null
  if (headers.has('warc-truncated')) return null
  return captureOf(
    {
      ...{ type, archiveId, offset: record.offset, url, date },
      payloadDigest: headers.get('warc-payload-digest') ?? null,
      refersTo: type === 'revisit' ? revisitTarget(record) : null,
    },
    record.block,
  )
}
