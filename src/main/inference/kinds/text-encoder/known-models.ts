import type { KnownModel } from '../define.ts'
import type { TextEncoderManifest } from './manifest.ts'

const MB = 1_000_000

interface KnownEncoder {
  repository: string
  name: string
  description: string
  dim: number
  /** In tokens, as sentence-transformers cuts it. */
  maxLength: number
  /** Of the graph and the files beside it, about. */
  variants: KnownModel['variants']
  source: string
}

const MODELS: readonly KnownEncoder[] = [
  {
    repository: 'Xenova/all-MiniLM-L6-v2',
    name: 'all-MiniLM-L6-v2',
    description:
      'A row of 384 numbers for an English sentence: for prompts and captions that say nearly the same. Small and fast.',
    dim: 384,
    maxLength: 256,
    variants: [
      { variant: 'fp32', bytes: 91 * MB },
      { variant: 'fp16', bytes: 46 * MB },
      { variant: 'int8', bytes: 24 * MB },
    ],
    // Files: mozilla/smart_search, src/constants.py; the repository's own list at 57cbdab: onnx/model.onnx
    // 90.4 MB, model_fp16.onnx 45.3 MB, model_quantized.onnx 23 MB. Licence, length, dimensions:
    // embeddings-benchmark/mteb, mteb/models/sentence_transformers_models.py.
    source: 'mozilla/smart_search src/constants.py; mteb sentence_transformers_models.py',
  },
  {
    repository: 'Xenova/paraphrase-multilingual-MiniLM-L12-v2',
    name: 'paraphrase-multilingual-MiniLM-L12-v2',
    description:
      'A row of 384 numbers for a sentence of about 50 languages, so that translations lie close to each other.',
    dim: 384,
    maxLength: 128,
    variants: [
      { variant: 'fp32', bytes: 487 * MB },
      { variant: 'fp16', bytes: 252 * MB },
      { variant: 'int8', bytes: 135 * MB },
    ],
    // Files: mozilla/smart_search, src/constants.py; the repository's own list at 0182182: onnx/model.onnx
    // 470 MB, model_fp16.onnx 235 MB, model_quantized.onnx 118 MB. Licence: mteb as above.
    source: 'mozilla/smart_search src/constants.py; mteb sentence_transformers_models.py',
  },
]

/** Encoders of sentences on the hub: mean of the states, as sentence-transformers pools them. */
export const KNOWN_ENCODERS: readonly KnownModel<TextEncoderManifest>[] = MODELS.map(
  ({ repository, name, description, dim, maxLength, variants, source }) => ({
    repository,
    name,
    license: 'Apache-2.0',
    description,
    bytes: variants[0]?.bytes ?? 0,
    variants,
    source,
    facts: { kind: 'text-encoder', dim, maxLength, pooling: 'mean' },
    describe: (manifest) => ({
      ...manifest,
      name,
      description,
      license: 'Apache-2.0',
      // The exported folder has no 1_Pooling, which says it in the original.
      pooling: manifest.pooling ?? { mode: 'mean', maxLength },
    }),
  }),
)
