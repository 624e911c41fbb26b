import { canonicalJson } from '#shared/canonical-json.ts'
import { sha256Of } from '../../../files/digest.ts'
import type { TextEncoderManifest } from './manifest.ts'
import { UNTRAINED_TOKENS } from './pooling.ts'
import type { Pooling } from './pooling.ts'

/** How this encoder's sentences are pooled; where its folder does not say, the mean of its states. */
export function poolingOf(manifest: Pick<TextEncoderManifest, 'pooling' | 'text'>): Pooling {
  return (
    manifest.pooling ?? {
      mode: 'mean',
      maxLength: Math.min(manifest.text.maxLength, UNTRAINED_TOKENS),
    }
  )
}

/** Whether the encoder was made for sentences, by what its folder says. */
export function isForSentences({ pooling }: Pick<TextEncoderManifest, 'pooling'>): boolean {
  return pooling !== null
}

/**
 * What keys the sentences of an encoder. The digest of the model knows nothing of pooling: heads that
 * were trained on its states do not depend on it.
 */
export function sentenceDigest(model: { digest: string; manifest: TextEncoderManifest }): string {
  const pooling = canonicalJson(poolingOf(model.manifest))
  return sha256Of(Buffer.from(`${model.digest}\n${pooling}`, 'utf8'))
}

/**
 * One unit row of the states of a text: sums in float64, rounded to float32 once.
 * @param states rows x dim, of the tokens that the mask covers, the special ones included
 * @returns null where the row has no length
 */
export function pooled(
  states: Float32Array,
  dim: number,
  mode: Pooling['mode'],
): Float32Array | null {
  const rows = mode === 'cls' ? 1 : states.length / dim
  const sum = new Float64Array(dim)
  for (let at = 0; at < rows * dim; at += dim) {
    for (let i = 0; i < dim; i++) sum[i] = (sum[i] as number) + (states[at + i] as number)
  }
  let square = 0
  for (let i = 0; i < dim; i++) square += ((sum[i] as number) / rows) ** 2
  // As sentence-transformers: what is shorter than 1e-12 is not made a unit.
  const length = Math.sqrt(square)
  if (!(length > 1e-12)) return null
  return Float32Array.from(sum, (value) => value / rows / length)
}
