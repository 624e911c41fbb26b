import type { Tokenizers } from '../tokenize/tokenizers.ts'

/** Where models lie on this machine, and what opens their tokenizers. */
export interface ModelsFolders {
  /** Models that come with the program: `resources/models`. Read only. */
  bundled: string
  /** For the program's own notes on models: registered folders, known hashes. */
  user: string
  /** The hub's cache; see `hubCacheFolder`. */
  hubCache: string
  tokenizers: Tokenizers
}
