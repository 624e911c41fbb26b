import { z } from 'zod'
import type { Device } from '#shared/contract/jobs.ts'
import { AppError } from '#shared/errors.ts'
import type { PictureSource } from '../../pictures/picture-source.ts'
import type { Check, OpensModels, VerifyReport } from '../define.ts'
import { stripes } from '../pictures/stripes.ts'
import { DEVICE_BOUND } from '../vectors.ts'
import { makersOf, noReference, readReference, remark, verifyLoaded } from '../verify.ts'
import { describeTextDetection } from './manifest.ts'
import type { LoadedTextDetection, PictureText, TextDetectionModel } from './types.ts'

/** See docs/models.md. */
const Reference = z.object({
  madeBy: z.record(z.string(), z.string()).default({}),
  /** How far a share may be off. */
  bound: z.number().positive().max(0.2).default(0.02),
  images: z
    .array(
      z.object({
        png: z.base64(),
        share: z.number(),
        /** What is read, in reading order; left out where nothing reads. */
        texts: z.array(z.string()).optional(),
      }),
    )
    .max(64),
})

/**
 * Runs a model on a device of this machine and compares what it finds and reads with the reference
 * beside it, and with the CPU where the device is another. Differences are of shares of a picture's
 * area. Throws only when the device cannot be had.
 */
export function verifyTextDetection(
  model: TextDetectionModel,
  device: Device,
  host: OpensModels,
): Promise<VerifyReport> {
  const words = describeTextDetection(model.manifest).map(({ value }) => value)
  const first = [remark('preprocessing', words.join('; '))]
  return verifyLoaded(model, device, host, first, async (loaded, attempt) => {
    await attempt('reference', async () => {
      const reference = readReference(model.folder, Reference)
      if (reference === null) return noReference()
      const found = await allOf(
        loaded,
        reference.images.map(({ png }) => ({ base64: png })),
      )
      const wrong = reference.images.flatMap(({ texts }, i) => misread(texts, found[i]))
      const difference = largest(
        reference.images.map(({ share }, i) => share - (found[i]?.share ?? 0)),
      )
      const ok = difference <= reference.bound && wrong.length === 0
      const note = wrong[0] ?? makersOf(reference.madeBy)
      return { name: 'text of the reference', ok, difference, bound: reference.bound, note }
    })
    if (loaded.device === 'cpu') return
    await attempt('against the CPU', () => againstCpu(model, loaded, host))
  })
}

async function againstCpu(
  model: TextDetectionModel,
  loaded: LoadedTextDetection,
  host: OpensModels,
): Promise<Check> {
  const pictures = [stripes(96, 64), stripes(50, 120), stripes(300, 200)]
  const cpu = await host.open(model, 'cpu')
  try {
    const [there, here] = [await allOf(loaded, pictures), await allOf(cpu, pictures)]
    const difference = largest(there.map(({ share }, i) => share - (here[i]?.share ?? 0)))
    const bound = DEVICE_BOUND
    const ok = difference <= bound
    return { name: 'against the CPU', ok, difference, bound, note: loaded.device }
  } finally {
    await cpu.release()
  }
}

async function allOf(
  loaded: LoadedTextDetection,
  pictures: PictureSource[],
): Promise<PictureText[]> {
  return (await loaded.findText(pictures)).map((found) => {
    if ('share' in found) return found
    throw new AppError('model', `a test picture was refused: ${found.reason}`)
  })
}

function misread(wanted: string[] | undefined, found: PictureText | undefined): string[] {
  if (!wanted) return []
  const read = (found?.lines ?? []).map(({ text }) => text ?? '')
  const same = read.length === wanted.length && read.every((text, i) => text === wanted[i])
  return same ? [] : [`"${wanted.join(' / ')}" was read as "${read.join(' / ')}"`]
}

const largest = (differences: number[]): number => Math.max(0, ...differences.map(Math.abs))
