import type { TokenizerFacts } from './library.ts'

/** A `tokenizer.json` as it was when it was opened. */
export interface TokenizerFile {
  path: string
  /** Size and date: one that changed since is not read as if it were the same. */
  stamp: string
  plain: boolean
}

/** Lists of several texts come as one, whose parts are as long as `lengths` says. */
interface Lengths {
  lengths: number[]
}

/** Calls to the tokenizer host. Numbers come as the bytes: int32. */
export interface TokenizerCalls {
  /** `addedIds`: of those of `names` that are added tokens. */
  open: {
    input: { file: TokenizerFile; names: readonly string[] }
    value: TokenizerFacts & { addedIds: Record<string, number> }
  }
  /** The bytes: ids with the special tokens, not cut. */
  ids: { input: { file: TokenizerFile; texts: readonly string[] }; value: Lengths }
  /** The bytes: id, start and end in code points of each token, without the special ones. */
  tokens: { input: { file: TokenizerFile; texts: readonly string[] }; value: Lengths }
}

export function stampOf(stat: { size: number; mtimeMs: number }): string {
  return `${stat.size} ${stat.mtimeMs}`
}
