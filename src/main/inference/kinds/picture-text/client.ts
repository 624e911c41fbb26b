import type { ModelPort } from '../define.ts'
import { askPictures, rowsOf } from '../pictures/ask-pictures.ts'
import type { PictureTextManifest } from './manifest.ts'
import type { LoadedPictureText, PictureTextCalls } from './types.ts'

/** What the engine holds of a loaded picture-text model. */
export function attachPictureText(
  port: ModelPort<PictureTextManifest, PictureTextCalls>,
): LoadedPictureText {
  const { model, device, passedOver } = port
  const dim = model.manifest.embeddingDim
  const floats = (bytes: Uint8Array, rows: number): Float32Array => rowsOf(bytes, rows, dim)
  return {
    model,
    device,
    passedOver,
    encodeImages: (pictures) => askPictures(port, dim, pictures),
    async encodeTexts(texts, full = false) {
      return floats((await port.call('texts', { texts, full })).bytes, texts.length)
    },
    async ids(texts) {
      return (await port.call('ids', { texts })).value.ids
    },
    release: () => port.release(),
  }
}
