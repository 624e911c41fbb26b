import { z } from 'zod'
import type { Device } from '#shared/contract/jobs.ts'
import { AppError } from '#shared/errors.ts'
import { DEVICE_BOUND, largestChange, normaliseRows } from '../vectors.ts'
import { stripes } from '../pictures/stripes.ts'
import type { Check, OpensModels, VerifyReport } from '../define.ts'
import type { PictureSource } from '../../pictures/picture-source.ts'
import {
  type Attempt,
  joinFloats,
  makersOf,
  noReference,
  readReference,
  REFERENCE_FILE,
  remark,
  tokenizerRemark,
  verifyLoaded,
} from '../verify.ts'
import type { LoadedPictureText, PictureTextModel } from './types.ts'

/** See docs/models.md. */
const Reference = z.object({
  madeBy: z.record(z.string(), z.string()).default({}),
  bound: z.number().positive().max(0.1).default(1e-4),
  images: z
    .array(z.object({ png: z.base64(), embedding: z.array(z.number()) }))
    .max(64)
    .default([]),
  texts: z
    .array(
      z.object({
        text: z.string(),
        ids: z.array(z.number().int()).optional(),
        embedding: z.array(z.number()),
      }),
    )
    .max(256)
    .default([]),
})
type Reference = z.infer<typeof Reference>

const TEXTS = [
  'a',
  'a photo of a cat',
  "a drawing of two red circles beside a blue square, on a white background, by someone's child",
  'map',
  'the old stone bridge over the river in winter',
]

/**
 * Runs a model on a device of this machine and compares it with the reference vectors beside it,
 * with the CPU where the device is another, with itself batch by batch, and cut texts with fully
 * padded ones. A difference is the most that any cosine with the vectors at hand changes. Throws
 * only when the device cannot be had.
 */
export async function verifyPictureText(
  model: PictureTextModel,
  device: Device,
  host: OpensModels,
): Promise<VerifyReport> {
  const { image, text } = model.manifest
  const preprocessing = remark(
    'preprocessing',
    [
      `${image.width} x ${image.height}`,
      `${image.resize.filter} (${image.resize.mode})`,
      `crop as ${image.crop}`,
      image.orientation === 'ignore' ? 'camera orientation ignored' : 'camera orientation applied',
      image.alpha === 'drop' ? 'transparency dropped' : `transparency laid on ${image.alpha}`,
      `texts up to ${text.contextLength} tokens, cleaning: ${text.clean}`,
    ].join(', '),
  )
  const first = [preprocessing, tokenizerRemark()]
  return verifyLoaded(model, device, host, first, (loaded, attempt) =>
    checkLoaded(model, loaded, host, attempt),
  )
}

async function checkLoaded(
  model: PictureTextModel,
  loaded: LoadedPictureText,
  host: OpensModels,
  attempt: Attempt,
): Promise<void> {
  const dim = model.manifest.embeddingDim
  const isExact = loaded.device === 'cpu' && model.manifest.dtype === 'fp32'
  const pictures = [stripes(96, 64), stripes(50, 120), stripes(33, 33)]
  const compare = (
    name: string,
    a: Float32Array,
    b: Float32Array,
    bound: number,
    note: string,
    anchors: Float32Array[] = [],
  ): Check => {
    const difference = largestChange(a, b, dim, anchors)
    return { name, ok: difference <= bound, difference, bound, note }
  }

  await attempt('reference', async () => {
    const reference = readReference(model.folder, Reference)
    if (reference === null) return noReference()
    checkLengths(reference, dim)
    const bound = isExact ? reference.bound : Math.max(reference.bound, DEVICE_BOUND)
    const made = makersOf(reference.madeBy)
    const wantedImages = flat(reference.images, dim)
    const wantedTexts = flat(reference.texts, dim)
    const withIds = reference.texts.filter((text) => text.ids)
    await attempt('token ids', async () => {
      if (withIds.length === 0) return null
      const ids = await loaded.ids(withIds.map(({ text }) => text))
      const wrong = withIds.filter((text, i) => text.ids?.join() !== ids[i]?.join())
      const note =
        wrong[0] === undefined ? `${withIds.length} texts` : `differ for "${wrong[0].text}"`
      return { name: 'token ids', ok: wrong.length === 0, difference: wrong.length, bound: 0, note }
    })
    await attempt('pictures against the reference', async () => {
      if (reference.images.length === 0) return null
      const sources = reference.images.map(({ png }) => ({ base64: png }))
      const vectors = await picturesOf(loaded, sources)
      return compare('pictures against the reference', vectors, wantedImages, bound, made, [
        wantedTexts,
      ])
    })
    await attempt('texts against the reference', async () => {
      if (reference.texts.length === 0) return null
      const vectors = await loaded.encodeTexts(reference.texts.map(({ text }) => text))
      return compare('texts against the reference', vectors, wantedTexts, bound, made, [
        wantedImages,
      ])
    })
    return null
  })

  const own = isExact ? 1e-4 : DEVICE_BOUND
  await attempt('one by one', async () => {
    const together = await picturesOf(loaded, pictures)
    const single: Float32Array[] = []
    for (const picture of pictures) single.push(await picturesOf(loaded, [picture]))
    const note = 'pictures in a batch against each alone'
    return compare('one by one', together, joinFloats(single), own, note)
  })
  await attempt('cut texts', async () => {
    if (model.manifest.text.padding !== 'longest') return null
    // Each alone, so that each is cut at its own end.
    const cut: Float32Array[] = []
    for (const text of TEXTS) cut.push(await loaded.encodeTexts([text]))
    const full = await loaded.encodeTexts(TEXTS, true)
    const note = `texts cut at their end against all padded to ${model.manifest.text.contextLength}`
    return compare('cut texts', joinFloats(cut), full, own, note)
  })
  if (loaded.device !== 'cpu') {
    await attempt('against the CPU', async () => {
      const cpu = await host.open(model, 'cpu')
      try {
        const there = joinFloats([
          await picturesOf(loaded, pictures),
          await loaded.encodeTexts(TEXTS),
        ])
        const here = joinFloats([await picturesOf(cpu, pictures), await cpu.encodeTexts(TEXTS)])
        return compare('against the CPU', there, here, DEVICE_BOUND, loaded.device)
      } finally {
        await cpu.release()
      }
    })
  }
}

function checkLengths({ images, texts }: Reference, dim: number): void {
  if ([...images, ...texts].some(({ embedding }) => embedding.length !== dim)) {
    throw new AppError('model', `${REFERENCE_FILE} holds vectors that are not ${dim} long`)
  }
}

async function picturesOf(
  loaded: LoadedPictureText,
  sources: PictureSource[],
): Promise<Float32Array> {
  const { vectors, failures } = await loaded.encodeImages(sources)
  const [first] = failures.values()
  if (first !== undefined) throw new AppError('model', `a test picture was refused: ${first}`)
  return vectors
}

/** In one array, brought to unit length whatever was written. */
function flat(rows: { embedding: number[] }[], dim: number): Float32Array {
  const vectors = Float32Array.from(rows.flatMap(({ embedding }) => embedding))
  if (!normaliseRows(vectors, dim))
    throw new AppError('model', `${REFERENCE_FILE} holds a zero vector`)
  return vectors
}
