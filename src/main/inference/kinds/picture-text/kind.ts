import { defineModelKind } from '../define.ts'
import { attachPictureText } from './client.ts'
import { comparePictureText } from './compare.ts'
import { inferPictureText, looksLikePictureText, TITLE } from './infer.ts'
import { KNOWN_PICTURE_TEXT } from './known-models.ts'
import { describePreprocessing, graphFiles, PictureTextManifest } from './manifest.ts'
import type { LoadedPictureText, PictureTextCalls } from './types.ts'
import { verifyPictureText } from './verify.ts'

/** CLIP, SigLIP and their like: one vector for a picture, one for a text, a cosine between them. */
export const pictureText = defineModelKind<
  'picture-text',
  PictureTextManifest,
  LoadedPictureText,
  PictureTextCalls
>({
  kind: 'picture-text',
  title: TITLE,
  howToGet: {
    window: 'Fetch one in Settings, or add a folder.',
    command: 'gleaner models list shows all, gleaner models add fetches one or takes a folder.',
  },
  manifest: PictureTextManifest,
  claims: looksLikePictureText,
  infer: inferPictureText,
  files: (manifest) => ({ graphs: graphFiles(manifest), others: [manifest.text.tokenizer] }),
  behaviour: ({ family, embeddingDim, graphs, image, text }) => ({
    family,
    embeddingDim,
    graphs,
    image,
    text,
  }),
  facts: (manifest) => ({
    kind: 'picture-text',
    family: manifest?.family ?? 'clip',
    embeddingDim: manifest?.embeddingDim ?? null,
    imageSize: manifest?.image.width ?? null,
    dtype: manifest?.dtype ?? null,
    cutoffs: manifest?.cutoffs ?? [],
    preprocessing: manifest ? describePreprocessing(manifest) : [],
  }),
  known: KNOWN_PICTURE_TEXT,
  // Its graphs are looked at where its manifest is worked out, and where it is loaded.
  check: () => undefined,
  attach: attachPictureText,
  verify: verifyPictureText,
  quantisation: {
    how: "matrices of the picture tower and of the text tower's MLPs in int8 with a scale per column, activations as they run with a scale per row",
    needsPictures: true,
    dtypeOf: (_, { dtype }) => dtype,
    pixels: ({ graphs }) => ('joint' in graphs ? graphs.joint.pixels : graphs.image.pixels),
    twinOf: (manifest, about) => ({ ...manifest, ...about, dtype: 'int8' }),
    compare: comparePictureText,
  },
})
