import { createTokenizers } from '../../src/main/inference/tokenize/tokenizers.ts'

export const TOKENIZER_HOST = new URL(
  '../../src/main/inference/tokenize/tokenizer-host.ts',
  import.meta.url,
)
/** Shared by the tests of a file; its process ends with the one that runs them. */
export const tokenizers = createTokenizers(TOKENIZER_HOST)
