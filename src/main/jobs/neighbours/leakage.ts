import { readdirSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { leakage } from '#shared/contract/jobs/duplicates.ts'
import type { LeakageInput } from '#shared/contract/jobs/duplicates.ts'
import { AppError } from '#shared/errors.ts'
import { formatCount } from '#shared/format.ts'
import { sha256Of } from '../../files/digest.ts'
import { createPictureHost } from '../../images/host-client.ts'
import type { PictureHost } from '../../images/host-client.ts'
import { blobPath } from '../../store/blobs.ts'
import { isCorpus, openReader } from '../../store/open.ts'
import type { Corpus } from '../../store/open.ts'
import { pairIdsWhere } from '../../store/reads/score-ref.ts'
import { implementJob } from '../run/implement.ts'
import type { JobContext } from '../run/job.ts'
import type { SeenPicture } from './seen-picture.ts'
import { startDuplicateThread } from './duplicate-thread.ts'
import type { DuplicateThread } from './duplicate-thread.ts'
import { checkThreshold } from './duplicate-threshold.ts'
import type { LeakInput, Leaks, PairsOf, TestPicture } from './leak-calls.ts'
import { makeFingerprints, pixelsOf } from './make-fingerprints.ts'

const PICTURE = /\.(jpe?g|jfif|png|webp|gif|tiff?|avif|bmp)$/i

/**
 * What of a test set stands in a training set: writes each pair of copies as a line of JSON, and says
 * how many things of the test set have one.
 *
 * @throws AppError `not-found`, `invalid-input`; an abort throws its reason
 */
export async function runLeakage(
  corpus: Corpus,
  input: LeakageInput,
  ctx: JobContext,
): Promise<Leaks> {
  const threshold = checkThreshold(input.kind, input.threshold)
  const train: PairsOf = { path: corpus.path, ids: pairIdsWhere(corpus.reader, input.where) }
  const source = testSource(corpus, input)
  const thread = startDuplicateThread(ctx.entries)
  const host = createPictureHost(ctx.entries.pictureHost)
  try {
    let test: LeakInput['test']
    let seen: SeenPicture[] = []
    if ('ids' in source) {
      test = source
      if (input.kind === 'perceptual') seen = await seenInCorpus(source, thread, host, ctx)
    } else {
      const looked = await seenInFolder(source.folder, host, input.kind === 'perceptual', ctx)
      ;({ seen } = looked)
      test = { pictures: looked.pictures }
    }
    if (input.kind === 'perceptual') await makeFingerprints(corpus, thread, ctx)
    ctx.signal.throwIfAborted()
    const { kind, model = null, text, out } = input
    const { value } = await thread.call(
      'leaks',
      { train, test, seen, kind, threshold, model, text, out: resolve(out) },
      {
        ...{ signal: ctx.signal, graceMs: 0 },
        onEvent: (progress) => ctx.progress({ ...progress, unit: 'of the test set' }),
      },
    )
    tell(value, ctx)
    return value
  } finally {
    await host.close()
    await thread.close()
  }
}

function tell({ train, test, found, lines, leftOut }: Leaks, ctx: JobContext): void {
  const share = test === 0 ? '' : ` (${((100 * found) / test).toFixed(2)} %)`
  ctx.result('Training set', formatCount(train))
  ctx.result('Test set', formatCount(test))
  ctx.result('Of it in the training set', `${formatCount(found)}${share}`)
  ctx.result('Pairs listed', formatCount(lines))
  for (const { reason, n } of leftOut) ctx.result(`Left out, ${reason}`, formatCount(n))
}

/** @throws AppError `not-found`, `invalid-input` */
function testSource(
  corpus: Corpus,
  { references, testWhere, kind }: LeakageInput,
): PairsOf | { folder: string } {
  if (references === undefined) {
    if (testWhere !== undefined) {
      return { path: corpus.path, ids: pairIdsWhere(corpus.reader, testWhere) }
    }
    throw new AppError(
      'invalid-input',
      'What is the test set?',
      'Give a corpus or a folder of pictures, or a filter for the test set within this corpus.',
    )
  }
  const path = resolve(references)
  if (isCorpus(path)) {
    const db = openReader(path)
    try {
      return { path, ids: pairIdsWhere(db, testWhere ?? '') }
    } finally {
      db.close()
    }
  }
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
    throw new AppError(
      'not-found',
      `${path} is neither a corpus nor a folder of pictures.`,
      'Import a table into a corpus first.',
    )
  }
  if (kind === 'exact' || kind === 'perceptual') return { folder: path }
  throw new AppError(
    'invalid-input',
    `A folder of pictures has no ${kind === 'text' ? 'texts' : 'embeddings'} to compare.`,
    'Import it into a corpus, with texts or scores, and give that.',
  )
}

/** Fingerprints of another corpus are made of its thumbnails' source and kept nowhere. */
async function seenInCorpus(
  source: PairsOf,
  thread: DuplicateThread,
  host: PictureHost,
  ctx: JobContext,
): Promise<SeenPicture[]> {
  const { value: pictures } = await thread.call('pictures', source)
  return inTurn(pictures, host, ctx, async (picture) => {
    const looked = await pixelsOf(host, { path: blobPath(source.path, picture.sha256) })
    return looked.ok
      ? { ...picture, pixels: looked, reason: null }
      : { ...picture, pixels: null, reason: looked.reason }
  })
}

async function seenInFolder(
  folder: string,
  host: PictureHost,
  withPixels: boolean,
  ctx: JobContext,
): Promise<{ pictures: TestPicture[]; seen: SeenPicture[] }> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && PICTURE.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
  if (files.length === 0) {
    throw new AppError('invalid-input', `There are no pictures in ${folder}`)
  }
  const pictures: TestPicture[] = []
  const seen = await inTurn(files, host, ctx, async (name): Promise<SeenPicture> => {
    const bytes = await readFile(name)
    const sha256 = sha256Of(bytes)
    pictures.push({ name, pairs: [], sha256 })
    const none = { sha256, width: 0, height: 0, pixels: null }
    if (!withPixels) return { ...none, reason: null }
    const looked = await pixelsOf(host, bytes)
    return looked.ok
      ? { sha256, ...looked.of, pixels: looked, reason: null }
      : { ...none, reason: looked.reason }
  })
  pictures.sort((a, b) => (a.name < b.name ? -1 : 1))
  return { pictures, seen }
}

/** Twice as many at once as the host decodes. */
async function inTurn<T>(
  all: readonly T[],
  host: PictureHost,
  ctx: JobContext,
  look: (one: T) => Promise<SeenPicture>,
): Promise<SeenPicture[]> {
  const seen: SeenPicture[] = []
  const step = host.parallel * 2
  for (let from = 0; from < all.length; from += step) {
    ctx.signal.throwIfAborted()
    ctx.progress({ done: from, total: all.length, unit: 'pictures', note: 'the test set' })
    seen.push(...(await Promise.all(all.slice(from, from + step).map(look))))
  }
  return seen
}

export const leakageJob = implementJob(
  leakage,
  async ({ corpus, input, context }) => void (await runLeakage(corpus, input, context)),
)
