import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { basename, dirname, join, parse } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { z } from 'zod'
import type { QuantizeInput } from '#shared/contract/jobs.ts'
import { AppError } from '#shared/errors.ts'
import { readSmall } from '../../files/read-small.ts'
import { createInferenceHost, type InferenceHost } from '../../inference/host/client.ts'
import type {
  AnyManifest,
  Comparison,
  ResolvedModel,
  Sample,
} from '../../inference/kinds/define.ts'
import { DerivedFrom, MANIFEST_FILE } from '../../inference/kinds/manifest.ts'
import { addModelFolder, resolveAnyModel, resolveFolder } from '../../inference/models/registry.ts'
import type { ModelsFolders } from '../../inference/models/types.ts'
import { DEVICE_BOUND } from '../../inference/kinds/vectors.ts'
import { writeQuantized } from '../../inference/tasks/quantize.ts'
import { blobPath } from '../../store/blobs.ts'
import { openReader } from '../../store/open.ts'
import { checkSample } from '../../store/repositories/check-sample.ts'
import type { JobContext } from '../run/job.ts'
import { isAlive } from '../../processes/alive.ts'
import { quantize } from '#shared/contract/jobs/quantize.ts'
import { implementJob } from '../run/implement.ts'

/** Pictures that the two models are compared on, and different texts. */
const MOST_PICTURES = 200
const MOST_TEXTS = 200

const PICTURE = /\.(jpe?g|png|webp|gif|tiff?|avif)$/i

/** Where there are pictures and no words. */
const TEXTS = [
  'a photo of a cat',
  'a drawing of two red circles beside a blue square',
  'map of the city centre, 1850',
  'portrait of a woman reading a newspaper in a crowded cafe',
  'logo',
  'the old stone bridge over the river in winter, covered with snow',
  'a bowl of fresh fruit: apples, oranges, pears and grapes',
  'IMG_20190304_121212.jpg',
]

export interface Quantized<M extends AnyManifest, L> {
  model: ResolvedModel<M, L>
  /** Matrices that are 8-bit now. */
  matrices: number
  bytesBefore: number
  bytesAfter: number
  comparison: Comparison
  bound: number
}

/**
 * `quantizeModel` as a job. Nothing is left of it where it is canceled; after a kill it begins anew,
 * and removes what the earlier run left. Throws as `quantizeModel` does.
 */
export async function runQuantize(
  folders: ModelsFolders,
  model: ResolvedModel,
  input: QuantizeInput,
  ctx: JobContext,
  { goesOn = false } = {},
): Promise<void> {
  const host = createInferenceHost(ctx.entries.inferenceHost, { signal: ctx.signal })
  try {
    const made = await quantizeModel(folders, model, { ...input, goesOn }, host, ctx)
    const { unreadable, largest, rms } = made.comparison
    const mega = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`
    ctx.result('Model', made.model.id)
    ctx.result('Matrices in int8', String(made.matrices))
    ctx.result('Size', `${mega(made.bytesAfter)}, before ${mega(made.bytesBefore)}`)
    ctx.result(
      'Checked on',
      `${wordsOf(made.comparison)}${unreadable > 0 ? `, ${unreadable} pictures unreadable` : ''}`,
    )
    ctx.result(
      'Largest difference of a cosine',
      `${largest.toExponential(1)}, ${made.bound} is allowed; root mean square ${rms.toExponential(1)}`,
    )
    ctx.result('Folder', made.model.folder)
  } finally {
    await host.close()
  }
}

/** "200 pictures with 150 texts", or texts alone. */
function wordsOf({ pictures, texts }: Comparison): string {
  return pictures > 0 ? `${pictures} pictures with ${texts} texts` : `${texts} texts`
}

/**
 * Makes an 8-bit twin of a model and compares both on one's own pictures and texts before anyone can
 * use it: where a cosine is off by more than `bound`, nothing is kept (`refused`). Throws
 * `unsupported` for a kind of model that nothing can judge so.
 *
 * @param check a corpus, or a folder of pictures (a text file of the same name is its caption)
 * @param out folder of the new model; without it one beside the program's other data
 * @param ctx of the job that it is; an abort throws its reason
 */
export async function quantizeModel<M extends AnyManifest, L>(
  folders: ModelsFolders,
  model: ResolvedModel<M, L>,
  options: {
    check: string
    out?: string | undefined
    bound?: number | undefined
    /** A run before may have been killed after its twin was whole: that one is replaced. */
    goesOn?: boolean
  },
  host: InferenceHost,
  ctx?: Pick<JobContext, 'signal' | 'progress'>,
): Promise<Quantized<M, L>> {
  const { kind } = model
  const { quantisation } = kind
  if (quantisation === null) {
    throw new AppError(
      'unsupported',
      `${model.manifest.name} is ${kind.title}; nothing is defined that would judge an int8 twin of one`,
      'Use it as it is.',
    )
  }
  const bound = options.bound ?? DEVICE_BOUND
  const name = `${model.id.replaceAll('/', '--')}-int8`
  const out = options.out ?? join(folders.user, 'quantised', name)
  const isOwn = (): boolean => options.goesOn === true && derivedFrom(out)?.digest === model.digest
  if (existsSync(out) && !isOwn()) {
    throw new AppError('conflict', `${out} exists already`, {
      window: 'Remove it.',
      command: 'Remove it, or choose another folder with --out.',
    })
  }
  const sample = sampleOf(options.check, quantisation.needsPictures)
  const draft = `${out}.${process.pid}.part`
  mkdirSync(dirname(out), { recursive: true })
  removeDrafts(out)
  try {
    const { matrices } = await writeQuantized(model, draft, async (done, total) => {
      ctx?.progress({ done, total, unit: 'matrices', note: 'turning into int8' })
      // It is work of this very thread: others get their turn between two matrices.
      await setImmediate()
      ctx?.signal.throwIfAborted()
    })
    const made = await resolveFolder(folders, kind, draft)
    const unit = quantisation.needsPictures ? 'pictures' : 'texts'
    const comparison = await quantisation.compare(host, model, made, sample, (done, total) => {
      ctx?.progress({ done, total, unit, note: 'comparing with fp32, device cpu' })
      ctx?.signal.throwIfAborted()
    })
    if (!(comparison.largest <= bound)) {
      throw new AppError(
        'refused',
        `The int8 twin of ${model.manifest.name} is off by up to ${comparison.largest.toPrecision(2)} in cosine (${wordsOf(comparison)}), ${bound} is allowed; it was not kept`,
        {
          window: 'Use the fp32 model.',
          command: 'Use the fp32 model, or allow more with --bound.',
        },
      )
    }
    if (isOwn()) rmSync(out, { recursive: true })
    renameSync(draft, out)
    await addModelFolder(folders, out)
    return {
      model: await resolveFolder(folders, kind, out),
      matrices,
      bytesBefore: model.info.bytes ?? 0,
      bytesAfter: made.info.bytes ?? 0,
      comparison,
      bound,
    }
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
}

/** Of which model a folder holds a twin; null where it is none. */
function derivedFrom(folder: string): { digest: string } | null {
  try {
    const json = readSmall(join(folder, MANIFEST_FILE), 'manifest')
    return z.object({ derivedFrom: DerivedFrom }).parse(JSON.parse(json)).derivedFrom
  } catch {
    return null
  }
}

/** What runs that were killed left; those of processes that live are theirs. */
function removeDrafts(out: string): void {
  for (const name of readdirSync(dirname(out))) {
    if (!name.startsWith(`${basename(out)}.`)) continue
    const pid = /\.(\d+)\.part$/.exec(name)?.[1]
    if (pid === undefined || (Number(pid) !== process.pid && isAlive(Number(pid)))) continue
    rmSync(join(dirname(out), name), { recursive: true, force: true })
  }
}

function sampleOf(check: string, needsPictures: boolean): Sample {
  if (!existsSync(check) || !statSync(check).isDirectory()) {
    throw new AppError('not-found', `There is no corpus or folder ${check}`)
  }
  const { pictures, texts } = existsSync(join(check, 'corpus.db'))
    ? sampleOfCorpus(check)
    : sampleOfFolder(check)
  if (needsPictures && pictures.length === 0) {
    throw new AppError(
      'invalid-input',
      `There are no pictures in ${check}`,
      'Give a corpus that has pictures, or a folder of them.',
    )
  }
  const words = [...new Set(texts.filter((text) => text !== ''))].slice(0, MOST_TEXTS)
  return { pictures, texts: words.length > 0 ? words : TEXTS }
}

function sampleOfCorpus(path: string): Sample {
  const reader = openReader(path)
  try {
    const rows = checkSample(reader, { limit: MOST_PICTURES })
    return {
      pictures: rows.map(({ sha256 }) => ({ path: blobPath(path, sha256) })),
      texts: rows.map(({ text }) => text),
    }
  } finally {
    reader.close()
  }
}

function sampleOfFolder(folder: string): Sample {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => PICTURE.test(name))
    .sort()
  // Evenly over the folder, not its beginning.
  const step = Math.max(1, files.length / MOST_PICTURES)
  const chosen = Array.from({ length: Math.min(files.length, MOST_PICTURES) }, (_, i) =>
    join(folder, files[Math.floor(i * step)] as string),
  )
  const texts = chosen.map((path) => {
    const { dir, name } = parse(path)
    const caption = join(dir, `${name}.txt`)
    return existsSync(caption) ? readFileSync(caption, 'utf8').trim().slice(0, 10_000) : ''
  })
  return { pictures: chosen.map((path) => ({ path })), texts }
}

export const quantizeJob = implementJob(quantize, async ({ input, context, machine, goesOn }) => {
  const model = await resolveAnyModel(machine.folders, input.id)
  await runQuantize(machine.folders, model, input, context, { goesOn })
  machine.modelsChanged()
})
