import { toStoreError } from '../../store/errors.ts'
import type { Corpus } from '../../store/open.ts'
import { addCounts, advanceArchive } from '../../store/repositories/archives.ts'
import type { ArchiveRow } from '../../store/repositories/archives.ts'
import { insertCapture } from '../../store/repositories/captures.ts'
import { insertFailure } from '../../store/repositories/failures.ts'
import type { NewFailure } from '../../store/repositories/failures.ts'
import { addLeftOut, createTally } from '../../store/repositories/left-out.ts'
import type { Tally } from '../../store/repositories/left-out.ts'
import type { ImageIds } from '../../store/repositories/images.ts'
import { putListedScores } from '../../store/repositories/listed.ts'
import { insertPage } from '../../store/repositories/pages.ts'
import { LISTED_RECORD } from '../../store/repositories/table-rows.ts'
import { transaction } from '../../store/statements.ts'
import type { FlatPair, FoundPage } from './ingest-task.ts'
import { pairOf, scoresOf } from './listed-pairs.ts'
import type { Listed, ListedPlaces } from './listed-pairs.ts'
import type { JobContext } from '../run/job.ts'
import type { Step, Wanted } from './ingest-step.ts'

/** A commit covers at least this much, unless time is up. */
const COMMIT_RECORDS = 4000
const COMMIT_PAIRS = 4000
const COMMIT_EVERY_MS = 1000

/** In damaged archives two records may seem to stand at one place; the first counts. */
const SAME_PLACE = { reason: 'same-place', detail: '' }

/** A page of which nothing is listed, where only listed pairs are read. */
const NOT_LISTED = { reason: 'not-listed', detail: '' }

/** Counts of this run, for what the job says at its end. */
export interface Totals {
  archives: number
  skipped: number
  records: number
  pages: number
  pairs: number
  failures: number
}

/** Takes steps in their order, and writes several at once. */
interface Committer {
  readonly position: number
  add(step: Step): void
  commit(): void
}

/**
 * Writes what steps found, with the position in the archive, in one transaction.
 * @param report told how far it is, in bytes, after each commit
 * @param listed only pairs that it names are kept; null: all
 */
export function createCommitter(
  corpus: Corpus,
  archive: ArchiveRow,
  ids: ImageIds,
  totals: Totals,
  ctx: JobContext,
  report: (position: number) => void,
  listed: Listed | null = null,
): Committer {
  const db = corpus.writer
  let steps: Step[] = []
  let records = 0
  let pairs = 0
  let last = performance.now()
  let told = 0
  let position = 0

  function commit(): void {
    if (steps.length === 0) return
    const batch = steps
    steps = []
    records = 0
    pairs = 0
    const sum = { records: 0, pages: 0, pairs: 0, failures: 0 }
    try {
      transaction(db, () => {
        const types: Record<string, number> = {}
        const notPaired: Record<string, number> = {}
        const tally = createTally()
        for (const step of batch) {
          for (const [type, n] of Object.entries(step.records)) {
            types[type] = (types[type] ?? 0) + n
            sum.records += n
          }
          for (const { about, offset, url } of step.leftOut) tally.add(about, offset, url)
          for (const failure of step.failures) insertFailure(db, failure)
          sum.failures += step.failures.length
          for (const row of step.rows) keepRows(row, sum)
          for (const task of step.tasks) keepTask(task, notPaired, tally, sum)
        }
        addCounts(db, archive.id, { records: types, notPairedOnPages: notPaired })
        addLeftOut(db, archive.id, tally)
        advanceArchive(db, archive.id, (batch.at(-1) as Step).nextOffset)
      })
    } catch (error) {
      ids.forget()
      throw toStoreError(error, corpus.path)
    }
    totals.records += sum.records
    totals.pages += sum.pages
    totals.pairs += sum.pairs
    totals.failures += sum.failures
    last = performance.now()
    report(position)
    if (last - told > 1000) {
      told = last
      ctx.changed(['pairs', 'images'])
    }
  }

  function keepTask(
    { wanted: list, result }: Step['tasks'][number],
    notPaired: Record<string, number>,
    tally: Tally,
    sum: { pages: number; pairs: number; failures: number },
  ): void {
    if (!result) return
    const fail = (
      about: Wanted,
      stage: NewFailure['stage'],
      reason: string,
      detail: string,
    ): void => {
      insertFailure(db, {
        stage,
        reason,
        archiveId: archive.id,
        offset: about.offset,
        url: about.url,
        detail,
      })
      sum.failures++
    }
    for (let i = 0; i < list.length; i++) {
      const found = result.results[i] ?? null
      const about = list[i] as Wanted
      const notListedPair = (detail: string): void =>
        fail(about, 'page', 'listed-pair-not-found', detail)
      if (found === null) continue
      if (found.kind === 'left-out') {
        tally.add(found, about.offset, about.url)
        continue
      }
      if (found.kind === 'failed') {
        fail(about, 'page', found.reason, found.detail)
        continue
      }
      if (found.problem) fail(about, 'record', found.problem.reason, found.problem.detail)
      if (found.kind === 'picture') {
        const added = insertCapture(db, {
          kind: found.as,
          archiveId: archive.id,
          offset: about.offset,
          url: about.url as string,
          date: about.date,
          mime: found.mime,
          sha256: found.sha256,
          bytes: found.bytes,
          payloadDigest: about.payloadDigest,
          refersToUrl: found.location ?? about.refersToUrl,
          refersToDate: about.refersToDate,
        })
        if (!added) tally.add(SAME_PLACE, about.offset, about.url)
        continue
      }
      const chosen = listed?.ofPage(about) ?? null
      if (listed && !chosen) {
        tally.add(NOT_LISTED, about.offset, about.url)
        continue
      }
      const pairs = chosen ? chooseListed(found, chosen, notListedPair) : found.pairs
      const added = insertPage(db, ids, {
        archiveId: archive.id,
        offset: about.offset,
        recordId: about.recordId,
        recordType: about.type,
        url: found.url,
        date: about.date,
        title: found.title,
        language: found.language,
        ogImage: found.ogImage,
        charset: found.charset,
        charsetSource: found.charsetSource,
        robots: found.robots,
        keptHtml: result.kept.get(i) ?? null,
        notPaired: found.notPaired,
        pairs: pairs.map(toPair),
      })
      if (added === null) {
        tally.add(SAME_PLACE, about.offset, about.url)
        continue
      }
      if (chosen) {
        const scores = new Map([...chosen].map(([position, { scores }]) => [position, scores]))
        putListedScores(db, { archiveId: archive.id, offset: about.offset }, scores)
      }
      sum.pages++
      sum.pairs += added
      for (const [rule, n] of Object.entries(found.notPaired)) {
        notPaired[rule] = (notPaired[rule] ?? 0) + n
      }
    }
  }

  /** Pairs of tables: there is nothing but what is listed. */
  function keepRows(
    { offset, recordId, listing }: Step['rows'][number],
    sum: { pages: number; pairs: number },
  ): void {
    const { page } = listing
    const { url, date, title, language } = page
    const added = insertPage(db, ids, {
      ...{ archiveId: archive.id, offset, recordId, recordType: LISTED_RECORD },
      ...{ url, date, title, language, ogImage: null, charset: null, charsetSource: null },
      ...{ robots: null, keptHtml: null },
      pairs: listing.pairs.map(pairOf),
    })
    if (added === null) return
    const scores = new Map(listing.pairs.map((pair, i) => [i, scoresOf(listing, pair)]))
    putListedScores(db, { archiveId: archive.id, offset }, scores)
    sum.pages++
    sum.pairs += added
  }

  return {
    get position() {
      return position
    },
    add(step) {
      steps.push(step)
      position = step.position
      for (const n of Object.values(step.records)) records += n
      for (const task of step.tasks) {
        for (const found of task.result?.results ?? []) {
          if (found?.kind === 'page') pairs += found.pairs.length
        }
      }
      const due = performance.now() - last > COMMIT_EVERY_MS
      if (due || records >= COMMIT_RECORDS || pairs >= COMMIT_PAIRS) commit()
    },
    commit,
  }
}

/** The pairs of a page that are listed, known by place and picture; the others are counted. */
function chooseListed(
  page: FoundPage,
  listed: ListedPlaces,
  missing: (detail: string) => void,
): FlatPair[] {
  const chosen = page.pairs.filter((flat) => listed.get(flat[0])?.imageUrl === flat[1])
  const dropped = page.pairs.length - chosen.length
  if (dropped > 0) page.notPaired['not-listed'] = dropped
  const there = new Set(chosen.map((flat) => flat[0]))
  for (const [position, { imageUrl }] of listed) {
    if (!there.has(position)) {
      missing(`Picture ${position + 1} of the page is not ${imageUrl}, as the listing says.`)
    }
  }
  return chosen
}

function toPair(flat: FlatPair) {
  return {
    position: flat[0],
    imageUrl: flat[1],
    alternates: flat[2],
    imageRule: flat[3],
    alt: flat[4],
    title: flat[5],
    caption: flat[6],
    captionRule: flat[7],
    before: flat[8],
    beforeDistance: flat[9],
    after: flat[10],
    afterDistance: flat[11],
    declaredWidth: flat[12],
    declaredHeight: flat[13],
    tagStart: flat[14],
    tagEnd: flat[15],
  }
}
