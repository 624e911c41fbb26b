import type { NoPrompt } from './study-prompts.ts'

/** What a row of a manifest says; null is what it does not. */
export interface ManifestRow {
  /** From 1, as an editor counts rows of the table (without a heading). */
  row: number
  prompt: string | null
  group: string | null
  kind: string | null
  level: string | null
  take: number | null
  index: number | null
  seed: string | null
  negativePrompt: string | null
  steps: number | null
  guidance: number | null
  sampler: string | null
  scheduler: string | null
  model: string | null
  modelHash: string | null
}

/** A file that may be a picture of the study. */
export interface PictureFile {
  path: string
  /** Relative to the folder, with slashes; of a manifest as it is written there. */
  name: string
  /** What a manifest says of it. */
  row?: ManifestRow
}

/** How files find their prompts. */
export type TieBy =
  | { by: 'pattern'; pattern: string; firstIndex?: 0 | 1 }
  | { by: 'manifest'; firstIndex?: 0 | 1 }
  | { by: 'metadata' }

export interface ImageSettings {
  program: string | null
  negativePrompt: string | null
  steps: number | null
  guidance: number | null
  sampler: string | null
  scheduler: string | null
  model: string | null
  modelHash: string | null
}

export interface TiedImage {
  path: string
  name: string
  /** The number of the prompt in the list. */
  prompt: number
  /** As the name or the manifest says; `planImages` numbers them. */
  take: number | null
  seed: string | null
  settings: ImageSettings
  by: TieBy['by']
  /** Of `prompt`, `seed` and the settings those that were guessed. */
  guessed: string[]
  /** Where the picture's own metadata say something else than its name or the manifest. */
  disagrees: ('prompt' | 'seed')[]
}

/** Of a tie; what walks folders and reads manifests has words of its own. */
export type UnmatchedReason = NoPrompt | 'name-does-not-fit' | (string & {})

export interface Unmatched {
  path: string
  name: string
  reason: UnmatchedReason
}

export type Tie = { ok: true; image: TiedImage } | { ok: false; unmatched: Unmatched }

export interface ImagePlan {
  /** One for each prompt and take; `take` counts from 0. */
  images: (TiedImage & { take: number })[]
  unmatched: Unmatched[]
  /** Files that would be the same take of a prompt as another, which is kept. */
  doubles: { path: string; name: string; sameAs: string }[]
  missing: Missing[]
  /** Of each prompt. */
  takes: number
}

/** A picture that the plan lacks. */
export interface Missing {
  prompt: number
  group: string
  kind: string
  level: number | string
  take: number
}
