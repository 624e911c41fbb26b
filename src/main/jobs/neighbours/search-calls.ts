import type { Searched } from '#shared/contract/search.ts'

/** How often what an index is made of was said to have changed. */
export interface Stamp {
  /** Which pairs there are, and which picture or text each has. */
  pairs: number
  /** Which of these are embedded. */
  embeddings: number
}

/** Which embeddings of which corpus. */
export interface IndexName {
  /** Of the corpus. */
  path: string
  modelId: number
  among: Searched
}

/** The calls of the thread that holds the indexes of corpora. */
export interface SearchCalls {
  /** Reads what is not yet held. */
  prepare: {
    input: IndexName & { stamp: Stamp }
    value: { size: number; bytes: number }
  }
  search: {
    input: IndexName & {
      stamp: Stamp
      query: Float32Array
      /** Pairs that a filter keeps, ascending; null = all. */
      ids: Int32Array | null
      k: number
    }
    value: FoundPairs
  }
  /**
   * How many embeddings there are by model. `again`: counted again where any came, which reads all of
   * them; otherwise only where a model is new.
   */
  count: {
    input: { path: string; stamp: Stamp; again: boolean }
    value: { modelId: number; pictures: number; texts: number }[]
  }
  /** Drops all that is held of a corpus, and the connection to it. */
  forget: { input: { path: string }; value: Record<string, never> }
}

export interface FoundPairs {
  /** From best to worst. */
  ids: Int32Array<ArrayBuffer>
  cosines: Float64Array<ArrayBuffer>
  /** Distinct pictures or texts among them. */
  units: number
  /** Pairs that could be hits. */
  searched: number
  outside: number
  /** Without a picture, or without the text. */
  without: number
  notEmbedded: number
  ms: { index: number; scan: number }
}
