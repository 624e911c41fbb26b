import { LISTING_TYPE, PairListing } from '#shared/pair-listing.ts'
import type { ListedPair } from '#shared/pair-listing.ts'
import type { NewFailure } from '../../store/repositories/failures.ts'
import type { ListedScore } from '../../store/repositories/listed.ts'
import type { NewPair } from '../../store/repositories/pages.ts'
import { openArchive, targetUri } from '../../warc/index.ts'
import type { ArchiveSource, RecordHead, WarcRecord } from '../../warc/index.ts'

/** Longer listings are not read; ours hold 1,000 pairs at most. */
const MAX_LISTING_BYTES = 32 << 20

/** The pairs that an archive lists of one of its pages, by their places on it. */
export type ListedPlaces = Map<number, { imageUrl: string; scores: ListedScore[] }>

/** What an archive says was chosen of it. */
export interface Listed {
  /** null: nothing is chosen of this page. */
  ofPage(page: { recordId: string | null; url: string | null }): ListedPlaces | null
}

/** Whether a record lists pairs. */
export function isListing(head: Pick<RecordHead, 'type' | 'headers'>): boolean {
  if (head.type !== 'metadata') return false
  return head.headers.get('content-type')?.split(';', 1)[0]?.trim() === LISTING_TYPE
}

/** The listing of a record; what is wrong with it, where it cannot be read. */
export function parseListing(
  record: Pick<WarcRecord, 'block' | 'truncated'>,
): PairListing | string {
  if (record.truncated) return 'It is not whole, or too long.'
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(record.block)
    const { success, data, error } = PairListing.safeParse(JSON.parse(text))
    if (success) return data
    const [first] = error.issues
    return `${first?.path.join('.') ?? ''}: ${first?.message ?? 'not a listing'}`
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/**
 * Reads what an archive lists, in a pass of its own: a listing may stand behind its page. With it
 * what is wrong with the lists, to be counted.
 * @throws AppError as `openArchive`
 */
export async function listedIn(
  source: ArchiveSource,
  archiveId: number,
  signal: AbortSignal,
): Promise<Listed & { failures: NewFailure[] }> {
  const pages = new Map<string, ListedPlaces>()
  const failures: NewFailure[] = []
  let listings = 0
  const archive = await openArchive(source, {
    signal,
    keep: isListing,
    maxBlockBytes: MAX_LISTING_BYTES,
  })
  for await (const { records } of archive) {
    for (const record of records) {
      if (record.skipped || !isListing(record)) continue
      listings++
      const listing = parseListing(record)
      if (typeof listing === 'string') {
        const about = { archiveId, offset: record.offset, url: targetUri(record) }
        failures.push({ stage: 'record', reason: 'bad-listing', ...about, detail: listing })
        continue
      }
      if (listing.page.kind === 'row') continue
      const id = keyOf(record.headers.get('warc-refers-to') ?? null, listing.page.url)
      const places: ListedPlaces = pages.get(id) ?? new Map()
      pages.set(id, places)
      for (const pair of listing.pairs) {
        const scores = scoresOf(listing, pair)
        places.set(pair.position, { imageUrl: pair.image.url, scores })
      }
    }
  }
  if (listings === 0) {
    const detail = 'The archive lists no pairs, so none were taken.'
    failures.push({ stage: 'archive', reason: 'no-listing', archiveId, detail })
  }
  return {
    failures,
    ofPage: ({ recordId, url }) => pages.get(keyOf(recordId, url ?? '')) ?? null,
  }
}

/** By the id of its record; old archives give none, there by its address. */
function keyOf(recordId: string | null, url: string): string {
  return recordId ?? `url ${url}`
}

export function scoresOf(listing: PairListing, pair: ListedPair): ListedScore[] {
  return pair.scores.flatMap(({ model: digest, text, cosine }) => {
    const model = listing.models.find((one) => one.digest === digest)
    // A span belongs to a set of spans, which is not in the listing.
    return model && text !== 'span' ? [{ model, text, cosine }] : []
  })
}

/** A pair of a table, which comes back from its listing alone. */
export function pairOf(pair: ListedPair, position: number): NewPair {
  const { image, texts, rules } = pair
  return {
    position,
    ...{ imageUrl: image.url, alternates: image.alternates, imageRule: rules.image },
    ...{ alt: texts.alt, title: texts.title },
    ...{ caption: texts.caption, captionRule: rules.caption },
    ...{ before: texts.before, beforeDistance: rules.beforeDistance },
    ...{ after: texts.after, afterDistance: rules.afterDistance },
    ...{ declaredWidth: rules.declaredWidth, declaredHeight: rules.declaredHeight },
    ...{ tagStart: 0, tagEnd: 0 },
  }
}
