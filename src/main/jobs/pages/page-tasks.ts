import { zstdDecompressSync } from 'node:zlib'
import { AppError } from '#shared/errors.ts'
import { inertPage } from '../../extraction/inert.ts'
import { decodeHtml } from '../../extraction/index.ts'
import type { DecodedHtml } from '../../extraction/index.ts'
import type { Tasks } from '../../processes/peer.ts'
import { findSource, parseHttpResponse, readRecordAt } from '../../warc/index.ts'
import type { PageCalls, PageOrder } from './page-calls.ts'

/** Larger than any page that is read. */
const MAX_PAGE_BYTES = 64 << 20
/** Characters of the source that are shown, and that the engine and the window take at once. */
const MOST_SOURCE = 2 << 20
const MOST_HTML = 8 << 20

export const pageTasks: Tasks<PageCalls> = {
  async show({ archive, url, mark, pictures }, { bytes, emit }) {
    const {
      text: raw,
      charset,
      mediaType,
    }: Read = archive.isKept
      ? decodeHtml(zstdDecompressSync(bytes, { maxOutputLength: MAX_PAGE_BYTES }), null, url)
      : await readPage(archive, url)
    await emit({ text: raw.slice(0, MOST_SOURCE).toWellFormed(), length: raw.length })
    const known = new Map(pictures)
    const shown = (address: string): string | null => known.get(address) ?? null
    const html = inertPage(raw, url, mark, shown, charset, mediaType)
    if (html.length > MOST_HTML) {
      throw new AppError(
        'refused',
        `This page becomes too long to be shown (${html.length.toLocaleString('en')} characters).`,
        'Its source is under HTML. Words and picture of the pair are here.',
      )
    }
    return { html }
  },
}

interface Read extends DecodedHtml {
  /** As the page was sent; what was kept of a page does not say. */
  mediaType?: string | null
}

/** Decoded as it was at the ingest, so that the offsets of the tag fit. */
async function readPage({ path, name, offset }: PageOrder['archive'], url: string): Promise<Read> {
  let archive
  try {
    archive = await findSource(path)
  } catch (error) {
    throw new AppError(
      'not-found',
      `The archive ${name} is no longer at ${path}, so its page cannot be shown.`,
      'Put it back, or say in Corpora where it is now. Pairs, pictures and scores are all here.',
      { cause: error },
    )
  }
  const record = await readRecordAt(archive, offset, MAX_PAGE_BYTES)
  // As at the ingest: a resource may come without an HTTP head.
  const http = parseHttpResponse(record.block, { maxBodyBytes: MAX_PAGE_BYTES })
  const { headers } = http.status === 0 ? record : http
  const mediaType = headers.get('content-type') ?? null
  return { ...decodeHtml(http.body, mediaType, url), mediaType }
}
