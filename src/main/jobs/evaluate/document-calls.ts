import type { PromptFormat } from '#shared/contract/prompts.ts'
import type { PictureFile, Unmatched } from '../../evaluation/generated/image-plan.ts'
import type { TokenCount } from '../../evaluation/prompts/check-prompts.ts'
import type { PromptReading } from '../../evaluation/prompts/prompt-rows.ts'
import type { PictureTextManifest } from '../../inference/kinds/picture-text/manifest.ts'
import { createWatched } from '../../processes/watched.ts'
import type { Watched } from '../../processes/watched.ts'
import type { RaterPackage } from './rater-package.ts'

/** Reading documents that strangers wrote, in a process of its own: `document-tasks.ts` does it. */
export interface DocumentCalls {
  prompts: { input: { path: string; format?: PromptFormat | undefined }; value: PromptDocument }
  /** A manifest of pictures, part by part. */
  manifest: { input: { path: string }; value: null; event: ManifestPart }
  /** What a rater's package says, checked. */
  raterPackage: { input: { path: string }; value: RaterPackage }
  /** How a picture-text model reads texts: its `tokenizer.json` says how they are cut. */
  tokens: { input: TokenOrder; value: { limit: number; counts: TokenCount[] } }
}

export interface PromptDocument extends PromptReading {
  /** Only the first of `left` are in `refused`. */
  left: number
  sha256: string
}

export interface ManifestPart {
  files: PictureFile[]
  leftOut: Unmatched[]
}

export interface TokenOrder {
  model: { digest: string; folder: string; manifest: PictureTextManifest }
  texts: string[]
}

export type DocumentReader = Watched<DocumentCalls>

/** @param entry `entries.documentReader` */
export function createDocumentReader(entry: URL): DocumentReader {
  return createWatched<DocumentCalls>({ name: 'The reader of documents', entry, heapMB: 1024 })
}
