import { z } from 'zod'

/** Where pictures come from; `folder:DIR` is a folder that is searched. */
export const ImagesFrom = z.union([
  z.literal('archive'),
  z.literal('fetch'),
  z.literal('none'),
  z.string().startsWith('folder:'),
])

/** Where a model runs; `auto` takes the best that works. */
export const Device = z.enum(['auto', 'cpu', 'webgpu', 'cuda', 'coreml', 'dml'])
export type Device = z.infer<typeof Device>

export const EXPORT_FORMATS = [
  'webdataset',
  'imagefolder',
  'parquet',
  'coco',
  'kohya',
  'jsonl',
  'warc',
] as const
export const ExportFormat = z.enum(EXPORT_FORMATS)
export type ExportFormat = z.infer<typeof ExportFormat>

/** `keep`: JPEG, PNG and WebP stay what they are, others become PNG where they are resized. */
export const PictureFormat = z.enum(['keep', 'jpeg', 'png', 'webp'])
export type PictureFormat = z.infer<typeof PictureFormat>

/** `longest`: no side longer than the size; `crop`: the square in the middle. */
export const PictureResize = z.enum(['none', 'longest', 'crop'])
export type PictureResize = z.infer<typeof PictureResize>

/** Shares of the parts of a dataset, by site. */
export const DatasetShares = z
  .object({
    train: z.number().min(0).max(1),
    validation: z.number().min(0).max(1),
    test: z.number().min(0).max(1),
    seed: z.number().int().min(0),
  })
  .refine(
    ({ train, validation, test }) => Math.abs(train + validation + test - 1) < 1e-6,
    'The shares do not sum to 1.',
  )
export type DatasetShares = z.infer<typeof DatasetShares>

/** How pictures are resized for published Frechet distances; docs/measures.md says how. */
export const FEATURE_RESIZES = ['clean', 'legacy_pytorch'] as const

/** `x100` is 100 * max(cos, 0), `x2.5` is 2.5 * max(cos, 0). */
export const ScoreUnit = z.enum(['cosine', 'x100', 'x2.5'])

/** How noise becomes a picture; docs/generation.md has the formulas. */
export const SCHEDULERS = [
  'ddim',
  'pndm',
  'euler',
  'euler-a',
  'dpmpp2m',
  'dpmpp2m-karras',
  'lcm',
  'ddpm',
] as const
export type SchedulerName = (typeof SCHEDULERS)[number]
