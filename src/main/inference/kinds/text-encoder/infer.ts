import {
  asManifest,
  inferText,
  namesOf,
  outputOf,
  takesText,
  textGraphHeader,
  unusableText,
} from '../text/infer.ts'
import type { Tokenizers } from '../../tokenize/tokenizers.ts'
import { TextEncoderManifest } from './manifest.ts'
import { inferPooling } from './pooling.ts'

export const TITLE = 'a text encoder'
const HIDDEN = ['last_hidden_state', 'token_embeddings', 'hidden_states']

/** Whether the graph of a folder takes text and gives a state for each token. */
export function looksLikeEncoder(folder: string): boolean {
  const header = textGraphHeader(folder)
  return header !== null && takesText(header) && outputOf(header, ...HIDDEN)?.shape.length === 3
}

/** The manifest of an encoder as transformers or optimum export it. Throws as `inferText`. */
export async function inferEncoder(
  folder: string,
  id: string,
  name: string,
  tokenizers: Tokenizers,
): Promise<TextEncoderManifest> {
  const { header, graph, hiddenSize, text, canMarkBreaks } = await inferText(
    folder,
    TITLE,
    tokenizers,
  )
  const hidden = outputOf(header, ...HIDDEN)
  if (hidden?.shape.length !== 3) {
    throw unusableText(folder, TITLE, [
      `the graph gives no hidden states (last_hidden_state or token_embeddings, [batch, length, dim]); its outputs: ${namesOf(header.outputs)}`,
    ])
  }
  const given = hidden.shape[2]
  const dim = typeof given === 'number' && given > 0 ? given : hiddenSize
  if (!dim) {
    throw unusableText(folder, TITLE, [
      'neither the graph nor config.json (hidden_size) says how long a state is',
    ])
  }
  return asManifest(folder, TITLE, TextEncoderManifest, {
    format: 1,
    id,
    name,
    kind: 'text-encoder',
    graph: { ...graph, hidden: hidden.name },
    dim,
    text: { ...text, breaks: canMarkBreaks ? 'pad' : 'none' },
    pooling: inferPooling(folder, TITLE, text.maxLength),
  })
}
