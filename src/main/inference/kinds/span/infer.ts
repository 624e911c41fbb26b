import {
  asManifest,
  inferText,
  namesOf,
  outputOf,
  textGraphHeader,
  unusableText,
} from '../text/infer.ts'
import type { Tokenizers } from '../../tokenize/tokenizers.ts'
import { SpanManifest } from './manifest.ts'

export const TITLE = 'a span model'

/** Whether the graph of a folder gives the start and the end of a span. */
export function looksLikeSpanModel(folder: string): boolean {
  const header = textGraphHeader(folder)
  return (
    header !== null &&
    outputOf(header, 'start_logits') !== null &&
    outputOf(header, 'end_logits') !== null
  )
}

/** The manifest of a question answering model as transformers exports it. Throws as `inferText`. */
export async function inferSpanModel(
  folder: string,
  id: string,
  name: string,
  tokenizers: Tokenizers,
): Promise<SpanManifest> {
  const { header, graph, hiddenSize, text } = await inferText(folder, TITLE, tokenizers)
  const start = outputOf(header, 'start_logits')
  const end = outputOf(header, 'end_logits')
  if (!start || !end) {
    throw unusableText(folder, TITLE, [
      `the graph gives no start_logits and end_logits; its outputs: ${namesOf(header.outputs)}`,
    ])
  }
  const given = outputOf(header, 'last_hidden_state', 'token_embeddings', 'hidden_states')?.shape[2]
  return asManifest(folder, TITLE, SpanManifest, {
    format: 1,
    id,
    name,
    kind: 'span',
    graph: { ...graph, start: start.name, end: end.name },
    dim: (typeof given === 'number' && given > 0 ? given : null) ?? hiddenSize,
    text,
  })
}
