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

/** How pictures are resized for published Frechet distances; docs/measures.md says how. */
export const FEATURE_RESIZES = ['clean', 'legacy_pytorch'] as const

/** `x100` is 100 * max(cos, 0), `x2.5` is 2.5 * max(cos, 0). */
export const ScoreUnit = z.enum(['cosine', 'x100', 'x2.5'])
