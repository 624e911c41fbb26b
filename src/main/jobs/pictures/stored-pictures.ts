import { open, readFile, stat } from 'node:fs/promises'
import { openPictureFolder } from '../../images/folder.ts'
import { DEFAULT_LIMITS } from '../../images/limits.ts'
import { blobPath, hasWholeBlob } from '../../store/blobs.ts'
import type { Corpus } from '../../store/open.ts'
import { heldPictures } from '../../store/repositories/picture-queue.ts'
import type { QueuedPicture } from '../../store/repositories/picture-queue.ts'
import { isLocal, localPictures } from './local-pictures.ts'
import { concurrently } from './concurrently.ts'
import type { Decoder } from './decode-pictures.ts'
import type { Restorer } from './restore-blob.ts'
import { sha256Of } from '../../files/digest.ts'
import { endedMissing, endedBadly, endedWell } from './ended-picture.ts'
import type { Ended } from './ended-picture.ts'

export type Local = (picture: QueuedPicture) => Promise<Ended>

/**
 * Pictures that a table names by files, whether they have an address, too, or not. Of several files
 * the first that decodes wins.
 */
export function fromTableFolder(corpus: Corpus, decode: Decoder, place: string): Local {
  const find = localPictures(corpus.writer)
  return async (picture) => {
    let missing = 'not-beside-table'
    let first: { reason: string; detail: string } | null = null
    for (const address of [picture.url, ...picture.alternates].filter(isLocal)) {
      const found = await find(address)
      if (!found.found) {
        missing = found.reason
        continue
      }
      const bytes = await readWithin(found.path, found.part)
      if (!(bytes instanceof Uint8Array)) {
        first ??= bytes
        continue
      }
      const sha256 = sha256Of(bytes)
      const seen = await decode(sha256, bytes)
      if (seen.ok) {
        const source = `file ${found.path} beside its table`
        return endedWell(picture, seen, sha256, bytes.byteLength, source, bytes)
      }
      first ??= { reason: seen.reason, detail: `${found.path}: ${seen.detail}` }
    }
    if (first) return endedBadly(picture, 'failed', first.reason, first.detail, place)
    return endedMissing(picture, missing, place)
  }
}

const LOST = { ok: false, reason: 'blob-lost', detail: '' } as const

/** Whether a file beside a table is a picture, or one of several places where it may be. */
export function hasFile(picture: QueuedPicture): boolean {
  return isLocal(picture.url) || picture.alternates.some(isLocal)
}

/** How the search for a file beside the table ended; null where no table names one. */
export async function besideTable(picture: QueuedPicture, local: Local): Promise<Ended | null> {
  return hasFile(picture) ? local(picture) : null
}

/** Nothing is left to look for: the file was found, or there is no address. */
export function isSettled(picture: QueuedPicture, beside: Ended | null): beside is Ended {
  return beside !== null && (beside.settled.outcome.status === 'ok' || isLocal(picture.url))
}

/**
 * Captures in the archives, kept as blobs; the first that decodes wins. A blob that is gone or wrong
 * is read once more out of its archive.
 */
export function fromArchive(
  corpus: Corpus,
  decode: Decoder,
  local: Local,
  restorer: Restorer,
): (picture: QueuedPicture) => Promise<Ended> {
  return async (picture) => {
    const beside = await besideTable(picture, local)
    if (isSettled(picture, beside)) return beside
    let first: { reason: string; detail: string } | null = null
    for (const held of heldPictures(corpus.writer, picture)) {
      let bytes: Uint8Array | null = null
      let seen = hasWholeBlob(corpus.path, held.sha256, held.bytes)
        ? await decode(held.sha256, { path: blobPath(corpus.path, held.sha256) })
        : LOST
      if (!seen.ok && seen.reason.startsWith('blob-')) {
        const restored = await restorer.bytesOf(held)
        if ('reason' in restored) {
          first ??= restored
          continue
        }
        bytes = restored.bytes
        seen = await decode(held.sha256, bytes)
      }
      if (seen.ok) {
        const as = held.url === picture.url ? '' : `, as ${held.url}`
        const via = held.via === 'url' ? '' : `, through a ${held.via.replace('-', ' by ')}`
        const source = `archive ${held.archive} at ${held.offset}${as}${via}`
        return endedWell(picture, seen, held.sha256, held.bytes, source, bytes)
      }
      first ??= seen
    }
    if (!first) return beside ?? endedMissing(picture, 'not-in-archives', 'archive')
    return endedBadly(picture, 'failed', first.reason, first.detail, 'archive')
  }
}

/** Files below a folder that are named like the addresses. @throws AppError `not-found` */
export async function fromFolder(
  queue: Iterable<QueuedPicture>,
  decode: Decoder,
  width: number,
  place: string,
  local: Local,
): Promise<AsyncIterable<Ended>> {
  const folder = await openPictureFolder(place.slice('folder:'.length))
  return concurrently(queue, width, async (picture): Promise<Ended> => {
    const beside = await besideTable(picture, local)
    if (beside && beside.settled.outcome.status === 'ok') return beside
    let reason = 'not-in-folder'
    let first: { reason: string; detail: string } | null = null
    for (const url of [picture.url, ...picture.alternates]) {
      // A folder knows web addresses: of a file's only the path counts.
      const found = await folder.find(url.replace(/^table:/, 'http:'))
      if (!found.found) {
        if (found.reason === 'ambiguous-name') reason = found.reason
        continue
      }
      const bytes = await readWithin(found.path)
      if (!(bytes instanceof Uint8Array)) {
        first ??= bytes
        continue
      }
      const sha256 = sha256Of(bytes)
      const seen = await decode(sha256, bytes)
      if (seen.ok) {
        const source = `folder ${found.path} (${found.rule})`
        return endedWell(picture, seen, sha256, bytes.byteLength, source, bytes)
      }
      first ??= { reason: seen.reason, detail: `${found.path}: ${seen.detail}` }
    }
    if (first) return endedBadly(picture, 'failed', first.reason, first.detail, place)
    return endedMissing(picture, reason, place)
  })
}

async function readWithin(
  path: string,
  part: { offset: number; size: number } | null = null,
): Promise<Uint8Array | { reason: string; detail: string }> {
  try {
    const size = part?.size ?? (await stat(path)).size
    if (size > DEFAULT_LIMITS.maxBytes)
      return { reason: 'too-large', detail: `${path}: ${size} bytes` }
    return part ? await readPart(path, part) : await readFile(path)
  } catch (error) {
    return { reason: 'unreadable', detail: error instanceof Error ? error.message : String(error) }
  }
}

async function readPart(
  path: string,
  { offset, size }: { offset: number; size: number },
): Promise<Uint8Array> {
  const file = await open(path, 'r')
  try {
    const bytes = Buffer.alloc(size)
    const { bytesRead } = await file.read(bytes, 0, size, offset)
    return bytes.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}
