import { zstdDecompressSync } from 'node:zlib'
import type { CallOutput } from '#shared/contract/index.ts'
import { AppError } from '#shared/errors.ts'
import { decodeHtml, inertPage } from '../../extraction/index.ts'
import type { Corpus } from '../../store/open.ts'
import { imagesOfPage, pairSource } from '../../store/repositories/pairs.ts'
import type { PairSource } from '../../store/repositories/pairs.ts'
import { ROW_RECORD } from '../../store/repositories/table-rows.ts'
import { findSource, parseHttpResponse, readRecordAt } from '../../warc/index.ts'

/** Larger than any page that is read. */
const MAX_PAGE_BYTES = 64 << 20

/** The page of a pair out of its archive, as it stands there and made inert with the pair marked. */
export async function readPageSource(
  corpus: Corpus,
  id: number,
): Promise<CallOutput<'pairs.source'>> {
  const source = pairSource(corpus.reader, id)
  if (source.recordType === ROW_RECORD) {
    throw new AppError(
      'not-found',
      `This pair is row ${source.offset + source.position + 1} of the table ${source.archiveName}: no page was archived with it.`,
      'Its picture, words and scores are all here.',
    )
  }
  const raw = await readPage(source)
  const pictures = new Map<string, string>()
  for (const image of imagesOfPage(corpus.reader, id)) {
    if (image.status !== 'ok' || image.sha256 === null) continue
    const address = `gleaner://picture/${image.sha256}?corpus=${encodeURIComponent(corpus.path)}`
    for (const url of [image.url, ...image.alternates]) pictures.set(url, address)
  }
  const html = inertPage(
    raw,
    source.pageUrl,
    { tagStart: source.tagStart, ...source.texts },
    (url) => pictures.get(url) ?? null,
  )
  return { html, raw, url: source.pageUrl }
}

async function readPage(source: PairSource): Promise<string> {
  if (source.keptHtml) return decodeAs(zstdDecompressSync(source.keptHtml), null, source)
  let archive
  try {
    archive = await findSource(source.archivePath)
  } catch (error) {
    throw new AppError(
      'not-found',
      `The archive ${source.archiveName} is no longer at ${source.archivePath}, so its page cannot be shown.`,
      'Put it back, or say in Corpora where it is now. Pairs, pictures and scores are all here.',
      { cause: error },
    )
  }
  const record = await readRecordAt(archive, source.offset, MAX_PAGE_BYTES)
  if (record.type === 'response') {
    const http = parseHttpResponse(record.block, { maxBodyBytes: MAX_PAGE_BYTES })
    return decodeAs(http.body, http.headers.get('content-type') ?? null, source)
  }
  return decodeAs(record.block, record.headers.get('content-type') ?? null, source)
}

/** Decoded as it was at the ingest, so that the offsets of the tag fit. */
function decodeAs(bytes: Uint8Array, contentType: string | null, source: PairSource): string {
  return decodeHtml(bytes, contentType, source.pageUrl).text
}
