import { existsSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { defineModelKind } from '../define.ts'
import { checkDiffusion } from './check.ts'
import { attachDiffusion } from './client.ts'
import { inferDiffusion, INDEX_FILE, TITLE } from './infer.ts'
import { DiffusionManifest } from './manifest.ts'
import type { DiffusionCalls, LoadedDiffusion } from './types.ts'
import { verifyDiffusion } from './verify.ts'

/** Stable Diffusion 1, 2, XL, Turbo and LCM: texts to pictures. */
export const diffusion = defineModelKind<
  'diffusion',
  DiffusionManifest,
  LoadedDiffusion,
  DiffusionCalls
>({
  kind: 'diffusion',
  title: TITLE,
  howToGet: {
    window:
      'Add a folder with model_index.json and ONNX graphs, or a repository of the hub, in Settings.',
    command:
      'gleaner models add takes a folder with model_index.json and ONNX graphs, or a repository of the hub.',
  },
  manifest: DiffusionManifest,
  claims: (folder) => existsSync(join(folder, INDEX_FILE)),
  infer: inferDiffusion,
  files: ({ readers, unet, decoder, encoder, scheduler }) => ({
    graphs: [
      ...readers.map(({ graph }) => graph),
      unet,
      decoder,
      ...(encoder === null ? [] : [encoder]),
    ],
    others: [scheduler, ...readers.flatMap(({ tokenizer }) => tokenizerFiles(tokenizer))],
  }),
  behaviour: ({ kind, family, readers, unet, decoder, encoder, scheduler, latents, ...rest }) => ({
    kind,
    family,
    readers,
    unet,
    decoder,
    encoder,
    scheduler,
    latents,
    zerosWithoutNegative: rest.zerosWithoutNegative,
    guidanceDim: rest.guidanceDim,
  }),
  facts: (manifest) => ({
    kind: 'diffusion',
    family: manifest?.family ?? null,
    imageSize: manifest?.size ?? null,
    takesPictures: (manifest?.encoder ?? null) !== null,
  }),
  known: [],
  check: checkDiffusion,
  attach: attachDiffusion,
  verify: verifyDiffusion,
  quantisation: null,
})

/** Which files say how a tokenizer cuts. */
function tokenizerFiles(tokenizer: string): string[] {
  if (!tokenizer.endsWith('vocab.json')) return [tokenizer]
  return [tokenizer, posix.join(dirname(tokenizer), 'merges.txt')]
}
