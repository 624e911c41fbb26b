import { createHash } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { basename, resolve } from 'node:path'
import yauzl, { type Entry, type ZipFile } from 'yauzl'
import { studyOpen } from '#shared/contract/jobs/study-package.ts'
import { AppError, systemMessage } from '#shared/errors.ts'
import { SOFTWARE } from '#shared/version.ts'
import { createPictureHost } from '../../images/host-client.ts'
import { blobPath, flushBlobs, hasBlob, putBlob } from '../../store/blobs.ts'
import type { Corpus } from '../../store/open.ts'
import { putRaterStudy, type CopiedImage } from '../../store/repositories/study-copies.ts'
import { checkDesign, studyByUid } from '../../store/repositories/studies.ts'
import { isTokenTaken } from '../../store/repositories/study-tasks.ts'
import { implementJob } from '../run/implement.ts'
import type { JobContext } from '../run/job.ts'
import { MOST_WORDS, PACKAGE_FILE, pictureName, RaterPackage } from './rater-package.ts'

/** Entries that are looked at. */
const MOST_ENTRIES = 100_000
/** Bytes of a pixel in a PNG at most, and of all that is around it. */
const PIXEL_BYTES = 4
const PNG_MORE = 1 << 20

/**
 * Puts a rater's package into a corpus as a study that can be rated. All or nothing. The package is
 * not trusted: its pictures are decoded in the process that may die of it.
 * @returns the study's name in the corpus
 * @throws AppError `damaged`, `conflict` (it is here already), `io`
 */
export async function openPackage(
  corpus: Corpus,
  path: string,
  context: Pick<JobContext, 'signal' | 'progress' | 'entries'>,
): Promise<{ name: string; pictures: number }> {
  const zip = await openZip(path)
  const host = createPictureHost(context.entries.pictureHost)
  const kept: string[] = []
  try {
    const entries = await listEntries(zip, path)
    const said = await readWords(zip, entries, path)
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
      const bytes = await readEntry(zip, entries, pictureName(token), most, path)
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
    const name = putRaterStudy(corpus.writer, {
      ...said,
      images,
      promptsFrom: `the rater's package ${basename(path)}`,
      software: SOFTWARE,
    })
    return { name, pictures: images.length }
  } catch (error) {
    for (const sha256 of kept) await rm(blobPath(corpus.path, sha256), { force: true })
    throw error
  } finally {
    zip.close()
    await host.close()
  }
}

function damaged(path: string, why: string): AppError {
  return new AppError(
    'damaged',
    `${basename(path)} cannot be opened as a rater's package: ${why}.`,
    'Ask for it again; a download may have been cut.',
  )
}

async function openZip(path: string): Promise<ZipFile> {
  try {
    return await yauzl.openPromise(path, { lazyEntries: true, autoClose: false })
  } catch (error) {
    const code = (error as { code?: unknown }).code
    if (code === 'ENOENT') throw new AppError('not-found', `There is no file ${path}.`)
    if (typeof code === 'string') {
      throw new AppError('io', `${basename(path)} cannot be read: ${systemMessage(error)}.`)
    }
    throw damaged(path, 'it is no zip file')
  }
}

async function listEntries(zip: ZipFile, path: string): Promise<Map<string, Entry>> {
  if (zip.entryCount > MOST_ENTRIES) throw damaged(path, `it has ${zip.entryCount} entries`)
  const entries = new Map<string, Entry>()
  try {
    for await (const entry of zip.eachEntry()) {
      if (entries.has(entry.fileName)) throw new Error(`${entry.fileName} occurs twice`)
      entries.set(entry.fileName, entry)
    }
  } catch (error) {
    throw damaged(path, `its list of files is broken (${systemMessage(error)})`)
  }
  return entries
}

async function readEntry(
  zip: ZipFile,
  entries: ReadonlyMap<string, Entry>,
  name: string,
  most: number,
  path: string,
): Promise<Buffer> {
  const entry = entries.get(name)
  if (!entry) throw damaged(path, `${name} is missing`)
  if (entry.uncompressedSize > most) {
    throw damaged(path, `${name} is of ${entry.uncompressedSize} bytes, at most ${most} are read`)
  }
  try {
    // yauzl ends a stream that is longer than it said.
    return await buffer(await zip.openReadStreamPromise(entry))
  } catch (error) {
    throw damaged(path, `${name} cannot be unpacked (${systemMessage(error)})`)
  }
}

async function readWords(
  zip: ZipFile,
  entries: ReadonlyMap<string, Entry>,
  path: string,
): Promise<RaterPackage> {
  const bytes = await readEntry(zip, entries, PACKAGE_FILE, MOST_WORDS, path)
  let value: unknown
  try {
    value = JSON.parse(bytes.toString('utf8'))
  } catch {
    throw damaged(path, `${PACKAGE_FILE} is no JSON`)
  }
  const { data, error } = RaterPackage.safeParse(value)
  if (!data) {
    const issue = error.issues[0]
    throw damaged(path, `${PACKAGE_FILE}: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`)
  }
  const problem = inconsistency(data) ?? faultOfDesign(data)
  if (problem !== null) throw damaged(path, problem)
  return data
}

function faultOfDesign({ design }: RaterPackage): string | null {
  try {
    checkDesign(design)
    return null
  } catch (error) {
    return systemMessage(error)
  }
}

/** A name that leads nowhere, or to two things. */
function inconsistency({ images, prompts, tasks }: RaterPackage): string | null {
  const tokens = new Set(images.map(({ token }) => token))
  const names = new Map(tasks.map(({ token, kind }) => [token, kind]))
  const places = new Set(prompts.map(({ group, level }) => JSON.stringify([group, level])))
  if (places.size !== prompts.length) return 'a prompt occurs twice'
  if (tokens.size !== images.length || names.size !== tasks.length) return 'a token occurs twice'
  const repeated = tasks.flatMap(({ repeats }) => repeats ?? [])
  if (new Set(repeated).size !== repeated.length) return 'a task is repeated twice'
  const isPlace = (place: number): boolean => place < prompts.length
  if (!images.every(({ prompt }) => isPlace(prompt))) return 'a picture has no prompt'
  const lost = tasks.find(
    ({ kind, image, other, prompt, repeats }) =>
      !tokens.has(image) ||
      (other === null) === kind.startsWith('pair') ||
      (other !== null && !tokens.has(other)) ||
      !isPlace(prompt) ||
      (repeats === null) === kind.endsWith('repeat') ||
      (repeats !== null && names.get(repeats) !== (kind === 'repeat' ? 'item' : 'pair')),
  )
  return lost ? `task ${lost.token} names what is not there` : null
}

export const studyOpenJob = implementJob(studyOpen, async ({ input, corpus, context }) => {
  const { name, pictures } = await openPackage(corpus, resolve(input.package), context)
  context.changed(['studies'])
  context.result('Study', name)
  context.result('Pictures', String(pictures))
})
