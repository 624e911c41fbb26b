import { readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { VersionCounts } from '#shared/contract/versions.ts'
import { versionVerify } from '#shared/contract/jobs/version-verify.ts'
import type { VersionVerifyInput } from '#shared/contract/jobs/version-verify.ts'
import { AppError, errorLine } from '#shared/errors.ts'
import { readPairLine } from '#shared/versions/pair-line.ts'
import type { VersionPair } from '#shared/versions/pair-line.ts'
import { VersionRecipe } from '#shared/versions/recipe.ts'
import { CHECKSUMS } from '../../export/folder.ts'
import { agreesWithItself, MANIFEST, Manifest } from '../../export/manifest.ts'
import { VERSION_FILE, VERSION_PAIRS } from '../../export/version/types.ts'
import { sha256OfFile } from '../../files/digest.ts'
import { linesOfFile } from '../../files/lines.ts'
import { readSmall } from '../../files/read-small.ts'
import { createListHash, VERSION_RULES, versionHash } from '../../files/version-hash.ts'
import { implementJob } from '../run/implement.ts'
import type { JobContext } from '../run/job.ts'
import { compareRows } from './verify-rows.ts'

/** What is wrong is told so often; the rest is counted. */
const MOST_TOLD = 20

/** What an exported version says of itself. */
const VersionFile = z.object({
  rules: z.string(),
  name: z.string(),
  hash: z.string(),
  pairs: z.number().int(),
  counts: VersionCounts,
  recipe: VersionRecipe,
})

/** What is wrong with a folder, in sentences. */
interface Problems {
  add(problem: string): void
  readonly n: number
  readonly told: readonly string[]
}

function createProblems(): Problems {
  const told: string[] = []
  let n = 0
  return {
    add(problem) {
      n++
      if (told.length < MOST_TOLD) told.push(problem)
    },
    get n() {
      return n
    },
    told,
  }
}

/**
 * Holds an exported version against its content hash: recipe and list of pairs give the hash, every
 * file is the one that was written, and each row of the dataset is a pair of the list with its text
 * and score.
 * @throws AppError `damaged` with what is wrong, `not-found` (no exported version), `unsupported`
 *   (other rules), `canceled`
 */
export async function runVersionVerify(input: VersionVerifyInput, ctx: JobContext): Promise<void> {
  const folder = resolve(input.path)
  const stated = readVersion(folder)
  const problems = createProblems()
  ctx.progress({ done: 0, total: null, unit: 'pairs', note: 'reading the list of pairs' })
  const list = createListHash()
  const pairs: VersionPair[] = []
  for await (const line of linesOfFile(join(folder, VERSION_PAIRS))) {
    stopIfCanceled(ctx.signal)
    const pair = readPairLine(line)
    if (pair) pairs.push(pair)
    else problems.add(`line ${list.lines + 1} of ${VERSION_PAIRS} is no pair`)
    list.add(line)
  }
  const found = versionHash(stated.recipe, list)
  if (found !== stated.hash) {
    problems.add(
      `recipe and list of pairs give the hash ${found}, and ${VERSION_FILE} states ${stated.hash}`,
    )
  }
  if (input.hash !== undefined && input.hash !== found) {
    problems.add(`recipe and list of pairs give the hash ${found}, and ${input.hash} was cited`)
  }
  if (list.lines !== stated.pairs) {
    problems.add(`the list holds ${list.lines} pairs, and ${VERSION_FILE} states ${stated.pairs}`)
  }
  const manifest = readManifest(folder, problems)
  if (manifest) {
    if (manifest.recipe.version?.hash !== found) {
      problems.add(`${MANIFEST} is that of the hash ${manifest.recipe.version?.hash ?? '(none)'}`)
    }
    const files = await compareFiles(folder, manifest, problems, ctx)
    const rows = await compareRows({ folder, manifest, pairs, ctx, say: problems.add })
    ctx.result('Files', `${files} as they were written`)
    ctx.result('Rows', rows)
  }
  ctx.result('Version', stated.name)
  ctx.result('Pairs', String(list.lines))
  ctx.result('Content hash', found)
  if (problems.n === 0) return
  throw new AppError(
    'damaged',
    `${folder} is not the version ${stated.name} as it was exported: ${problems.told[0]}${problems.n > 1 ? `, and ${problems.n - 1} more` : ''}.`,
    'Copy it again from where it was exported, or ask who gave it.',
    { details: problems.told.join('\n') },
  )
}

function stopIfCanceled(signal: AbortSignal): void {
  if (signal.aborted) throw new AppError('canceled', 'The verification was canceled.')
}

function readVersion(folder: string): z.infer<typeof VersionFile> {
  let text: string
  try {
    text = readSmall(join(folder, VERSION_FILE), 'list')
  } catch (error) {
    throw new AppError(
      'not-found',
      `${folder} holds no exported version: ${errorLine(error)}`,
      {
        window: 'Choose the folder of an export that was made of a version.',
        command: 'Name a version of a corpus, or the folder of: gleaner export --version.',
      },
      { cause: error },
    )
  }
  let read: unknown
  try {
    read = JSON.parse(text)
  } catch (error) {
    throw new AppError('damaged', `${VERSION_FILE} of ${folder} is no JSON.`, undefined, {
      cause: error,
    })
  }
  const rules = z.object({ rules: z.string() }).safeParse(read).data?.rules
  if (rules !== undefined && rules !== VERSION_RULES) {
    throw new AppError(
      'unsupported',
      `${folder} was hashed by the rules "${rules}", and this program knows "${VERSION_RULES}".`,
      'Take the version of Gleaner that it was made with.',
    )
  }
  const parsed = VersionFile.safeParse(read)
  if (parsed.success) return parsed.data
  throw new AppError('damaged', `${VERSION_FILE} of ${folder} is not what an export writes.`)
}

function readManifest(folder: string, problems: Problems): Manifest | null {
  try {
    const manifest = Manifest.parse(JSON.parse(readSmall(join(folder, MANIFEST), 'list')))
    if (!agreesWithItself(manifest)) problems.add(`${MANIFEST} does not give its own content hash`)
    return manifest
  } catch (error) {
    problems.add(`${MANIFEST} cannot be read: ${errorLine(error)}`)
    return null
  }
}

/** Every file that is listed is there as it was, and nothing else is. */
async function compareFiles(
  folder: string,
  manifest: Manifest,
  problems: Problems,
  ctx: JobContext,
): Promise<number> {
  const sums = join(folder, CHECKSUMS)
  const { checksums, total } = manifest.files
  if ((await digestOf(sums, ctx)) !== checksums.sha256) {
    problems.add(`${CHECKSUMS} is not the one that ${MANIFEST} names`)
  }
  const known = new Set<string>([MANIFEST, CHECKSUMS])
  let sound = 0
  let done = 0
  for await (const line of linesOfFile(sums)) {
    stopIfCanceled(ctx.signal)
    ctx.progress({ done: ++done, total, unit: 'files', note: 'comparing files' })
    const [, sha256, path] = /^([0-9a-f]{64}) {2}(.+)$/.exec(line) ?? []
    if (sha256 === undefined || path === undefined || path.split('/').includes('..')) {
      problems.add(`a line of ${CHECKSUMS} names no file of the folder`)
      continue
    }
    known.add(path)
    const found = await digestOf(join(folder, path), ctx)
    if (found === sha256) sound++
    else problems.add(found === null ? `${path} is missing` : `${path} was changed`)
  }
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory()) continue
    const path = join(entry.parentPath, entry.name)
      .slice(folder.length + 1)
      .replaceAll('\\', '/')
    if (!known.has(path)) problems.add(`${path} does not belong to it`)
  }
  return sound
}

async function digestOf(path: string, ctx: JobContext): Promise<string | null> {
  try {
    return await sha256OfFile(path, ctx.signal)
  } catch (error) {
    if (error instanceof AppError && error.kind === 'canceled') throw error
    return null
  }
}

export const versionVerifyJob = implementJob(versionVerify, ({ input, context }) =>
  runVersionVerify(input, context),
)
