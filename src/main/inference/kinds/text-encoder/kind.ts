import { defineModelKind } from '../define.ts'
import { checkTextFiles, textDtype } from '../text/check.ts'
import { compareTextModels } from '../text/compare.ts'
import { attachEncoder } from './client.ts'
import { inferEncoder, looksLikeEncoder, TITLE } from './infer.ts'
import { KNOWN_ENCODERS } from './known-models.ts'
import { TextEncoderManifest } from './manifest.ts'
import type { LoadedEncoder, TextEncoderCalls } from './types.ts'
import { encoderRows, verifyEncoder } from './verify.ts'

/** BERT and its like: a state for each token, on which heads are trained. */
export const textEncoder = defineModelKind<
  'text-encoder',
  TextEncoderManifest,
  LoadedEncoder,
  TextEncoderCalls
>({
  kind: 'text-encoder',
  title: TITLE,
  howToGet: 'Add the folder of a BERT-like encoder in ONNX.',
  manifest: TextEncoderManifest,
  claims: looksLikeEncoder,
  infer: inferEncoder,
  files: ({ graph, text }) => ({ graphs: [graph.file], others: [text.tokenizer] }),
  behaviour: ({ kind, graph, dim, text }) => ({ kind, graph, dim, text }),
  facts: (manifest) => ({
    kind: 'text-encoder',
    dim: manifest?.dim ?? null,
    maxLength: manifest?.text.maxLength ?? null,
    pooling: manifest?.pooling?.mode ?? null,
  }),
  known: KNOWN_ENCODERS,
  check: (folder, manifest, tokenizers) =>
    checkTextFiles(folder, manifest, [manifest.graph.hidden], tokenizers),
  attach: attachEncoder,
  verify: verifyEncoder,
  quantisation: {
    how: 'matrices around activations in int8 with a scale per column, activations as they run with a scale per row',
    needsPictures: false,
    dtypeOf: textDtype,
    pixels: () => null,
    twinOf: (manifest, about) => ({ ...manifest, ...about }),
    compare: (host, a, b, { texts }, seen) =>
      compareTextModels(host, a, b, texts, encoderRows, seen),
  },
})
