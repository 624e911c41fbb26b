import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { rename, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { ZipFile } from 'yazl'
import { z } from 'zod'
import { studyPackage } from '#shared/contract/jobs/study-package.ts'
import { AppError } from '#shared/errors.ts'
import { SOFTWARE } from '#shared/version.ts'
import { discard, makePartial } from '../../export/target.ts'
import { createPictureHost, type PictureHost } from '../../images/host-client.ts'
import { blobPath } from '../../store/blobs.ts'
import { toStoreError } from '../../store/errors.ts'
import type { Corpus } from '../../store/open.ts'
import {
  logStudy,
  studyImages,
  studyOf,
  studyPrompts,
  type StudyRow,
} from '../../store/repositories/studies.ts'
import { studyTasks } from '../../store/repositories/study-tasks.ts'
import { implementJob } from '../run/implement.ts'
import type { JobContext } from '../run/job.ts'
import {
  MOST,
  MOST_WORDS,
  PACKAGE_FILE,
  PACKAGE_FORMAT,
  pictureName,
  RaterPackage,
} from './rater-package.ts'
import { requireFrozen } from './rating-tasks.ts'

/** Of every entry: a date would tell when a picture was made. */
const NO_DATE = new Date(1980, 0, 1)

/**
 * Writes a rater's package: pictures as PNG at one size without names or metadata, in the order of
 * their tokens. The file appears under its name when it is whole.
 * @throws AppError `conflict` (a draft), `damaged` (a picture cannot be read any more), `io`
 */
export async function writePackage(
  corpus: Corpus,
  study: StudyRow,
  out: string,
  context: Pick<JobContext, 'signal' | 'progress' | 'entries'>,
): Promise<{ pictures: number }> {
  requireFrozen(study)
  const path = resolve(out)
  const images = studyImages(corpus.reader, study).sort((a, b) =>
    (a.token as string) < (b.token as string) ? -1 : 1,
  )
  const host = createPictureHost(context.entries.pictureHost)
  const draft = await makePartial(path).catch((error: unknown) => {
    throw toStoreError(error, path)
  })
  try {
    const sums = new Map<string, string>()
    for (let from = 0; from < images.length; from += host.parallel) {
      context.signal.throwIfAborted()
      await Promise.all(
        images.slice(from, from + host.parallel).map(async ({ token, sha256 }) => {
          const bytes = await uniform(host, corpus, study, sha256)
          sums.set(token as string, createHash('sha256').update(bytes).digest('hex'))
          await writeFile(join(draft, `${token}.png`), bytes)
        }),
      )
      context.progress({
        done: sums.size,
        total: images.length,
        unit: 'pictures',
        note: 'making them alike',
      })
    }
    const zip = new ZipFile()
    const words = wordsOf(packageOf(corpus, study, images, sums))
    zip.addBuffer(words, PACKAGE_FILE, { mtime: NO_DATE })
    for (const { token } of images) {
      // PNG is compressed already.
      zip.addFile(join(draft, `${token}.png`), pictureName(token as string), {
        mtime: NO_DATE,
        mode: 0o100644,
        compress: false,
      })
    }
    zip.end()
    const whole = join(draft, 'package.zip')
    await pipeline(zip.outputStream, createWriteStream(whole), { signal: context.signal })
    await rename(whole, path)
    return { pictures: images.length }
  } catch (error) {
    throw context.signal.aborted ? error : toStoreError(error, path)
  } finally {
    await host.close()
    await discard(draft)
  }
}

/** @throws AppError `invalid-input` where no program would open the package */
function wordsOf(said: RaterPackage): Buffer {
  const bytes = Buffer.from(JSON.stringify(said))
  const { error } = RaterPackage.safeParse(said)
  if (!error && bytes.length <= MOST_WORDS) return bytes
  throw new AppError(
    'invalid-input',
    `The study "${said.name}" is too large for a rater's package, which holds at most ${MOST} pictures and ${MOST * 3} tasks.`,
    'Make studies of fewer pictures, or rate it on this machine.',
    { details: error ? z.prettifyError(error) : `${bytes.length} bytes of ${PACKAGE_FILE}` },
  )
}

async function uniform(
  host: PictureHost,
  corpus: Corpus,
  study: StudyRow,
  sha256: string,
): Promise<Uint8Array> {
  const made = await host.uniform(
    { path: blobPath(corpus.path, sha256) },
    { width: study.width as number, height: study.height as number, format: 'png' },
  )
  if (made.ok) return made.bytes
  throw new AppError(
    'damaged',
    `The package was not written: picture ${sha256} cannot be read any more (${made.reason}).`,
    'Restore the folder blobs/ of the corpus from a copy.',
    { details: made.detail },
  )
}

function packageOf(
  corpus: Corpus,
  study: StudyRow,
  images: ReturnType<typeof studyImages>,
  sums: ReadonlyMap<string, string>,
): RaterPackage {
  const prompts = studyPrompts(corpus.reader, study)
  const placeOf = new Map(prompts.map(({ id }, i) => [id, i]))
  const tokenOf = new Map(images.map(({ id, token }) => [id, token as string]))
  return {
    format: PACKAGE_FORMAT,
    software: SOFTWARE,
    uid: study.uid,
    name: study.name,
    hash: study.hash as string,
    design: study.design,
    width: study.width as number,
    height: study.height as number,
    prompts: prompts.map(({ group, kind, level, text }) => ({ group, kind, level, text })),
    images: images.map(({ token, prompt }) => ({
      token: token as string,
      prompt: placeOf.get(prompt) as number,
      sha256: sums.get(token as string) as string,
    })),
    tasks: studyTasks(corpus.reader, study)
      .sort((a, b) => (a.token < b.token ? -1 : 1))
      .map(({ token, kind, image, other, prompt, repeats }) => ({
        token,
        kind: kind as RaterPackage['tasks'][number]['kind'],
        image: tokenOf.get(image) as string,
        other: other === null ? null : (tokenOf.get(other) as string),
        prompt: placeOf.get(prompt) as number,
        repeats,
      })),
  }
}

export const studyPackageJob = implementJob(studyPackage, async ({ input, corpus, context }) => {
  const study = studyOf(corpus.reader, input.study)
  const { pictures } = await writePackage(corpus, study, input.out, context)
  context.result('Pictures', String(pictures))
  context.result('Package', resolve(input.out))
  context.conclude(() =>
    logStudy(corpus.writer, study.id, 'packed', `for raters: ${pictures} pictures`),
  )
  context.changed(['studies'])
})
