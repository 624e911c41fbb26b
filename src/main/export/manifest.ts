import { z } from 'zod'
import { EXPORT_FORMATS } from '#shared/contract/jobs.ts'
import { TEXT_SOURCES } from '#shared/domain.ts'
import { DATASET_SPLITS } from './types.ts'
import type { ExportCorpus, ExportCounts, ExportRecipe } from './types.ts'
import type { FileEntry } from './folder.ts'
import { sha256Of } from '../files/digest.ts'
import { canonicalJson } from '#shared/canonical-json.ts'

export const MANIFEST = 'manifest.json'

const Recipe = z.object({
  format: z.enum(EXPORT_FORMATS),
  filter: z.string(),
  text: z.enum(TEXT_SOURCES),
  texts: z.array(z.enum(TEXT_SOURCES)).optional(),
  version: z.object({ name: z.string(), hash: z.string(), pairs: z.number().int() }).optional(),
  onePerPicture: z.literal(true).optional(),
  split: z
    .object({ train: z.number(), validation: z.number(), test: z.number(), seed: z.number() })
    .optional(),
  shardSize: z.number().int().optional(),
  pictures: z
    .object({
      format: z.enum(['keep', 'jpeg', 'png', 'webp']),
      quality: z.number().int(),
      resize: z.enum(['none', 'longest', 'crop']),
      size: z.number().int(),
      how: z.string(),
    })
    .optional(),
  model: z
    .object({
      id: z.string(),
      name: z.string(),
      digest: z.string(),
      saidToBe: z.string().optional(),
    })
    .nullable(),
  cutoffs: z.array(z.string()),
  spanSets: z
    .array(
      z.object({
        field: z.enum(['span', 'altspan']),
        set: z.number().int(),
        title: z.string(),
        kind: z.string(),
        model: z.string().nullable(),
        digest: z.string().nullable(),
        /** Pairs that were in it; a set only grows. */
        pairs: z.number().int(),
      }),
    )
    .optional(),
  bestTexts: z
    .object({
      set: z.number().int(),
      model: z.string(),
      digest: z.string(),
      texts: z.array(z.enum(TEXT_SOURCES)),
      pairs: z.number().int(),
      ties: z.number().int(),
      content: z.string(),
    })
    .optional(),
  textFinder: z.object({ id: z.string(), name: z.string(), digest: z.string() }).optional(),
  columns: z.array(z.string()).optional(),
  software: z.string(),
})

export const Manifest = z.object({
  manifestVersion: z.literal(1),
  /** ISO. Not part of the content hash. */
  createdAt: z.string(),
  contentHash: z.string(),
  recipe: Recipe,
  counts: z.object({
    matched: z.number().int(),
    exported: z.number().int(),
    pictures: z.number().int(),
    pictureBytes: z.number().int(),
    skipped: z.record(z.string(), z.number().int()),
    splits: z
      .partialRecord(
        z.enum(DATASET_SPLITS),
        z.object({ pairs: z.number().int(), sites: z.number().int() }),
      )
      .optional(),
    enlarged: z.number().int().optional(),
  }),
  corpus: z.object({
    archives: z.array(
      z.object({
        name: z.string(),
        bytes: z.number().int(),
        sha256: z.string().nullable(),
        complete: z.boolean(),
      }),
    ),
    /** Not part of the content hash. */
    state: z.record(z.string(), z.number()),
  }),
  notes: z.array(z.string()),
  files: z.object({
    total: z.number().int(),
    bytes: z.number().int(),
    /** Names every file with its SHA-256, for `sha256sum -c`. */
    checksums: z.object({ path: z.string(), bytes: z.number().int(), sha256: z.string() }),
    /** The first 10,000. */
    list: z.array(z.object({ path: z.string(), bytes: z.number().int(), sha256: z.string() })),
  }),
})
export type Manifest = z.infer<typeof Manifest>

/** Works out the content hash: over recipe, counts, archives and files; not over time and place. */
export function makeManifest(args: {
  recipe: ExportRecipe
  corpus: ExportCorpus
  counts: ExportCounts
  notes: readonly string[]
  files: { total: number; bytes: number; checksums: FileEntry; list: FileEntry[] }
  createdAt: Date
}): Manifest {
  const { recipe, corpus, counts, notes, files, createdAt } = args
  const contentHash = hashOf({ recipe, counts, corpus, checksums: files.checksums })
  return {
    manifestVersion: 1,
    createdAt: createdAt.toISOString(),
    contentHash,
    recipe,
    counts,
    corpus,
    notes: [...notes],
    files,
  }
}

function hashOf(of: {
  recipe: ExportRecipe
  counts: ExportCounts
  corpus: ExportCorpus
  checksums: FileEntry
}): string {
  const { recipe, counts, corpus, checksums } = of
  return sha256Of(canonicalJson({ recipe, counts, archives: corpus.archives, checksums }))
}

/** Whether a manifest states what its own content gives; the files are another matter. */
export function agreesWithItself(manifest: Manifest): boolean {
  const { recipe, counts, corpus, files } = manifest
  const whole = { recipe, counts, corpus, checksums: files.checksums } as Parameters<
    typeof hashOf
  >[0]
  return hashOf(whole) === manifest.contentHash
}

/** The same recipe over a corpus in the same state. */
export function sameExport(manifest: Manifest, recipe: ExportRecipe, corpus: ExportCorpus) {
  return (
    canonicalJson([manifest.recipe, manifest.corpus]) ===
    canonicalJson([Recipe.parse(recipe), corpus])
  )
}
