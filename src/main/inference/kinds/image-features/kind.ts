import { readOnnxHeader } from '../../onnx/onnx-header.ts'
import { join } from 'node:path'
import { AppError } from '#shared/errors.ts'
import { defineModelKind } from '../define.ts'
import { askPictures } from '../pictures/ask-pictures.ts'
import type { PictureCalls } from '../pictures/ask-pictures.ts'
import { inferImageFeatures, looksLikeImageFeatures, TITLE } from './infer.ts'
import { KNOWN_FEATURES } from './known-models.ts'
import { describeFeatures, ImageFeaturesManifest } from './manifest.ts'
import type { LoadedImageFeatures } from './types.ts'
import { verifyImageFeatures } from './verify.ts'

/** Inception, DINOv2 and their like: a row of numbers for a picture, by which sets are compared. */
export const imageFeatures = defineModelKind<
  'image-features',
  ImageFeaturesManifest,
  LoadedImageFeatures,
  PictureCalls
>({
  kind: 'image-features',
  title: TITLE,
  howToGet:
    'tools/export-features makes the folder of one out of published weights; docs/measures.md says how.',
  manifest: ImageFeaturesManifest,
  claims: looksLikeImageFeatures,
  infer: inferImageFeatures,
  files: ({ graph }) => ({ graphs: [graph.file], others: [] }),
  behaviour: ({ kind, graph, dim, image }) => ({ kind, graph, dim, image }),
  facts: (manifest) => ({
    kind: 'image-features',
    dim: manifest?.dim ?? null,
    imageSize: manifest?.image.width ?? null,
    measure: manifest?.measure ?? null,
    preprocessing: manifest ? describeFeatures(manifest) : [],
  }),
  known: KNOWN_FEATURES,
  check(folder, { name, graph }) {
    const { inputs, outputs } = readOnnxHeader(join(folder, graph.file))
    const sides = [
      ['input', inputs, graph.pixels],
      ['output', outputs, graph.features],
    ] as const
    for (const [side, values, wanted] of sides) {
      if (values.some((value) => value.name === wanted)) continue
      const names = values.map((value) => value.name).join(', ')
      throw new AppError(
        'invalid-input',
        `The graph of ${name} has no ${side} "${wanted}" (it has ${names || 'none'}).`,
        'Correct gleaner.json.',
      )
    }
  },
  attach: (port) => ({
    model: port.model,
    device: port.device,
    passedOver: port.passedOver,
    encodeImages: (pictures) => askPictures(port, port.model.manifest.dim, pictures),
    release: () => port.release(),
  }),
  verify: verifyImageFeatures,
  quantisation: null,
})
