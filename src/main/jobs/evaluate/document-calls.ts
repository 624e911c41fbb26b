import type { PromptFormat } from '#shared/contract/prompts.ts'
import type { PictureMetadata } from '#shared/picture-metadata.ts'
import type { Generation } from '../../evaluation/generated/generation.ts'
import type { PictureFile, Unmatched } from '../../evaluation/generated/image-plan.ts'
import type { PromptReading } from '../../evaluation/prompts/prompt-rows.ts'
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
  /** How pictures were made, by what they say of themselves. */
  generations: { input: { metadata: PictureMetadata[] }; value: Generation[] }
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

export type DocumentReader = Watched<DocumentCalls>

/** @param entry `entries.documentReader` */
export function createDocumentReader(entry: URL): DocumentReader {
  return createWatched<DocumentCalls>({ name: 'The reader of documents', entry, heapMB: 1024 })
}
