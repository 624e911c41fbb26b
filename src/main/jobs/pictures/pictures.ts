import type { PicturesInput } from '#shared/contract/jobs.ts'
import type { FetchOptions } from '../../images/fetch-options.ts'
import { createPictureHost } from '../../images/host-client.ts'
import type { Corpus } from '../../store/open.ts'
import { countQueuedPictures } from '../../store/repositories/picture-queue.ts'
import type { PictureSelection } from '../../store/repositories/picture-queue.ts'
import type { JobContext } from '../run/job.ts'
import { lookForPictures } from '#shared/contract/jobs/pictures.ts'
import { implementJob } from '../run/implement.ts'
import { createCommitter } from './commit-pictures.ts'
import { concurrently } from './concurrently.ts'
import { createDecoder } from './decode-pictures.ts'
import { findLost } from './lost-pictures.ts'
import { mendThumbs } from './mend-thumbs.ts'
import { createRestorer } from './restore-blob.ts'
import { fromWeb } from './fetched-pictures.ts'
import { eachQueued } from './queued-pictures.ts'
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
    /** Also what the corpus had and whose files are lost. */
    mends?: boolean
  } = {},
): Promise<void> {
  if (input.images === 'none') return
  const selection: PictureSelection = {
    place: input.images,
    retryFailed: input.retryFailed,
    retryRefused: input.images === 'fetch' && !ctx.settings.fetch.honourOptOut,
    ...(overrides.named ? { named: overrides.named } : {}),
  }
  const lost = overrides.mends ? await findLost(corpus, ctx.signal) : { blobs: [], thumbs: [] }
  const total = countQueuedPictures(corpus.writer, selection) + lost.blobs.length
  ctx.progress({ done: 0, total, unit: 'pictures', note: 'looking for pictures' })
  if (total + lost.thumbs.length === 0) return

  const host = createPictureHost(ctx.entries.pictureHost)
  const committer = createCommitter(corpus, ctx, total, host)
  const decode = createDecoder(corpus, host)
  const restorer = createRestorer()
  const queue = eachQueued(corpus, selection, ctx.signal, lost.blobs)
  const width = host.parallel * 4
  const local = fromTableFolder(corpus, decode, input.images)
  try {
    const ended =
      input.images === 'archive'
        ? concurrently(queue, width, fromArchive(corpus, decode, local, restorer))
        : input.images === 'fetch'
          ? fromWeb(corpus, selection, decode, width, ctx, overrides.fetch ?? {}, local, lost.blobs)
          : await fromFolder(queue, decode, width, input.images, local)
    for await (const one of ended) await committer.add(one)
    await mendThumbs(corpus, host, lost.thumbs, ctx.signal)
  } catch (error) {
    // What ended before counts, whatever stopped the rest.
    await committer.finish()
    if (ctx.signal.aborted) return
    throw error
  } finally {
    committer.stop()
    await restorer.close()
    await host.close()
  }
  await committer.finish()
  committer.report()
}

export const picturesJob = implementJob(lookForPictures, ({ corpus, input, context }) =>
  runPictures(corpus, input, context, { mends: true }),
)
