import type { PairListing } from '#shared/pair-listing.ts'
import type { NewFailure } from '../../store/repositories/failures.ts'
import { glance, revisitTarget, targetUri } from '../../warc/index.ts'
import type { ArchiveBatch, LeftOut, WarcRecord } from '../../warc/index.ts'
import { SLOT_BYTES } from './ingest-pool.ts'
import type { ExtractPool, TaskResult } from './ingest-pool.ts'
import type { TaskRecord } from './ingest-task.ts'
import { isListing, parseListing } from './listed-pairs.ts'

/** A record that a worker looks at, with what is known from its head. */
export interface Wanted {
  offset: number
  recordId: string | null
  type: string
  url: string | null
  date: string | null
  payloadDigest: string | null
  refersToUrl: string | null
  refersToDate: string | null
}

/** A step of reading: what it counted, what it found, where it ends. Committed in order. */
export interface Step {
  records: Record<string, number>
  /** Records that no worker has to look at. */
  leftOut: { about: LeftOut; offset: number; url: string | null }[]
  /** Pairs of tables, where only what is listed is read. */
  rows: { offset: number; recordId: string | null; listing: PairListing }[]
  failures: NewFailure[]
  tasks: { wanted: Wanted[]; result: TaskResult | null }[]
  nextOffset: number
  position: number
  done: Promise<unknown>
  settled: boolean
}

/**
 * Sends the blocks of a batch to the workers. `from`: what lies before was committed earlier.
 * @param flush brings the blobs that a task kept to the disk, before their captures are committed
 */
export async function toStep(
  batch: ArchiveBatch,
  archiveId: number,
  from: number,
  pool: ExtractPool,
  flush: (blobs: string[]) => Promise<void>,
  onlyListed = false,
): Promise<Step> {
  const step: Step = {
    records: {},
    leftOut: [],
    rows: [],
    failures: [],
    tasks: [],
    nextOffset: batch.nextOffset,
    position: batch.position,
    done: Promise.resolve(),
    settled: false,
  }
  for (const { reason, offset, detail } of batch.failures) {
    if (offset < from) continue
    const stage = WHOLE_ARCHIVE.has(reason) ? 'archive' : 'record'
    step.failures.push({ stage, reason, archiveId, offset, detail })
  }
  const waiting: Promise<unknown>[] = []
  let group: Sent[] = []
  let size = 0
  const send = async (): Promise<void> => {
    if (group.length === 0) return
    const task: Step['tasks'][number] = { wanted: group.map(wanted), result: null }
    step.tasks.push(task)
    const bytes = await pool.memory(size)
    const run = pool.run(bytes, packed(group, bytes)).then(async (result) => {
      await flush(picturesOf(result))
      task.result = result
    })
    // Said by `step.done`; until that is asked, it must not count as unhandled.
    run.catch(() => undefined)
    waiting.push(run)
    group = []
    size = 0
  }
  for (const record of batch.records) {
    if (record.offset < from) continue
    step.records[record.type] = (step.records[record.type] ?? 0) + 1
    const row = onlyListed ? rowOf(record) : null
    if (row) {
      step.rows.push(row)
      continue
    }
    const about = glance(record)
    const url = targetUri(record)
    if (about) {
      step.leftOut.push({ about, offset: record.offset, url })
      continue
    }
    if (size > 0 && size + record.block.length > SLOT_BYTES) await send()
    group.push({ record, url })
    size += record.block.length
  }
  await send()
  step.done = Promise.all(waiting)
  return step
}

function picturesOf({ results }: TaskResult): string[] {
  return results.flatMap((found) =>
    found?.kind === 'picture' && found.sha256 !== null ? [found.sha256] : [],
  )
}

/** A listing of what has no page. What cannot be read was counted before. */
function rowOf(record: WarcRecord): Step['rows'][number] | null {
  if (record.skipped || !isListing(record)) return null
  const listing = parseListing(record)
  if (typeof listing === 'string' || listing.page.kind === 'page') return null
  const { offset, headers } = record
  return { offset, recordId: headers.get('warc-record-id') ?? null, listing }
}

const WHOLE_ARCHIVE = new Set<string>(['empty-file', 'not-an-archive', 'truncated-gzip'])

/** A record for another thread, and where it is from. */
interface Sent {
  record: WarcRecord
  url: string | null
}

function wanted({ record, url }: Sent): Wanted {
  const revisit = record.type === 'revisit' ? revisitTarget(record) : null
  return {
    offset: record.offset,
    recordId: record.headers.get('warc-record-id') ?? null,
    type: record.type,
    url,
    date: record.headers.get('warc-date') ?? null,
    payloadDigest: record.headers.get('warc-payload-digest') ?? null,
    refersToUrl: revisit?.url ?? null,
    refersToDate: revisit?.date ?? null,
  }
}

function packed(group: Sent[], bytes: Uint8Array): TaskRecord[] {
  const records: TaskRecord[] = []
  let at = 0
  for (const { record, url } of group) {
    bytes.set(record.block, at)
    records.push({
      type: record.type,
      url,
      contentType: record.headers.get('content-type') ?? null,
      start: at,
      end: at + record.block.length,
    })
    at += record.block.length
  }
  return records
}
