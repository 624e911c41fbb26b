import { defineModelKind } from '../define.ts'
import { checkTextFiles, textDtype } from '../text/check.ts'
import { compareTextModels } from '../text/compare.ts'
import type { TextCalls } from '../text/types.ts'
import { attachSpanModel } from './client.ts'
import { inferSpanModel, looksLikeSpanModel, TITLE } from './infer.ts'
import { SpanManifest } from './manifest.ts'
import type { LoadedSpanModel } from './types.ts'
import { spanRows, verifySpanModel } from './verify.ts'

/** Question answering without a question: where the words that describe a picture start and end. */
export const span = defineModelKind<'span', SpanManifest, LoadedSpanModel, TextCalls>({
  kind: 'span',
  title: TITLE,
  howToGet: 'Train one, or add the folder of a fine-tuned one.',
  manifest: SpanManifest,
  claims: looksLikeSpanModel,
  infer: inferSpanModel,
  files: ({ graph, text }) => ({ graphs: [graph.file], others: [text.tokenizer] }),
  behaviour: ({ kind, graph, dim, text, decode }) => ({ kind, graph, dim, text, decode }),
  facts: (manifest) => ({
    kind: 'span',
    dim: manifest?.dim ?? null,
    maxLength: manifest?.text.maxLength ?? null,
  }),
  known: [],
  check: (folder, manifest, tokenizers) =>
    checkTextFiles(folder, manifest, [manifest.graph.start, manifest.graph.end], tokenizers),
  attach: attachSpanModel,
  verify: verifySpanModel,
  quantisation: {
    how: 'matrices around activations in int8 with a scale per column, activations as they run with a scale per row',
    needsPictures: false,
    dtypeOf: textDtype,
    pixels: () => null,
    twinOf: (manifest, about) => ({ ...manifest, ...about }),
    compare: (host, a, b, { texts }, seen) => compareTextModels(host, a, b, texts, spanRows, seen),
  },
})
