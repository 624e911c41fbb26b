import { join } from 'node:path'
import type { HttpExchange } from '#shared/http-exchange.ts'
import { SOFTWARE } from '#shared/version.ts'
import { toStoreError } from '../../store/errors.ts'
import type { Corpus } from '../../store/open.ts'
import { addArchive, completeArchive } from '../../store/repositories/archives.ts'
import { fetchedArchive, fetchedPayload } from '../../store/repositories/fetched.ts'
import {
  createArchiveFile,
  digestOf,
  exchangeMembers,
  newRecordId,
  warcinfoMember,
} from '../../warc/index.ts'
import type { ArchiveFile, SamePayload } from '../../warc/index.ts'
import { captureOf } from './capture-of.ts'
import type { Kept } from './ended-picture.ts'

/** A file that has reached this size is followed by another. */
const MAX_BYTES = 1e9
/** Payloads of this run that are remembered; older ones are looked up in the corpus. */
const REMEMBERED = 100_000

/** The archives of what one run fetches: made when there is something to keep. */
export interface FetchedArchive {
  /** Keeps requests and answers as records; on the disk for certain after `sync`. */
  keep(exchanges: readonly HttpExchange[]): Promise<Kept>
  sync(): Promise<void>
  /** Names of the files, and records in them. */
  readonly kept: { files: string[]; records: number }
  /**
   * @param whole every record that leads to a picture is known to the corpus; else what is not is
   *   found by the next run
   */
  close(whole: boolean): Promise<void>
}

/** The file that is being written. */
interface Current {
  file: ArchiveFile
  id: number
  infoId: string
}

/**
 * @param info what the archives say of themselves
 * @param maxBytes see MAX_BYTES
 * Everything throws AppError `io` when the disk is full or gone.
 */
export function createFetchedArchive(
  corpus: Corpus,
  info: Readonly<Record<string, string>>,
  maxBytes = MAX_BYTES,
): FetchedArchive {
  const started = new Date().toISOString().replace(/\D/g, '')
  const kept = { files: [] as string[], records: 0 }
  const payloads = new Map<string, SamePayload>()
  let open: Current | null = null
  /** One exchange after the other: none is written into a file that another has closed. */
  let turn: Promise<unknown> = Promise.resolve()

  const guarded = <T>(work: () => T): T => {
    try {
      return work()
    } catch (error) {
      throw toStoreError(error, corpus.path)
    }
  }

  async function begin(): Promise<Current> {
    const name = `gleaner-${started}-${String(kept.files.length + 1).padStart(5, '0')}.warc.gz`
    const { path, fingerprint } = fetchedArchive(name)
    const infoId = newRecordId()
    const first = await warcinfoMember({
      ...{ id: infoId, filename: name, date: new Date().toISOString() },
      info: { software: SOFTWARE, format: 'WARC File Format 1.1', ...info },
    })
    return guarded(() => {
      // The row first: a file that nobody knows would never be finished.
      const row = addArchive(corpus.writer, { path, fingerprint, bytes: 0, software: SOFTWARE })
      const file = createArchiveFile(join(corpus.path, path))
      file.append(first)
      kept.files.push(path)
      return { file, id: row.id, infoId }
    })
  }

  function finish({ file, id }: Current): void {
    guarded(() => {
      const sha256 = file.close()
      completeArchive(corpus.writer, id, { sha256, bytes: file.size })
    })
  }

  async function keepOne(exchange: HttpExchange, into: Kept): Promise<void> {
    if (open && open.file.size >= maxBytes) {
      finish(open)
      open = null
    }
    const { file, id, infoId } = (open ??= await begin())
    const digest = digestOf(exchange)
    const same = digest === null ? null : sameAs(digest)
    const members = await exchangeMembers(exchange, infoId, same)
    guarded(() => {
      const offset = file.append(members.response)
      if (members.request) file.append(members.request)
      kept.records += members.request ? 2 : 1
      const { url, date } = exchange
      into.last = { archiveId: id, offset }
      if (exchange.truncated !== null) return
      const capture = captureOf(
        {
          ...{ archiveId: id, offset, url, date, payloadDigest: digest },
          type: same ? 'revisit' : 'response',
          refersTo: same,
        },
        Buffer.concat([Buffer.from(exchange.head, 'latin1'), exchange.body]),
      )
      if (!capture) return
      into.captures.push(capture)
      if (capture.kind !== 'picture' || digest === null) return
      payloads.set(digest, { url, date, recordId: members.recordId })
      if (payloads.size > REMEMBERED) payloads.delete(payloads.keys().next().value as string)
    })
  }

  /** The record that holds a payload already. */
  function sameAs(digest: string): SamePayload | null {
    const here = payloads.get(digest)
    if (here) return here
    const before = fetchedPayload(corpus.writer, digest)
    return before && { ...before, recordId: null }
  }

  return {
    kept,
    keep(exchanges) {
      const mine = turn.then(async () => {
        const into: Kept = { captures: [], last: null }
        for (const exchange of exchanges) await keepOne(exchange, into)
        return into
      })
      turn = mine.catch(() => undefined)
      return mine
    },
    async sync() {
      try {
        await open?.file.sync()
      } catch (error) {
        throw toStoreError(error, corpus.path)
      }
    },
    async close(whole) {
      await turn
      const last = open
      open = null
      if (last && whole) finish(last)
      else if (last) guarded(() => last.file.close())
    },
  }
}
