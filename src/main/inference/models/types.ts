import type { ModelInfo } from '#shared/contract/models.ts'
import type { Manifest } from './manifest.ts'

/** Where models lie on this machine. */
export interface ModelsFolders {
  /** Models that come with the program: `resources/models`. Read only. */
  bundled: string
  /** For the program's own notes on models: registered folders, known hashes. */
  user: string
  /** The hub's cache; see `hubCacheFolder`. */
  hubCache: string
}

/** A model that can run: everything that scoring needs to know. */
export interface ResolvedModel {
  /** As in `models.list`; scores are shown under it. */
  id: string
  folder: string
  /** SHA-256 that keys scores and embeddings; see docs/models.md. */
  digest: string
  manifest: Manifest
  info: ModelInfo
}
