import { readdirSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { LeakageInput } from '#shared/contract/jobs/duplicates.ts'
import { AppError } from '#shared/errors.ts'
import { sha256OfFile } from '../../files/digest.ts'
import type { PictureHost } from '../../images/host-client.ts'
import { isCorpus, openReader } from '../../store/open.ts'
import { pairIdsWhere } from '../../store/reads/score-ref.ts'
import type { JobContext } from '../run/job.ts'
import type { DuplicateThread } from './duplicate-thread.ts'
import type { PairsOf, SeenPrint, TestFile, TestPicture, TestText } from './leak-calls.ts'
import { pixelsOf } from './make-fingerprints.ts'
import { readTestTable } from './test-table.ts'
import type { SeenPicture } from './seen-picture.ts'

const PICTURE = /\.(jpe?g|jfif|png|webp|gif|tiff?|avif|bmp)$/i

/** A test set as it is compared, with what of it cannot be. */
export type TestSource =
  | PairsOf
  | { files: TestFile[]; leftOut: { reason: string; n: number }[] }
  | { texts: TestText[]; leftOut: { reason: string; n: number }[] }

/**
 * What is named as the test set.
 * @throws AppError `not-found`, `invalid-input`
 */
export async function testSource(
  corpusPath: string,
  input: LeakageInput,
  ctx: JobContext,
): Promise<TestSource> {
  const { references, testWhere, kind } = input
  if (references === undefined) {
    if (testWhere !== undefined) return pairsOf(corpusPath, testWhere)
    throw new AppError(
      'invalid-input',
      'What is the test set?',
      'Give a corpus, a folder of pictures or a table, a filter for the test set within this corpus, or the shares of a split.',
    )
  }
  const path = resolve(references)
  if (isCorpus(path)) return pairsOf(path, testWhere ?? '')
  const found = statSync(path, { throwIfNoEntry: false })
  if (!found) {
    throw new AppError('not-found', `There is no ${path}.`, 'Check the name of the test set.')
  }
  if (kind === 'semantic' || (kind === 'text' && found.isDirectory())) {
    throw new AppError(
      'invalid-input',
      `${found.isDirectory() ? 'A folder of pictures' : 'A table'} has no ${kind === 'text' ? 'texts' : 'embeddings'} to compare.`,
      'Import it into a corpus, with texts or scores, and give that.',
    )
  }
  if (testWhere !== undefined) {
    throw new AppError(
      'invalid-input',
      `${path} is no corpus, so no filter chooses from it.`,
      'Leave --test-where out.',
    )
  }
  if (found.isDirectory()) return { files: filesIn(path), leftOut: [] }
  return readTestTable(path, input, ctx)
}

function pairsOf(path: string, where: string): PairsOf {
  const db = openReader(path)
  try {
    return { path, ids: pairIdsWhere(db, where) }
  } finally {
    db.close()
  }
}

/** Links are followed to files: sets of pictures are often made of them. */
function filesIn(folder: string): TestFile[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => PICTURE.test(entry.name) && (entry.isFile() || entry.isSymbolicLink()))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
  if (files.length === 0) {
    throw new AppError(
      'invalid-input',
      `There are no pictures in ${folder}`,
      'Give a corpus, a folder of pictures or a table that names some.',
    )
  }
  return files.map((path) => ({ path, name: path }))
}

/** What files hold: by their bytes, and where that is wanted by their fingerprints. */
export async function seenFiles(
  files: readonly TestFile[],
  tools: { thread: DuplicateThread; host: PictureHost },
  withPrints: boolean,
  ctx: JobContext,
): Promise<{ pictures: TestPicture[]; seen: SeenPrint[]; unread: number }> {
  const pictures: TestPicture[] = []
  let unread = 0
  const seen = await inTurn(files, tools, ctx, async ({ path, name, rows }) => {
    const sha256 = await sha256OfFile(path, ctx.signal).catch(() => null)
    ctx.signal.throwIfAborted()
    if (sha256 === null) {
      unread += rows?.length ?? 1
      return null
    }
    pictures.push({ name, pairs: [], ...(rows ? { rows } : {}), sha256 })
    if (!withPrints) return null
    const looked = await pixelsOf(tools.host, { path })
    return looked.ok
      ? { sha256, ...looked.of, pixels: looked, reason: null }
      : { sha256, width: 0, height: 0, pixels: null, reason: looked.reason }
  })
  pictures.sort((a, b) => (a.name < b.name ? -1 : 1))
  return { pictures, seen, unread }
}

/** Twice as many at once as the host decodes; of each only its fingerprint is held. */
export async function inTurn<T>(
  all: readonly T[],
  { thread, host }: { thread: DuplicateThread; host: PictureHost },
  ctx: JobContext,
  look: (one: T) => Promise<SeenPicture | null>,
): Promise<SeenPrint[]> {
  const seen: SeenPrint[] = []
  const step = host.parallel * 2
  for (let from = 0; from < all.length; from += step) {
    ctx.signal.throwIfAborted()
    ctx.progress({ done: from, total: all.length, unit: 'pictures', note: 'the test set' })
    const some = await Promise.all(all.slice(from, from + step).map(look))
    const looked = some.filter((one) => one !== null)
    if (looked.length > 0) seen.push(...(await thread.call('prints', looked)).value)
  }
  return seen
}
