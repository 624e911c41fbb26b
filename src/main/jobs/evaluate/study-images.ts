import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { AppError } from '#shared/errors.ts'
import { formatCount } from '#shared/format.ts'
import { studyImages, type StudyImagesInput } from '#shared/contract/jobs/study-images.ts'
import type { ImageOrigin } from '#shared/contract/studies.ts'
import { sha256Of, sha256OfFile } from '../../files/digest.ts'
import type { Generation } from '../../evaluation/generated/generation.ts'
import type { ImagePlan, Tie } from '../../evaluation/generated/image-plan.ts'
import { createTie, planImages } from '../../evaluation/generated/plan-images.ts'
import { createPictureHost, type PictureHost } from '../../images/host-client.ts'
import { flushBlobs, putBlob } from '../../store/blobs.ts'
import type { Corpus } from '../../store/open.ts'
import {
  clearLeftOut,
  filesTaken,
  insertImages,
  putModel,
  requireDraft,
  studyById,
  studyOf,
  studyProblems,
  studyPrompts,
  type NewImage,
} from '../../store/repositories/studies.ts'
import { putThumbs } from '../../store/repositories/thumbs.ts'
import { implementJob } from '../run/implement.ts'
import type { JobContext } from '../run/job.ts'
import { createDocumentReader } from './document-calls.ts'
import type { DocumentReader } from './document-calls.ts'
import { generationsOf } from './generations.ts'
import { findImages } from './image-source.ts'
import type { ImageSource } from './image-source.ts'

/** Pictures that are committed together. */
const BATCH = 32

interface LeftOut {
  file: string
  reason: string
  detail: string | null
}

interface TakenIn {
  /** Ids: names may change meanwhile. */
  study: number
  model: number
  added: number
  plan: ImagePlan
  leftOut: number
  /** How files found their prompts, in words. */
  said: string
}

/**
 * Takes the pictures of one model into a draft: each file is tied to a prompt by its name, a manifest
 * or its own words, or is listed with its reason. The bytes are kept as they are. A killed run goes
 * on with what is not there yet.
 * @throws AppError `conflict` (frozen), `not-found`, `invalid-input`, ...
 */
export async function takeInImages(
  corpus: Corpus,
  input: Omit<StudyImagesInput, 'corpus'>,
  ctx: Pick<JobContext, 'signal' | 'progress' | 'changed' | 'entries' | 'warn'>,
): Promise<TakenIn> {
  const { writer } = corpus
  const study = studyOf(writer, input.study)
  requireDraft(study)
  const prompts = studyPrompts(writer, study)
  const reader = createDocumentReader(ctx.entries.documentReader)
  const host = createPictureHost(ctx.entries.pictureHost)
  try {
    const source = await findImages(
      resolve(input.source),
      prompts,
      input.pattern,
      reader,
      ctx.signal,
    )
    const model = putModel(writer, study, { name: input.model, version: input.version })
    const { plan, words } = await tieAll(source, prompts, host, reader, ctx)
    const leftOut: LeftOut[] = [
      ...[...source.leftOut, ...plan.unmatched].map(({ name, reason }) => ({
        file: name,
        reason,
        detail: null,
      })),
      ...plan.doubles.map(({ name, sameAs }) => ({
        file: name,
        reason: 'double',
        detail: `the same picture of the same prompt as ${sameAs}`,
      })),
    ]
    const taken = filesTaken(writer, model)
    const open = plan.images.filter(({ name }) => !taken.has(name))
    leftOut.push(...(await changedFiles(plan.images, taken)))
    clearLeftOut(writer, model)
    insertImages(
      writer,
      study,
      [],
      leftOut.map((one) => ({ model, ...one })),
    )
    let added = 0
    let bad = 0
    for (let from = 0; from < open.length; from += BATCH) {
      ctx.signal.throwIfAborted()
      const part = open.slice(from, from + BATCH)
      const read = await Promise.all(part.map((image) => readOne(corpus, image.path, host)))
      const images: NewImage[] = []
      const refused: LeftOut[] = []
      const thumbs: Parameters<typeof putThumbs>[1][number][] = []
      part.forEach((image, i) => {
        const one = read[i] as Read
        if (!one.ok) {
          refused.push({ file: image.name, reason: one.reason, detail: one.detail })
          return
        }
        images.push({
          model,
          prompt: (prompts[image.prompt] as (typeof prompts)[number]).id,
          take: image.take,
          sha256: one.sha256,
          mime: one.mime,
          width: one.width,
          height: one.height,
          seed: image.seed,
          origin: originOf(image, words.get(image.path) ?? null),
        })
        thumbs.push({ sha256: one.sha256, thumb: one.thumb })
      })
      await flushBlobs(
        corpus.path,
        images.map(({ sha256 }) => sha256),
      )
      putThumbs(corpus.thumbs, thumbs)
      const addedNow = insertImages(
        writer,
        study,
        images,
        refused.map((one) => ({ model, ...one })),
      )
      added += addedNow
      bad += refused.length + images.length - addedNow
      ctx.progress({
        done: plan.images.length - open.length + from + part.length,
        total: plan.images.length,
        unit: 'pictures',
        note: '',
      })
      ctx.changed(['studies'])
    }
    return { study: study.id, model, added, plan, leftOut: leftOut.length + bad, said: source.said }
  } finally {
    await Promise.all([host.close(), reader.close()])
  }
}

/** Reads what each picture says of itself, a few at a time, and ties it to its prompt. */
async function tieAll(
  source: ImageSource,
  prompts: ReturnType<typeof studyPrompts>,
  host: PictureHost,
  reader: DocumentReader,
  ctx: Pick<JobContext, 'signal' | 'progress'>,
): Promise<{ plan: ImagePlan; words: Map<string, Generation> }> {
  const tie = createTie(prompts, source.how)
  const ties: Tie[] = []
  const words = new Map<string, Generation>()
  const width = host.parallel * 2
  for (let from = 0; from < source.files.length; from += width) {
    ctx.signal.throwIfAborted()
    const part = source.files.slice(from, from + width)
    const said = await Promise.all(part.map(({ path }) => host.metadata({ path })))
    const readable = part.flatMap((file, i) => {
      const found = said[i] as (typeof said)[number]
      return found.ok ? [{ file, metadata: found.metadata }] : []
    })
    const made = await generationsOf(readable, reader, ctx.signal)
    for (const file of part) {
      const generation = made.get(file) ?? null
      if (generation) words.set(file.path, generation)
      ties.push(tie(file, generation))
    }
    ctx.progress({
      done: ties.length,
      total: source.files.length,
      unit: 'pictures',
      note: 'reading how they were made',
    })
  }
  return { plan: planImages(prompts, ties), words }
}

/** Files whose name is that of one that was taken in before, and whose bytes are not. */
async function changedFiles(
  images: ImagePlan['images'],
  taken: ReadonlyMap<string, string>,
): Promise<LeftOut[]> {
  const changed: LeftOut[] = []
  for (const { name, path } of images) {
    const before = taken.get(name)
    if (before === undefined) continue
    // One that cannot be read any more is in the corpus already.
    const now = await sha256OfFile(path).catch(() => before)
    if (now === before) continue
    const detail = 'another picture was taken in under this name before; remove the model first'
    changed.push({ file: name, reason: 'name-taken', detail })
  }
  return changed
}

type Read =
  | {
      ok: true
      sha256: string
      mime: string
      width: number
      height: number
      thumb: { width: number; height: number; mime: string; bytes: Uint8Array }
    }
  | { ok: false; reason: string; detail: string }

async function readOne(corpus: Corpus, path: string, host: PictureHost): Promise<Read> {
  const decoded = await host.decode({ path })
  if (!decoded.ok) return decoded
  const { info, thumbnail } = decoded
  const bytes = await readFile(path)
  const sha256 = putBlob(corpus.path, bytes, sha256Of(bytes))
  return {
    ok: true,
    sha256,
    mime: info.mime,
    width: info.width,
    height: info.height,
    thumb: {
      width: thumbnail.width,
      height: thumbnail.height,
      mime: 'image/webp',
      bytes: thumbnail.webp,
    },
  }
}

function originOf(image: ImagePlan['images'][number], own: Generation | null): ImageOrigin {
  const { settings } = image
  return {
    file: image.name,
    program: settings.program,
    prompt: own?.prompt ?? null,
    negativePrompt: settings.negativePrompt,
    seed: image.seed,
    steps: settings.steps,
    guidance: settings.guidance,
    sampler: settings.sampler,
    model: settings.model,
    guessed: image.guessed,
    matchedBy:
      image.disagrees.length === 0
        ? image.by
        : `${image.by}; the picture's own ${image.disagrees.join(' and ')} differs`,
    raw: own === null || own.raw === '' ? null : own.raw,
  }
}

export const studyImagesJob = implementJob(studyImages, async ({ corpus, input, context }) => {
  const taken = await takeInImages(corpus, input, context)
  const { added, plan, leftOut, said } = taken
  context.changed(['studies'])
  const study = studyById(corpus.writer, taken.study)
  const { missing, leftOut: listed } = studyProblems(corpus.writer, study)
  const mine = listed.filter(({ model }) => model === input.model)
  const images = filesTaken(corpus.writer, taken.model).size
  if (images === 0) {
    const reasons = [...Map.groupBy(mine, ({ reason }) => reason)]
      .sort(([, a], [, b]) => b.length - a.length)
      .slice(0, 3)
      .map(([reason, those]) => `${reason.slice(0, 60)}: ${those.length}`)
    throw new AppError(
      'invalid-input',
      `No picture of ${input.model} was taken in from ${input.source}${reasons.length === 0 ? ': there is none' : ` (${reasons.join('; ')})`}.`,
      {
        window:
          'See the tab Images for each file, or give a pattern that says how names say the prompt.',
        command: 'gleaner study problems lists each file; --pattern says how names say the prompt.',
      },
    )
  }
  context.result('Pictures', `${added} added, tied to their prompts by ${said}`)
  const open = missing.filter(({ model }) => model === input.model).length
  if (open > 0) context.warn(`${counted(open, 'prompt')} without a picture of ${input.model}.`)
  if (leftOut > 0) {
    context.warn(`${counted(leftOut, 'file')} not taken in; the study lists each with its reason.`)
  }
  const differ = plan.images.filter(({ disagrees }) => disagrees.includes('prompt')).length
  if (differ > 0) {
    context.warn(
      `${counted(differ, 'picture')} made from another prompt than the one in the study, by the words in the file.`,
    )
  }
})

/** `1 file`, `1,204 files`. */
function counted(n: number, one: string): string {
  return `${formatCount(n)} ${n === 1 ? one : `${one}s`}`
}
