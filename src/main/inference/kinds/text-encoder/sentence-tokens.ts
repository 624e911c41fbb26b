import type { ContextWindow } from '../../tokenize/context-windows.ts'
import type { Tokenizer } from '../../tokenize/tokenizers.ts'

/** No sentence is longer, whatever it is made of. */
const CHARACTERS_PER_TOKEN = 400

/** Texts as inputs of a graph, a window each. */
export type SentenceReader = (
  texts: readonly string[],
  signal?: AbortSignal,
) => Promise<ContextWindow[]>

/**
 * Reads texts as sentence-transformers does: cut to `maxLength` with the last token kept, and "[SEP]"
 * in a text is a separator, no place of a picture.
 */
export function sentenceReader(tokenizer: Tokenizer, maxLength: number): SentenceReader {
  const type = tokenizer.facts.single.firstType
  return async (texts, signal) => {
    const read = texts.map((text) => text.slice(0, maxLength * CHARACTERS_PER_TOKEN))
    return (await tokenizer.ids(read, signal)).map((all) => {
      const ids = all.slice(0, maxLength)
      if (all.length > maxLength) ids[maxLength - 1] = all.at(-1) as number
      return {
        ids,
        typeIds: new Int32Array(ids.length).fill(type),
        positions: Int32Array.from(ids.keys()),
        tokenOffset: 0,
      }
    })
  }
}
