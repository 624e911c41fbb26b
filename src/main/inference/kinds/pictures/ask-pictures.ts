import { AppError } from '#shared/errors.ts'
import { HelperCrash } from '../../../processes/crash.ts'
import type { PictureSource } from '../../pictures/picture-source.ts'
import type { AnyManifest, ModelPort } from '../define.ts'

/** What the host answers about pictures; rows come as the bytes: float32, all zero for a failure. */
export type PictureCalls = {
  images: {
    input: { pictures: PictureSource[] }
    value: { failures: { index: number; reason: string }[] }
  }
}

/** Said of a picture that ends the process even when it comes alone. */
const GUILTY = 'The picture ends the process that decodes it'

/**
 * Asks for the rows of pictures. Where the process dies of them each is asked for alone, and the
 * one that kills it is a failure.
 *
 * @param dim numbers in a row
 */
export async function askPictures(
  port: ModelPort<AnyManifest, PictureCalls>,
  dim: number,
  pictures: PictureSource[],
): Promise<{ vectors: Float32Array; failures: Map<number, string> }> {
  const { model, device } = port
  try {
    const { value, bytes } = await port.once('images', { pictures })
    const failures = new Map(value.failures.map(({ index, reason }) => [index, reason]))
    return { vectors: rowsOf(bytes, pictures.length, dim), failures }
  } catch (error) {
    if (!(error instanceof HelperCrash)) throw error
  }
  return port.alone(async () => {
    const vectors = new Float32Array(pictures.length * dim)
    const failures = new Map<number, string>()
    for (const [index, picture] of pictures.entries()) {
      try {
        const { value, bytes } = await port.bare('images', { pictures: [picture] })
        const failure = value.failures[0]
        if (failure) failures.set(index, failure.reason)
        else vectors.set(rowsOf(bytes, 1, dim), index * dim)
      } catch (error) {
        if (!(error instanceof HelperCrash)) throw error
        failures.set(index, GUILTY)
      }
    }
    // All of them: then it is the model or the device, and no picture is to blame.
    if (pictures.length > 1 && failures.size === pictures.length) {
      const reasons = new Set(failures.values())
      if (reasons.size === 1 && reasons.has(GUILTY)) {
        throw new AppError(
          'model',
          `${model.manifest.name} ends the inference process on ${device} with every picture`,
          {
            window: 'Use another device, such as the CPU, or fetch the model again.',
            command: 'Use another device, such as --device cpu, or fetch the model again.',
          },
        )
      }
    }
    return { vectors, failures }
  })
}

/** @throws AppError `internal` for bytes of another length */
export function rowsOf(bytes: Uint8Array, rows: number, dim: number): Float32Array {
  if (bytes.byteLength !== rows * dim * 4) {
    throw new AppError('internal', 'The inference process sent vectors of the wrong length')
  }
  return new Float32Array(new Uint8Array(bytes).buffer)
}
