import { buffer } from 'node:stream/consumers'
import { basename } from 'node:path'
import yauzl, { type Entry, type ZipFile } from 'yauzl'
import { AppError, systemMessage } from '#shared/errors.ts'
import { checkDesign } from '../../store/repositories/studies.ts'
import { MOST_WORDS, PACKAGE_FILE, RaterPackage } from './rater-package.ts'

/** Entries that are looked at. */
const MOST_ENTRIES = 100_000

/** A rater's package as a file; nothing in it is trusted. */
export interface PackageFile {
  /** What it says, checked. @throws AppError `damaged` */
  words(): Promise<RaterPackage>
  /** One of its files. @throws AppError `damaged`, also for one of more than `most` bytes */
  bytes(name: string, most: number): Promise<Buffer>
  close(): void
}

/** @throws AppError `not-found`, `io`, `damaged` */
export async function openPackageFile(path: string): Promise<PackageFile> {
  const zip = await openZip(path)
  try {
    const entries = await listEntries(zip, path)
    return {
      words: () => readWords(zip, entries, path),
      bytes: (name, most) => readEntry(zip, entries, name, most, path),
      close: () => zip.close(),
    }
  } catch (error) {
    zip.close()
    throw error
  }
}

/** What is wrong with a package. */
export function damaged(path: string, why: string): AppError {
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
