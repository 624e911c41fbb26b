import { resolve } from 'node:path'
import { writeFileSync } from 'node:fs'
import { leakage } from '#shared/contract/jobs/duplicates.ts'
import type { LeakageInput } from '#shared/contract/jobs/duplicates.ts'
import { AppError } from '#shared/errors.ts'
import { formatCount } from '#shared/format.ts'
import { createPictureHost } from '../../images/host-client.ts'
import type { PictureHost } from '../../images/host-client.ts'
import { blobPath } from '../../store/blobs.ts'
import { openReader } from '../../store/open.ts'
import type { Corpus } from '../../store/open.ts'
import { pairIdsWhere } from '../../store/reads/score-ref.ts'
import { partsOf } from '../exporting/parts.ts'
import { implementJob } from '../run/implement.ts'
import type { JobContext } from '../run/job.ts'
import { startDuplicateThread } from './duplicate-thread.ts'
import type { DuplicateThread } from './duplicate-thread.ts'
import { checkThreshold } from './duplicate-threshold.ts'
import type { Leaks, PairsOf, Parts, SeenPrint, TestSet } from './leak-calls.ts'
import { makeFingerprints, pixelsOf } from './make-fingerprints.ts'
import { inTurn, seenFiles, testSource } from './test-sets.ts'
import type { TestSource } from './test-sets.ts'

/** One test set in one training set. */
interface Direction {
  train: PairsOf
  test: TestSource
  /** Of a split. */
  parts?: Parts
}

/**
 * What of a test set stands in a training set: writes each pair of copies as a line of JSON, and says
 * how many things of the test set have one; of a split for each two parts.
 *
 * @throws AppError `not-found`, `invalid-input`; an abort throws its reason
 */
export async function runLeakage(
  corpus: Corpus,
  input: LeakageInput,
  ctx: JobContext,
): Promise<Leaks[]> {
  const threshold = checkThreshold(input.kind, input.threshold)
  const directions = await directionsOf(corpus, input, ctx)
  const thread = startDuplicateThread(ctx.entries)
  const host = createPictureHost(ctx.entries.pictureHost)
  const { kind, model = null, text, colours } = input
  const out = resolve(input.out)
  const found: Leaks[] = []
  try {
    if (kind === 'perceptual') await makeFingerprints(corpus, thread, ctx)
    writeFileSync(out, '')
    for (const { train, test: source, parts } of directions) {
      const looked = await seenOf(source, train, kind === 'perceptual', thread, host, ctx)
      const { test, seen, unread } = looked
      ctx.signal.throwIfAborted()
      const { value } = await thread.call(
        'leaks',
        {
          ...{ train, test, seen, kind, threshold, model, text, colours, out },
          ...(parts ? { parts } : {}),
        },
        {
          ...{ signal: ctx.signal, graceMs: 0 },
          onEvent: (progress) => ctx.progress({ ...progress, unit: 'of the test set' }),
        },
      )
      const leftOut = [
        ...('leftOut' in source ? source.leftOut : []),
        ...(unread > 0 ? [{ reason: 'not-read', n: unread }] : []),
      ]
      const whole = {
        ...value,
        leftOut: [
          ...value.leftOut,
          ...leftOut.map(({ reason, n }) => ({ reason: `test set, ${reason}`, n })),
        ],
      }
      tell(whole, parts, ctx)
      found.push(whole)
    }
    return found
  } finally {
    await host.close()
    await thread.close()
  }
}

function tell(
  { train, test, found, lines, leftOut }: Leaks,
  parts: Parts | undefined,
  ctx: JobContext,
): void {
  const share = test === 0 ? '' : ` (${((100 * found) / test).toFixed(2)} %)`
  if (parts) {
    const of = `${parts.test} in ${parts.train}`
    ctx.result(`Of ${of}`, `${formatCount(found)} of ${formatCount(test)}${share}`)
    ctx.result(`Pairs listed, ${of}`, formatCount(lines))
    for (const { reason, n } of leftOut) ctx.result(`Left out, ${of}, ${reason}`, formatCount(n))
    return
  }
  ctx.result('Training set', formatCount(train))
  ctx.result('Test set', formatCount(test))
  ctx.result('Of it in the training set', `${formatCount(found)}${share}`)
  ctx.result('Pairs listed', formatCount(lines))
  for (const { reason, n } of leftOut) ctx.result(`Left out, ${reason}`, formatCount(n))
}

async function directionsOf(
  corpus: Corpus,
  input: LeakageInput,
  ctx: JobContext,
): Promise<Direction[]> {
  const { split } = input
  if (!split) {
    const train = { path: corpus.path, ids: pairIdsWhere(corpus.reader, input.where) }
    return [{ train, test: await testSource(corpus.path, input, ctx) }]
  }
  if (input.references !== undefined || input.testWhere !== undefined) {
    throw new AppError(
      'invalid-input',
      'A split holds its own test set.',
      'Leave either --split out, or --against and --test-where.',
    )
  }
  return splitDirections(corpus.path, input, split, ctx)
}

/** Later parts in earlier ones: test in train, validation in train, test in validation. */
async function splitDirections(
  path: string,
  input: LeakageInput,
  shares: NonNullable<LeakageInput['split']>,
  ctx: JobContext,
): Promise<Direction[]> {
  const db = openReader(path)
  try {
    const ids = pairIdsWhere(db, input.where)
    if (ids.length === 0) {
      throw new AppError('invalid-input', 'There is no pair to split.', 'Choose another filter.')
    }
    const partOf = await partsOf(db, ids, input.splitTexts, shares, {
      signal: ctx.signal,
      warn: (message) => ctx.warn(message),
    })
    const of = (part: string): PairsOf => ({
      path,
      ids: ids.filter((id) => partOf(id)?.part === part),
    })
    const [train, validation, test] = [of('train'), of('validation'), of('test')]
    for (const [name, { ids: some }] of [
      ['train', train],
      ['validation', validation],
      ['test', test],
    ] as const) {
      ctx.result(`Pairs of ${name}`, formatCount(some.length))
    }
    const all: Direction[] = [
      { train, test, parts: { test: 'test', train: 'train' } },
      { train, test: validation, parts: { test: 'validation', train: 'train' } },
      { train: validation, test, parts: { test: 'test', train: 'validation' } },
    ]
    const isEmpty = (set: TestSource): boolean => 'ids' in set && set.ids.length === 0
    const some = all.filter(({ train: a, test: b }) => !isEmpty(a) && !isEmpty(b))
    if (some.length > 0) return some
    throw new AppError(
      'invalid-input',
      'All pairs stand in one part of this split.',
      'Give other shares, or a filter that keeps pairs of more sites.',
    )
  } finally {
    db.close()
  }
}

/** What is looked at of the test set beforehand: what is of the corpus itself has its fingerprints. */
async function seenOf(
  source: TestSource,
  train: PairsOf,
  withPrints: boolean,
  thread: DuplicateThread,
  host: PictureHost,
  ctx: JobContext,
): Promise<{ test: TestSet; seen: SeenPrint[]; unread: number }> {
  if ('texts' in source) return { test: { texts: source.texts }, seen: [], unread: 0 }
  if ('files' in source) {
    const { pictures, ...rest } = await seenFiles(source.files, { thread, host }, withPrints, ctx)
    return { test: { pictures }, ...rest }
  }
  if (!withPrints || source.path === train.path) return { test: source, seen: [], unread: 0 }
  // Fingerprints of another corpus are made of its thumbnails' source and kept nowhere.
  const { value: pictures } = await thread.call('pictures', source)
  const seen = await inTurn(pictures, { thread, host }, ctx, async (picture) => {
    const looked = await pixelsOf(host, { path: blobPath(source.path, picture.sha256) })
    return looked.ok
      ? { ...picture, pixels: looked, reason: null }
      : { ...picture, pixels: null, reason: looked.reason }
  })
  return { test: source, seen, unread: 0 }
}

export const leakageJob = implementJob(
  leakage,
  async ({ corpus, input, context }) => void (await runLeakage(corpus, input, context)),
)
