import { readFile } from 'node:fs/promises'
import { zstdDecompressSync } from 'node:zlib'
import type { Pair } from '#shared/domain.ts'
import { AppError } from '#shared/errors.ts'
import { LISTING_TYPE } from '#shared/pair-listing.ts'
import type { PairListing } from '#shared/pair-listing.ts'
import type { ArchivedPair, ArchiveMember, ArchiveParts } from '../export/types.ts'
import { sha256Of } from '../files/digest.ts'
import { blobPath } from '../store/blobs.ts'
import type { ReaderDb } from '../store/open.ts'
import { lastIngestedAt } from '../store/repositories/archives.ts'
import { archiveFile } from '../store/repositories/fetched.ts'
import { pictureOfPair } from '../store/repositories/images.ts'
import { statesOf } from '../store/repositories/labels.ts'
import { listModels } from '../store/repositories/models.ts'
import { pairDetail, pairSource } from '../store/repositories/pairs.ts'
import type { PairSource } from '../store/repositories/pairs.ts'
import { heldPictures } from '../store/repositories/picture-queue.ts'
import type { HeldPicture } from '../store/repositories/picture-queue.ts'
import { hasPage } from '../store/repositories/table-rows.ts'
import {
  copyRecord,
  findSource,
  namedRecordId,
  openRecords,
  recordMember,
  warcinfoMember,
} from '../warc/index.ts'
import type { ArchiveSource, CopiedRecord, RecordAccess } from '../warc/index.ts'

/** Archives that are open at once; pairs come in the order of their archives. */
const OPEN = 4
/** Longer records cannot be copied in memory. */
const MAX_RECORD_BYTES = 256 << 20

/** Finds the records behind pairs. Close it. */
export function createExportRecords(
  db: ReaderDb,
  corpusPath: string,
): ArchiveParts & { close(): Promise<void> } {
  const archives = createArchives(corpusPath)
  const models = new Map(listModels(db).map((model) => [model.publicId, model]))
  /** `WARC-Record-ID`s of pictures' records, by their places. */
  const ids = new Map<string, string>()
  /** When the corpus was last added to: the same corpus gives the same bytes. */
  const made = lastIngestedAt(db) ?? new Date(0).toISOString()

  async function pageOf(
    source: PairSource,
    about: { recordId: string | null; date: string },
    isWritten: (key: string) => boolean,
  ): Promise<{ refersTo: string | null; records: ArchiveMember[] } | string> {
    const key = placeOf({ path: source.archivePath, offset: source.offset })
    const { recordId, date } = about
    if (isWritten(key)) return { refersTo: recordId, records: [] }
    if (source.keptHtml) {
      const charset = source.charset === null ? '' : `; charset=${source.charset}`
      const member = await recordMember({
        ...{ type: 'resource', url: source.pageUrl, date, contentType: `text/html${charset}` },
        ...(recordId === null ? {} : { id: recordId }),
        body: zstdDecompressSync(source.keptHtml),
      })
      return { refersTo: recordId, records: [{ key, member }] }
    }
    const copied = await archives.copy(source.archivePath, source.offset)
    if (typeof copied === 'string') return copied
    const id = copied.record.headers.get('warc-record-id') ?? null
    if (id !== recordId) return 'archive-changed'
    return { refersTo: id, records: [{ key, member: copied.member }] }
  }

  /** Captures with what leads to them, but for what is written; null where one cannot be had. */
  async function copyAll(
    wanted: readonly HeldPicture[],
    isWritten: (key: string) => boolean,
  ): Promise<ArchiveMember[] | null> {
    const records = new Map<string, ArchiveMember>()
    for (const place of wanted.flatMap((held) => [...held.through, held])) {
      const key = placeOf(place)
      if (isWritten(key) || records.has(key)) continue
      const copied = await archives.copy(place.path, place.offset)
      if (typeof copied === 'string') return null
      const id = copied.record.headers.get('warc-record-id')
      if (id !== undefined) ids.set(key, id)
      records.set(key, { key, member: copied.member })
    }
    return [...records.values()]
  }

  /** The records that lead to a pair's picture; `resource`, where no capture of it is there. */
  async function pictureOf(
    pair: Pair,
    date: string,
    isWritten: (key: string) => boolean,
  ): Promise<{ id: string | null; records: ArchiveMember[] } | string> {
    const { status, url, mime } = pair.image
    if (status !== 'ok' && status !== 'failed') return { id: null, records: [] }
    const held = heldPictures(db, pictureOfPair(db, pair.id))
    // Of one that cannot be decoded all that was captured, as it is.
    const wanted = held.filter(({ sha256 }) => status === 'failed' || sha256 === pair.image.sha256)
    const records = await copyAll(wanted, isWritten)
    const [first] = wanted
    if (records && first) return { id: ids.get(placeOf(first)) ?? null, records }
    const sha256 = pair.image.sha256 ?? first?.sha256
    if (sha256 === undefined) return { id: null, records: [] }
    const id = namedRecordId('resource', url, sha256)
    if (isWritten(id)) return { id, records: [] }
    const bytes = await readFile(blobPath(corpusPath, sha256)).catch(() => null)
    if (!bytes) return 'picture-lost'
    if (sha256Of(bytes) !== sha256) return 'picture-damaged'
    const member = await recordMember({
      ...{ type: 'resource', id, url, date, body: bytes },
      contentType: mime ?? 'application/octet-stream',
    })
    return { id, records: [{ key: id, member }] }
  }

  return {
    async of(pair, isWritten) {
      const source = pairSource(db, pair.id)
      const isPage = hasPage(source.recordType)
      const date = isoDate(pair.page.date) ?? made
      const { recordId } = pair.page
      const page = isPage ? await pageOf(source, { recordId, date }, isWritten) : null
      if (typeof page === 'string') return page
      const picture = await pictureOf(pair, date, isWritten)
      if (typeof picture === 'string') return picture
      const scored = pair.scores.flatMap((score) => models.get(score.model) ?? [])
      return {
        group: isPage ? `${source.archivePath}\n${source.offset}` : `pair ${pair.id}`,
        records: [...(page?.records ?? []), ...picture.records],
        newPicture: picture.records.length > 0,
        refersTo: page ? page.refersTo : picture.id,
        url: isPage || pair.page.url !== '' ? pair.page.url : pair.image.url,
        date,
        page: {
          kind: isPage ? 'page' : 'row',
          ...{ url: pair.page.url, date: pair.page.date, language: pair.page.language },
          ...{ title: pair.page.title, archive: pair.page.archive, offset: pair.page.offset },
          recordId: pair.page.recordId,
        },
        models: scored.map(({ digest, name, title }) => ({ digest, name, title })),
        pair: listed(pair, isPage),
      } satisfies ArchivedPair
    },
    idOf: namedRecordId,
    warcinfo: (filename, id, info) => warcinfoMember({ id, filename, date: made, info }),
    listing: (listing, { id, url, date, refersTo, warcinfo }) =>
      recordMember({
        ...{ type: 'metadata', id, url, date, contentType: LISTING_TYPE },
        body: Buffer.from(JSON.stringify(listing), 'utf8'),
        fields: [
          ['WARC-Warcinfo-ID', warcinfo],
          ...(refersTo === null ? [] : [['WARC-Refers-To', refersTo] as const]),
        ],
      }),
    close: () => archives.close(),
  }

  function listed(pair: Pair, isPage: boolean): PairListing['pairs'][number] {
    const { position, rules, said, columns } = pairDetail(db, pair.id)
    const { url, status, sha256, width, height, mime } = pair.image
    return {
      position: isPage ? position : pair.page.offset + position,
      image: {
        ...{ url, alternates: pictureOfPair(db, pair.id).alternates, status },
        ...{ sha256, width, height, mime },
      },
      texts: ownTexts(pair),
      rules,
      scores: pair.scores.flatMap(({ model, text, cosine }) => {
        const digest = models.get(model)?.digest
        // The best of the texts is worked out from these again.
        return digest === undefined || text === 'best' ? [] : [{ model: digest, text, cosine }]
      }),
      ...(said.length > 0 ? { marks: said } : {}),
      ...(columns.length > 0 ? { columns } : {}),
      labels: statesOf(db, pair.id),
    }
  }
}

function ownTexts({ text: { alt, title, caption, before, after, span } }: Pair) {
  return { alt, title, caption, before, after, span }
}

const placeOf = ({ path, offset }: { path: string; offset: number }): string => `${path}\n${offset}`

/** A date as WARC writes it; null for what is none. */
function isoDate(date: string | null): string | null {
  if (date === null || !/^\d{4}-\d\d-\d\dT/.test(date)) return null
  return Number.isNaN(Date.parse(date)) ? null : date
}

/** The archives that records are copied from, a few of them open. */
function createArchives(corpusPath: string) {
  type Opened = { source: ArchiveSource; records: RecordAccess }
  const open = new Map<string, Promise<Opened | string>>()

  async function openOne(path: string): Promise<Opened | string> {
    try {
      const source = await findSource(archiveFile(corpusPath, path))
      return { source, records: await openRecords(source, MAX_RECORD_BYTES) }
    } catch (error) {
      return reasonOf(error)
    }
  }

  return {
    /** @returns a reason where the record cannot be had */
    async copy(path: string, offset: number): Promise<CopiedRecord | string> {
      let opening = open.get(path)
      if (opening) open.delete(path)
      else opening = openOne(path)
      open.set(path, opening)
      const [oldest] = open.keys()
      if (open.size > OPEN && oldest !== undefined) {
        const last = await open.get(oldest)
        open.delete(oldest)
        if (last && typeof last !== 'string') await last.records.close()
      }
      const opened = await opening
      if (typeof opened === 'string') return opened
      try {
        return await copyRecord(opened.source, opened.records, offset)
      } catch (error) {
        return reasonOf(error)
      }
    },
    async close(): Promise<void> {
      for (const opening of open.values()) {
        const opened = await opening
        if (typeof opened !== 'string') await opened.records.close()
      }
      open.clear()
    },
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof AppError)) throw error
  if (error.kind === 'not-found' || error.kind === 'invalid-input') return 'archive-missing'
  if (error.kind === 'damaged') return 'record-damaged'
  if (error.kind === 'io') return 'archive-unreadable'
  throw error
}
