import type { PicturesInput } from '#shared/contract/jobs.ts'
import type { FetchOptions } from '../../images/fetch-options.ts'
import { createPictureHost } from '../../images/host-client.ts'
import type { Corpus } from '../../store/open.ts'
import { choosePictures, isChosen } from '../../store/repositories/picture-choice.ts'
import {
  beginPictureRun,
  countQueuedPictures,
  fetchedBefore,
  heldPictures,
} from '../../store/repositories/picture-queue.ts'
import type { PictureSelection } from '../../store/repositories/picture-queue.ts'
import type { JobContext } from '../run/job.ts'
import { lookForPictures } from '#shared/contract/jobs/pictures.ts'
import { implementJob } from '../run/implement.ts'
import { createCommitter } from './commit-pictures.ts'
import { concurrently } from './concurrently.ts'
import { createDecoder } from './decode-pictures.ts'
import { createFetchedArchive } from './fetched-archive.ts'
import { fetchInfo, fromWeb } from './fetched-pictures.ts'
import { findLost } from './lost-pictures.ts'
import { mendThumbs } from './mend-thumbs.ts'
import { createRestorer } from './restore-blob.ts'
import { eachQueued } from './queued-pictures.ts'
import { recoverFetched } from './recover-fetched.ts'
import { fromTableFolder, fromArchive, fromFolder } from './stored-pictures.ts'

/**
 * Finds the pictures of a corpus, decodes each distinct one once, and keeps its size and a
 * thumbnail. Where they come from: `archive` (captures that ingest kept as blobs), `folder:DIR`,
 * `fetch`, or `none`, which does nothing. What ended is committed in batches, so a run that was
 * killed goes on where it stopped. Aborting ends it after what is in flight.
 *
 * What was had before and whose file is gone, empty or cut off is looked for again; where it is not
 * found, what is known of it stays, and a failure says so.
 *
 * Pictures that a table names by files are read beside the table, whatever else is asked.
 *
 * `input.where` narrows it to pictures of pairs that match when the run begins.
 *
 * What is fetched is kept as it came in archives of the corpus (`fetched/`): see docs/warc.md.
 *
 * `overrides.fetch` is for tests, which fetch from servers of their own; with `overrides.named`
 * only pictures named in this way are looked for.
 *
 * Throws AppError `not-found` for a folder that is not there, `internal` when the decoder does not
 * start, `io` when the corpus cannot be written.
 */
export async function runPictures(
  corpus: Corpus,
  input: PicturesInput,
  ctx: JobContext,
  overrides: {
    fetch?: Partial<FetchOptions>
    named?: PictureSelection['named']
    maxArchiveBytes?: number
    /** Also what the corpus had and whose files are lost. */
    mends?: boolean
  } = {},
): Promise<void> {
  if (input.images === 'none') return
  const where = input.where ?? ''
  const selection: PictureSelection = {
    place: input.images,
    retryFailed: input.retryFailed,
    retryRefused: input.images === 'fetch' && !ctx.settings.fetch.honourOptOut,
    ...(overrides.named ? { named: overrides.named } : {}),
    chosen: where !== '',
    run: ctx.id,
  }
  if (selection.chosen) choosePictures(corpus.writer, where)
  beginPictureRun(corpus.writer, ctx.id)
  await recoverFetched(corpus, ctx)
  const lost = overrides.mends ? await findLost(corpus, ctx.signal) : { blobs: [], thumbs: [] }
  if (selection.chosen) lost.blobs = lost.blobs.filter(({ id }) => isChosen(corpus.writer, id))
  const total = countQueuedPictures(corpus.writer, selection) + lost.blobs.length
  ctx.progress({ done: 0, total, unit: 'pictures', note: 'looking for pictures' })
  if (total + lost.thumbs.length === 0) return

  const host = createPictureHost(ctx.entries.pictureHost)
  const archive = createFetchedArchive(
    corpus,
    fetchInfo(ctx.settings.fetch),
    overrides.maxArchiveBytes,
  )
  const committer = createCommitter(corpus, ctx, total, host, archive)
  const decode = createDecoder(corpus, host)
  const restorer = createRestorer(corpus.path)
  const queue = eachQueued(corpus, selection, ctx.signal, lost.blobs)
  const width = host.parallel * 4
  const local = fromTableFolder(corpus, decode, input.images)
  const stored = fromArchive(corpus, decode, local, restorer)
  const done = new Set<number>()
  let whole = false
  try {
    if (input.images === 'fetch') {
      // Nobody is asked again for what a killed run had, or an archive holds.
      const held = [...fetchedBefore(corpus.writer), ...lost.blobs].filter(
        (picture) => heldPictures(corpus.writer, picture).length > 0,
      )
      for await (const one of concurrently(held, width, stored)) {
        if (one.settled.outcome.status !== 'ok') continue
        done.add(one.settled.outcome.id)
        await committer.add(one)
      }
    }
    const ended =
      input.images === 'archive'
        ? concurrently(queue, width, stored)
        : input.images === 'fetch'
          ? fromWeb(
              corpus,
              selection,
              decode,
              width,
              ctx,
              overrides.fetch ?? {},
              local,
              archive,
              lost.blobs,
              done,
            )
          : await fromFolder(queue, decode, width, input.images, local)
    for await (const one of ended) await committer.add(one)
    await mendThumbs(corpus, host, lost.thumbs, ctx.signal)
    await committer.finish()
    whole = true
  } catch (error) {
    // What ended before counts, whatever stopped the rest.
    await committer.finish()
    whole = ctx.signal.aborted
    if (whole) return
    throw error
  } finally {
    committer.stop()
    await restorer.close()
    await host.close()
    await archive.close(whole)
  }
  const { files, records } = archive.kept
  if (records > 0) ctx.result('Records', `${records.toLocaleString('en')} in ${files.join(', ')}`)
  committer.report()
}

export const picturesJob = implementJob(lookForPictures, ({ corpus, input, context }) =>
  runPictures(corpus, input, context, { mends: true }),
)
