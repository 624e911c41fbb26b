/**
 * Web archives: records in order with exact offsets, and the HTTP messages in them.
 *
 *     const { sources } = await listInputs('crawl/')
 *     const archive = await openArchive(source, { from, signal, keep: (head) => head.type === 'response' })
 *     for await (const { records, failures, nextOffset } of archive) { ... }
 */
export type {
  Archive,
  ArchiveBatch,
  ArchiveFailure,
  ArchiveLayout,
  ArchiveSource,
  FailureReason,
  HttpMessage,
  LeftOut,
  ReadOptions,
  RecordHead,
  RevisitTarget,
  WarcRecord,
} from './types.ts'
export { openArchive, openRecords, ownBlock, readRecordAt } from './archive.ts'
export type { RecordAccess } from './archive.ts'
export { fileSource, streamSource } from './bytes.ts'
export { findSource, listInputs } from './inputs.ts'
export type { InputFailure, Inputs } from './inputs.ts'
export { fingerprint, sha256OfArchive } from './identity.ts'
export { parseHttpResponse, storedPayload } from './http.ts'
export type { HttpOptions } from './http.ts'
export { payloadDigest, revisitTarget } from './digest.ts'
export { classify, contentType, leftOut, targetUri } from './classify.ts'
export type { Captured } from './classify.ts'
export { glance } from './glance.ts'
export { namedRecordId, newRecordId, recordMember, warcinfoMember } from './write-record.ts'
export type { NewRecord } from './write-record.ts'
export { digestOf, exchangeMembers } from './write-exchange.ts'
export type { SamePayload } from './write-exchange.ts'
export { createArchiveFile } from './write-archive.ts'
export type { ArchiveFile } from './write-archive.ts'
export { copyRecord } from './copy-record.ts'
export type { CopiedRecord } from './copy-record.ts'
export { httpHead } from './http-head.ts'
