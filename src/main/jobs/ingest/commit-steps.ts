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
import { insertPage } from '../../store/repositories/pages.ts'
import { transaction } from '../../store/statements.ts'
import type { FlatPair } from './ingest-task.ts'
import type { JobContext } from '../run/job.ts'
import type { Step, Wanted } from './ingest-step.ts'

/** A commit covers at least this much, unless time is up. */
const COMMIT_RECORDS = 4000
const COMMIT_PAIRS = 4000
const COMMIT_EVERY_MS = 1000

/** In damaged archives two records may seem to stand at one place; the first counts. */
const SAME_PLACE = { reason: 'same-place', detail: '' }

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
 */
export function createCommitter(
  corpus: Corpus,
  archive: ArchiveRow,
  ids: ImageIds,
  totals: Totals,
  ctx: JobContext,
  report: (position: number) => void,
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
        pairs: found.pairs.map(toPair),
      })
      if (added === null) {
        tally.add(SAME_PLACE, about.offset, about.url)
        continue
      }
      sum.pages++
      sum.pairs += added
      for (const [rule, n] of Object.entries(found.notPaired)) {
        notPaired[rule] = (notPaired[rule] ?? 0) + n
      }
    }
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
