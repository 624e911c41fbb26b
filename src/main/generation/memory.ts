import type { DiffusionManifest } from '../inference/kinds/diffusion/manifest.ts'

/**
 * About what making a picture takes beside the program, bytes: the weights, and the larger of two
 * rooms to work in. An estimate for exports that keep whole matrices of attention: of the network 8
 * heads over the latents' places, squared, in float32, for each text at once (XL begins at a sixteenth
 * of the places); of the decoder 1.5 kB a pixel, and one head over all places.
 */
export function memoryOf(
  { family, latents }: Pick<DiffusionManifest, 'family' | 'latents'>,
  weights: number,
  picture: { width: number; height: number; texts: number },
): { weights: number; network: number; decoder: number; total: number } {
  const area = (picture.width / latents.scale) * (picture.height / latents.scale)
  const places = family === 'sdxl' ? area / 4 : area
  const heads = family === 'sdxl' ? 10 : 8
  const network = picture.texts * heads * places ** 2 * 4
  const decoder = picture.width * picture.height * 1536 + area ** 2 * 4
  return { weights, network, decoder, total: weights + Math.max(network, decoder) }
}
