import { AppError } from '#shared/errors.ts'
import type { ModelPort } from '../define.ts'
import { HelperCrash } from '../../../processes/crash.ts'
import type { PictureTextManifest } from './manifest.ts'
import type { LoadedPictureText, PictureTextCalls } from './types.ts'

/** Said of a picture that ends the process even when it comes alone. */
const GUILTY = 'The picture ends the process that decodes it'

/** What the engine holds of a loaded picture-text model. */
export function attachPictureText(
  port: ModelPort<PictureTextManifest, PictureTextCalls>,
): LoadedPictureText {
  const { model, device, passedOver } = port
  const dim = model.manifest.embeddingDim
  const floats = (bytes: Uint8Array, rows: number): Float32Array => {
    if (bytes.byteLength !== rows * dim * 4) {
      throw new AppError('internal', 'The inference process sent vectors of the wrong length')
    }
    return new Float32Array(new Uint8Array(bytes).buffer)
  }
  return {
    model,
    device,
    passedOver,
    async encodeImages(pictures) {
      try {
        const { value, bytes } = await port.once('images', { pictures })
        const failures = new Map(value.failures.map(({ index, reason }) => [index, reason]))
        return { vectors: floats(bytes, pictures.length), failures }
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
            else vectors.set(floats(bytes, 1), index * dim)
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
    },
    async encodeTexts(texts, full = false) {
      return floats((await port.call('texts', { texts, full })).bytes, texts.length)
    },
    async ids(texts) {
      return (await port.call('ids', { texts })).value.ids
    },
    release: () => port.release(),
  }
}
