import { z } from 'zod'
import { CorpusPath, TextSource } from '../../domain.ts'
import { baseName } from '../../format.ts'
import { VersionName } from '../../versions/recipe.ts'
import { DatasetShares, ExportFormat, PictureFormat, PictureResize } from '../choices.ts'
import { defineJob } from './define.ts'

export const ExportInput = z.object({
  corpus: CorpusPath,
  format: ExportFormat,
  out: z.string().min(1),
  where: z.string().default(''),
  /** Which text becomes the caption. */
  text: TextSource.default('alt'),
  /** Texts that are tried in this order where a pair has no such text. */
  fallback: z.array(TextSource).default([]),
  /** The pairs of a version, exactly; filter, texts and one of each picture are those of it. */
  version: VersionName.optional(),
  /** Of pairs with one picture the best scored, else the first. */
  onePerPicture: z.boolean().default(false),
  /** Samples a shard, a file or a folder, in place of what the format does. */
  shardSize: z.number().int().min(1).max(10_000_000).optional(),
  pictures: PictureFormat.default('keep'),
  /** Of JPEG and WebP that are written anew. */
  quality: z.number().int().min(1).max(100).default(90),
  resize: PictureResize.default('none'),
  /** Longest side, or side of the square, in pixels. */
  size: z.number().int().min(16).max(8192).default(512),
  /** A folder for each part; a site stands in one of them. */
  split: DatasetShares.optional(),
})
export type ExportInput = z.infer<typeof ExportInput>

/** Writes a dataset. */
export const exportPairs = defineJob({
  kind: 'export',
  call: 'jobs.export',
  input: ExportInput,
  title: ({ format, out }) => `Export ${format} to ${baseName(out)}`,
  lane: 'corpus',
  makes: 'folder',
})
