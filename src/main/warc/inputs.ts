import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import yauzl from 'yauzl'
import { AppError } from '#shared/errors.ts'
import { readError } from '../files/read-error.ts'
import { fileSource, openBytes } from './bytes.ts'
import type { ArchiveSource } from './types.ts'

/** An input that holds no archive that could be read. */
export interface InputFailure {
  name: string
  /** Stable: `not-a-zip`, `no-archive-in-wacz`, `encrypted-entry`, `unreadable`. */
  reason: string
  detail: string
}

export interface Inputs {
  sources: ArchiveSource[]
  failures: InputFailure[]
}

/** Also what cannot be read and is taken for an archive: the reader says what it is. */
const ARCHIVE = /\.(?:warc|arc|wat|wet)(?:\.(?:gz|zst|bz2|xz|open))*$/i
const WACZ = /\.wacz$/i

/**
 * The archives that a path stands for: itself, those inside a WACZ, or those in a folder and the
 * folders below it (by their endings .warc, .warc.gz, .wacz), sorted by name. A corpus
 * (`*.gleaner`) is not looked into.
 * @throws AppError `not-found` or `io` for the path itself; what cannot be read below it is in
 *   `failures`.
 */
export async function listInputs(path: string): Promise<Inputs> {
  const inputs: Inputs = { sources: [], failures: [] }
  let found
  try {
    found = await stat(path)
  } catch (error) {
    throw readError(path, error)
  }
  if (found.isDirectory()) await addFolder(path, inputs)
  else if (WACZ.test(path)) await addWacz(path, inputs)
  else if (!ARCHIVE.test(path) && (await isZip(path))) await addWacz(path, inputs)
  else inputs.sources.push(fileSource(path, found.size))
  return inputs
}

/**
 * The source with a stored name: a path, or `crawl.wacz!archive/data.warc.gz`.
 * @throws AppError `not-found`, `io`; `invalid-input` for `-`.
 */
export async function findSource(name: string): Promise<ArchiveSource> {
  if (name === '-') {
    throw new AppError('invalid-input', 'Standard input cannot be read a second time.')
  }
  try {
    const found = await stat(name)
    if (found.isFile()) return fileSource(name, found.size)
  } catch (error) {
    if (!name.includes('!')) throw readError(name, error)
  }
  // A path may itself hold `!`: the entry begins behind one of them.
  for (let at = name.indexOf('!'); at >= 0; at = name.indexOf('!', at + 1)) {
    const path = name.slice(0, at)
    const isFile = await stat(path).then(
      (entry) => entry.isFile(),
      () => false,
    )
    if (!isFile) continue
    const source = (await listInputs(path)).sources.find((candidate) => candidate.name === name)
    if (source) return source
  }
  throw new AppError('not-found', `${name} is not there.`, 'Check the path.')
}

async function addFolder(folder: string, inputs: Inputs): Promise<void> {
  let entries
  try {
    entries = await readdir(folder, { withFileTypes: true })
  } catch (error) {
    inputs.failures.push(unreadable(folder, error))
    return
  }
  entries.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
  for (const entry of entries) {
    const path = join(folder, entry.name)
    // A link to a folder is not followed: it may lead back up.
    if (entry.isDirectory()) {
      if (!entry.name.endsWith('.gleaner')) await addFolder(path, inputs)
      continue
    }
    if (!ARCHIVE.test(entry.name) && !WACZ.test(entry.name)) continue
    try {
      const found = await stat(path)
      if (!found.isFile()) continue
      if (WACZ.test(entry.name)) await addWacz(path, inputs)
      else inputs.sources.push(fileSource(path, found.size))
    } catch (error) {
      inputs.failures.push(unreadable(path, error))
    }
  }
}

async function addWacz(path: string, inputs: Inputs): Promise<void> {
  let zip
  try {
    zip = await yauzl.openPromise(path, { autoClose: false })
  } catch (error) {
    const { message } = error as Error
    const reason = (error as NodeJS.ErrnoException).code ? 'unreadable' : 'not-a-zip'
    inputs.failures.push({ name: path, reason, detail: `${path} cannot be opened: ${message}` })
    return
  }
  const found: ArchiveSource[] = []
  let encrypted = 0
  try {
    for await (const entry of zip.eachEntry()) {
      if (!ARCHIVE.test(entry.fileName)) continue
      const name = `${path}!${entry.fileName}`
      if (entry.isEncrypted()) {
        encrypted++
        inputs.failures.push({ name, reason: 'encrypted-entry', detail: `${name} is encrypted.` })
        continue
      }
      // Stored as it is, an entry can be read by offset in the ZIP's own file.
      const stored = entry.compressionMethod === 0
      const start = stored
        ? (await zip.readLocalFileHeaderPromise(entry, { minimal: true })).fileDataStart
        : 0
      found.push({
        name,
        path,
        start,
        size: entry.uncompressedSize,
        kind: stored ? 'file' : 'zip-entry',
        entry: entry.fileName,
      })
    }
  } catch (error) {
    inputs.failures.push(unreadable(path, error))
  } finally {
    zip.close()
  }
  found.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
  inputs.sources.push(...found)
  if (found.length === 0 && encrypted === 0) {
    inputs.failures.push({
      name: path,
      reason: 'no-archive-in-wacz',
      detail: `${path} holds no .warc or .warc.gz file.`,
    })
  }
}

async function isZip(path: string): Promise<boolean> {
  const bytes = await openBytes(fileSource(path), 0)
  try {
    const first = await bytes.next()
    return first?.toString('latin1', 0, 4) === 'PK\x03\x04'
  } finally {
    await bytes.close()
  }
}

function unreadable(name: string, error: unknown): InputFailure {
  return { name, reason: 'unreadable', detail: readError(name, error).message }
}
