import type { CallOutput } from '#shared/contract/index.ts'
import type { ArchivedRecord } from '#shared/contract/pairs.ts'
import { AppError } from '#shared/errors.ts'
import type { Corpus } from '../../store/open.ts'
import { archiveFile, isFetchedPath } from '../../store/repositories/fetched.ts'
import { pictureOfPair } from '../../store/repositories/images.ts'
import { pairDetail } from '../../store/repositories/pairs.ts'
import { heldPictures } from '../../store/repositories/picture-queue.ts'
import { findSource, httpHead, openRecords, targetUri } from '../../warc/index.ts'

/** Of a record its head is read. */
const MAX_BYTES = 64 << 10

/**
 * The record of an archive that holds a pair's picture, crawled or fetched, with the redirects and
 * revisits that led there; null where the picture came without one (a folder, a table, a fetch of an
 * older version).
 * @throws AppError `not-found` (the pair, or the archive is gone), `damaged`, `io`
 */
export async function readPictureRecord(
  corpus: Corpus,
  id: number,
): Promise<CallOutput<'pairs.pictureRecord'>> {
  const { image, provenance } = pairDetail(corpus.reader, id)
  if (image.status !== 'ok' || image.sha256 === null) return null
  const wasFetched = provenance.imageSource?.startsWith('fetched ') ?? false
  const same = heldPictures(corpus.reader, pictureOfPair(corpus.reader, id)).filter(
    ({ sha256 }) => sha256 === image.sha256,
  )
  // The same bytes may have been crawled, too.
  const held = same.find(({ path }) => isFetchedPath(path) === wasFetched) ?? same[0]
  if (!held) return null
  const through: ArchivedRecord[] = []
  for (const step of held.through) through.push(await readOne(corpus.path, step))
  return { record: await readOne(corpus.path, held), through, fetched: isFetchedPath(held.path) }
}

async function readOne(
  corpusPath: string,
  place: { path: string; offset: number },
): Promise<ArchivedRecord> {
  const path = archiveFile(corpusPath, place.path)
  const source = await findSource(path).catch((error: unknown) => {
    throw new AppError(
      'not-found',
      `The archive of the picture is no longer at ${path}.`,
      'Put it back, or say in Corpora where it is now. The picture is kept in the corpus.',
      { cause: error },
    )
  })
  const records = await openRecords(source, MAX_BYTES)
  try {
    const { type, headers, block } = await records.recordAt(place.offset)
    const head = httpHead(block)
    return {
      ...{ archivePath: path, offset: place.offset, type },
      recordId: headers.get('warc-record-id') ?? null,
      url: targetUri({ headers }),
      date: headers.get('warc-date') ?? null,
      ip: headers.get('warc-ip-address') ?? null,
      statusLine: head?.statusLine ?? null,
      fields: head?.fields.map(([name, value]) => ({ name, value })) ?? [],
    }
  } finally {
    await records.close()
  }
}
