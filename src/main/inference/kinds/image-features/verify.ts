import { z } from 'zod'
import type { Device } from '#shared/contract/jobs.ts'
import { AppError } from '#shared/errors.ts'
import type { PictureSource } from '../../pictures/picture-source.ts'
import type { Check, OpensModels, VerifyReport } from '../define.ts'
import { stripes } from '../pictures/stripes.ts'
import { DEVICE_BOUND } from '../vectors.ts'
import {
  joinFloats,
  makersOf,
  noReference,
  readReference,
  REFERENCE_FILE,
  remark,
  verifyLoaded,
} from '../verify.ts'
import { describeFeatures } from './manifest.ts'
import type { ImageFeaturesModel, LoadedImageFeatures } from './types.ts'

/** See docs/models.md. */
const Reference = z.object({
  madeBy: z.record(z.string(), z.string()).default({}),
  bound: z.number().positive().max(0.1).default(1e-3),
  images: z.array(z.object({ png: z.base64(), features: z.array(z.number()) })).max(64),
})

/**
 * Runs a model on a device of this machine and compares its features with the reference beside it,
 * with the CPU where the device is another, and with itself one by one. A difference is
 * |a - b| / |b| of a row, the largest. Throws only when the device cannot be had.
 */
export function verifyImageFeatures(
  model: ImageFeaturesModel,
  device: Device,
  host: OpensModels,
): Promise<VerifyReport> {
  const words = describeFeatures(model.manifest).map(({ value }) => value)
  const first = [remark('preprocessing', words.join(', '))]
  return verifyLoaded(model, device, host, first, async (loaded, attempt) => {
    const { dim } = model.manifest
    const compare = (
      name: string,
      a: Float32Array,
      b: Float32Array,
      bound: number,
      note: string,
    ): Check => {
      const difference = relativeDifference(a, b, dim)
      return { name, ok: difference <= bound, difference, bound, note }
    }
    await attempt('reference', async () => {
      const reference = readReference(model.folder, Reference)
      if (reference === null) return noReference()
      const { images, madeBy } = reference
      if (images.some(({ features }) => features.length !== dim)) {
        throw new AppError('model', `${REFERENCE_FILE} holds features that are not ${dim} long`)
      }
      const sources = images.map(({ png }) => ({ base64: png }))
      const own = await featuresOf(loaded, sources)
      const wanted = Float32Array.from(images.flatMap(({ features }) => features))
      const bound =
        loaded.device === 'cpu' ? reference.bound : Math.max(reference.bound, DEVICE_BOUND)
      return compare('features against the reference', own, wanted, bound, makersOf(madeBy))
    })
    const pictures = [stripes(96, 64), stripes(50, 120), stripes(33, 33)]
    await attempt('one by one', async () => {
      const together = await featuresOf(loaded, pictures)
      const single: Float32Array[] = []
      for (const picture of pictures) single.push(await featuresOf(loaded, [picture]))
      const bound = loaded.device === 'cpu' ? 1e-3 : DEVICE_BOUND
      const note = 'pictures in a batch against each alone'
      return compare('one by one', together, joinFloats(single), bound, note)
    })
    if (loaded.device === 'cpu') return
    await attempt('against the CPU', async () => {
      const cpu = await host.open(model, 'cpu')
      try {
        const [there, here] = [await featuresOf(loaded, pictures), await featuresOf(cpu, pictures)]
        return compare('against the CPU', there, here, DEVICE_BOUND, loaded.device)
      } finally {
        await cpu.release()
      }
    })
  })
}

async function featuresOf(
  loaded: LoadedImageFeatures,
  sources: PictureSource[],
): Promise<Float32Array> {
  const { vectors, failures } = await loaded.encodeImages(sources)
  const [first] = failures.values()
  if (first !== undefined) throw new AppError('model', `a test picture was refused: ${first}`)
  return vectors
}

/** The largest |a - b| / |b| of a row. */
function relativeDifference(a: Float32Array, b: Float32Array, dim: number): number {
  let worst = 0
  for (let start = 0; start < b.length; start += dim) {
    let apart = 0
    let length = 0
    for (let i = start; i < start + dim; i++) {
      apart += ((a[i] as number) - (b[i] as number)) ** 2
      length += (b[i] as number) ** 2
    }
    worst = Math.max(worst, Math.sqrt(apart / Math.max(length, Number.MIN_VALUE)))
  }
  return worst
}
