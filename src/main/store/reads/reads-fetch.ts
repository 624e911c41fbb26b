import type { FetchLeft, FetchPlan } from '#shared/contract/fetching.ts'
import { FETCH_SAMPLE_PER_HOST } from '#shared/contract/fetching.ts'
import { hostOf } from '#shared/address.ts'
import type { ImageStatus } from '#shared/domain.ts'
import { fetchSeconds } from '#shared/fetch-time.ts'
import type { FetchPace } from '#shared/fetch-time.ts'
import { pageOptOut } from '#shared/opt-out.ts'
import { shuffle } from './arrays.ts'
import type { Filters } from './filters.ts'
import { lru } from './lru.ts'
import type { ReaderDb } from '../open.ts'
import { imageCounts } from '../repositories/images.ts'
import { readWhere } from './score-ref.ts'
import type { Versions } from './versions.ts'

export interface FetchReadContext {
  db: ReaderDb
  version: Versions
  filters: Filters
}

/** What the corpus can say of a fetch; the rest is of this machine. */
export type CountedPlan = Omit<
  FetchPlan,
  'delaySeconds' | 'honoursOptOut' | 'contact' | 'folder' | 'freeBytes'
>

interface PlanArgs {
  where: string
  retryFailed: boolean
  honoursOptOut: boolean
  pace: FetchPace
}

/** Hosts that are named. */
const LARGEST = 5

interface ImageRow {
  id: number
  url: string
  alternates: string | null
  status: ImageStatus
  source: string | null
}

/** What a picture is to a fetch: asked for, looked for beside its table, or why neither. */
type Fate = 'address' | 'file' | FetchLeft

/** What there is to fetch, counted before anybody is asked. */
export function createFetchReads({ db, version, filters }: FetchReadContext) {
  const counts = lru<ReturnType<typeof imageCounts>>(1)

  /** Pictures of pairs that match, once each; null = all of the corpus. */
  function chosenImages(ids: Int32Array): Uint8Array {
    const last = db.prepare<[], number>('SELECT ifnull(max(id), 0) FROM images').pluck().get() ?? 0
    const chosen = new Uint8Array(last + 1)
    const imageOf = db.prepare<[number], number>('SELECT image_id FROM pairs WHERE id = ?').pluck()
    for (const id of ids) chosen[imageOf.get(id) as number] = 1
    return chosen
  }

  /** Pictures that a page which shows them keeps out of data sets. */
  function optedOut(): ReadonlySet<number> {
    const rows = db
      .prepare<[], { robots: string; image: number }>(
        `SELECT DISTINCT g.robots AS robots, p.image_id AS image
         FROM pages g JOIN pairs p ON p.page_id = g.id
         WHERE g.robots IS NOT NULL AND g.robots NOT IN ('', '[]')`,
      )
      .iterate()
    const out = new Set<number>()
    const known = new Map<string, boolean>()
    for (const { robots, image } of rows) {
      let is = known.get(robots)
      if (is === undefined) known.set(robots, (is = pageOptOut([robots]) !== null))
      if (is) out.add(image)
    }
    return out
  }

  function* fates(
    args: Omit<PlanArgs, 'pace'>,
    ids: Int32Array,
  ): Generator<ImageRow & { fate: Fate; host: string }> {
    const chosen = args.where === '' ? null : chosenImages(ids)
    const out = args.honoursOptOut ? optedOut() : new Set<number>()
    const rows = db
      .prepare<[], ImageRow>('SELECT id, url, alternates, status, source FROM images ORDER BY id')
      .iterate()
    for (const row of rows) {
      if (chosen && chosen[row.id] !== 1) continue
      const left = leftBy(row, args)
      const isFile = row.url.startsWith('table:')
      const host = left === null && !isFile ? hostOf(row.url) : ''
      const fate: Fate =
        left ??
        (isFile ? 'file' : out.has(row.id) ? 'opted-out' : host === '' ? 'no-address' : 'address')
      yield { ...row, fate, host }
    }
  }

  return {
    pictureCounts(): ReturnType<typeof imageCounts> {
      return counts.get(`${version.pairs} ${version.images}`, () => imageCounts(db))
    },

    fetchPlan(args: PlanArgs): CountedPlan {
      const ids = filters.idsOf(readWhere(args.where), null)
      const byHost = new Map<string, { index: number; n: number }>()
      const order: number[] = []
      const left = new Map<FetchLeft, number>()
      let pictures = 0
      let files = 0
      for (const { fate, host } of fates(args, ids)) {
        pictures++
        if (fate === 'file') files++
        else if (fate !== 'address') left.set(fate, (left.get(fate) ?? 0) + 1)
        else {
          let known = byHost.get(host)
          if (!known) byHost.set(host, (known = { index: byHost.size, n: 0 }))
          known.n++
          order.push(known.index)
        }
      }
      return {
        pairs: ids.length,
        pictures,
        addresses: order.length,
        files,
        hosts: byHost.size,
        largest: [...byHost]
          .map(([host, { n }]) => ({ host, n }))
          .sort((a, b) => b.n - a.n || (a.host < b.host ? -1 : 1))
          .slice(0, LARGEST),
        left: [...left].map(([reason, n]) => ({ reason, n })).sort((a, b) => b.n - a.n),
        leastSeconds: fetchSeconds(order, args.pace),
        before: fetchedSoFar(),
      }
    },

    /** Addresses drawn at random among those that would be asked for. */
    fetchSample(args: Omit<PlanArgs, 'pace'> & { n: number; seed: number }): {
      addresses: number
      sample: { id: number; url: string; host: string }[]
    } {
      const ids = filters.idsOf(readWhere(args.where), null)
      const all: number[] = []
      for (const { id, fate } of fates(args, ids)) if (fate === 'address') all.push(id)
      const drawn = Int32Array.from(all)
      shuffle(drawn, args.seed)
      const urlOf = db.prepare<[number], string>('SELECT url FROM images WHERE id = ?').pluck()
      const perHost = new Map<string, number>()
      const sample: { id: number; url: string; host: string }[] = []
      for (const id of drawn) {
        if (sample.length === args.n) break
        const url = urlOf.get(id) as string
        const host = hostOf(url)
        const n = perHost.get(host) ?? 0
        if (n >= FETCH_SAMPLE_PER_HOST) continue
        perHost.set(host, n + 1)
        sample.push({ id, url, host })
      }
      return { addresses: all.length, sample }
    },
  }

  function fetchedSoFar(): FetchPlan['before'] {
    const row = db
      .prepare<[], { had: number; other: number; mean: number | null }>(
        `SELECT sum(status = 'ok') AS had, sum(status <> 'ok') AS other,
           avg(CASE WHEN status = 'ok' THEN bytes END) AS mean
         FROM images WHERE source = 'fetch' OR (source >= 'fetched ' AND source < 'fetched!')`,
      )
      .get()
    const had = row?.had ?? 0
    const asked = had + (row?.other ?? 0)
    return asked === 0 ? null : { asked, had, meanBytes: row?.mean ?? 0 }
  }
}

/** As `picture-queue.ts` selects: what is not looked for again unless somebody says so. */
function leftBy(
  { status, source }: ImageRow,
  { retryFailed, honoursOptOut }: { retryFailed: boolean; honoursOptOut: boolean },
): FetchLeft | null {
  switch (status) {
    case 'ok':
      return 'had'
    case 'failed':
      return retryFailed ? null : 'failed'
    case 'refused':
      return retryFailed && !honoursOptOut ? null : 'refused'
    case 'missing':
      return retryFailed || source !== 'fetch' ? null : 'missing'
    case 'pending':
      return null
  }
}
