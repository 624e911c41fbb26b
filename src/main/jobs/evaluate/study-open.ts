import { createHash } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { studyOpen } from '#shared/contract/jobs/study-package.ts'
import { AppError } from '#shared/errors.ts'
import { SOFTWARE } from '#shared/version.ts'
import { createPictureHost } from '../../images/host-client.ts'
import { blobPath, flushBlobs, hasBlob, putBlob } from '../../store/blobs.ts'
import type { Corpus } from '../../store/open.ts'
import { putRaterStudy, type CopiedImage } from '../../store/repositories/study-copies.ts'
import { studyByUid } from '../../store/repositories/studies.ts'
import { isTokenTaken } from '../../store/repositories/study-tasks.ts'
import { implementJob } from '../run/implement.ts'
import type { JobContext } from '../run/job.ts'
import { createDocumentReader } from './document-calls.ts'
import { damaged, openPackageFile } from './package-file.ts'
import { pictureName } from './rater-package.ts'

/** Bytes of a pixel in a PNG at most, and of all that is around it. */
const PIXEL_BYTES = 4
const PNG_MORE = 1 << 20

/**
 * Puts a rater's package into a corpus as a study that can be rated. All or nothing. The package is
 * not trusted: its pictures are decoded in the process that may die of it.
 * The study's name in the corpus is told as a result.
 * @throws AppError `damaged`, `conflict` (it is here already), `io`
 */
export async function openPackage(
  corpus: Corpus,
  path: string,
  context: Pick<JobContext, 'signal' | 'progress' | 'entries' | 'result' | 'conclude'>,
): Promise<void> {
  const reader = createDocumentReader(context.entries.documentReader)
  const file = await openPackageFile(path)
  const host = createPictureHost(context.entries.pictureHost)
  const kept: string[] = []
  try {
    const { signal } = context
    const about = basename(path)
    const { value: said } = await reader.call('raterPackage', { path }, { about, signal })
    const known = studyByUid(corpus.reader, said.uid)
    if (known) {
      throw new AppError(
        'conflict',
        `${basename(path)} is in this corpus already, as "${known.name}".`,
        'Go on with that one.',
      )
    }
    if (isTokenTaken(corpus.reader, said)) {
      throw damaged(
        path,
        'its pictures or tasks have the addresses of another study of this corpus',
      )
    }
    const most = said.width * said.height * PIXEL_BYTES + PNG_MORE
    const images: CopiedImage[] = []
    for (const { token, sha256, prompt } of said.images) {
      context.signal.throwIfAborted()
      const bytes = await file.bytes(pictureName(token), most)
      if (createHash('sha256').update(bytes).digest('hex') !== sha256) {
        throw damaged(path, `picture ${token} is not the one that was packed`)
      }
      const decoded = await host.decode(bytes)
      if (!decoded.ok) throw damaged(path, `picture ${token}: ${decoded.reason}`)
      const { mime, width, height } = decoded.info
      if (mime !== 'image/png' || width !== said.width || height !== said.height) {
        const is = `${mime} of ${width} x ${height} pixels`
        throw damaged(
          path,
          `picture ${token} is ${is}, not a PNG of ${said.width} x ${said.height}`,
        )
      }
      if (!hasBlob(corpus.path, sha256)) kept.push(sha256)
      images.push({ token, prompt, mime, width, height, sha256: putBlob(corpus.path, bytes) })
      context.progress({
        done: images.length,
        total: said.images.length,
        unit: 'pictures',
        note: '',
      })
    }
    await flushBlobs(
      corpus.path,
      images.map(({ sha256 }) => sha256),
    )
    context.result('Pictures', String(images.length))
    context.conclude(() => {
      const promptsFrom = `the rater's package ${basename(path)}`
      const study = { ...said, images, promptsFrom, software: SOFTWARE }
      context.result('Study', putRaterStudy(corpus.writer, study))
    })
  } catch (error) {
    for (const sha256 of kept) await rm(blobPath(corpus.path, sha256), { force: true })
    throw error
  } finally {
    file.close()
    await Promise.all([host.close(), reader.close()])
  }
}

export const studyOpenJob = implementJob(studyOpen, async ({ input, corpus, context }) => {
  await openPackage(corpus, resolve(input.package), context)
  context.changed(['studies'])
})
