import { z } from 'zod'
import { CorpusPath, TextSource } from '../domain.ts'
import { call } from './call.ts'
import { ErrorValue } from './error.ts'

export const JOB_KINDS = [
  'ingest',
  'import',
  'pictures',
  'score',
  'export',
  'model-fetch',
  'quantize',
  'alt-spans',
  'train-spans',
  'predict-spans',
  'span-package',
  'launch',
] as const
export const JOB_STATES = [
  'queued',
  'running',
  'done',
  'failed',
  'canceled',
  'interrupted',
] as const

export const JobProgress = z.object({
  done: z.number(),
  /** null while the end is not known. */
  total: z.number().nullable(),
  unit: z.string(),
  /** Units a second over the last seconds. */
  rate: z.number().nullable(),
  /** Seconds to go. */
  eta: z.number().nullable(),
  /** One line that says what is being done right now, with the device where one is used. */
  note: z.string(),
})
export type JobProgress = z.infer<typeof JobProgress>

export const Job = z.object({
  id: z.string(),
  kind: z.enum(JOB_KINDS),
  corpus: z.string().nullable(),
  title: z.string(),
  state: z.enum(JOB_STATES),
  progress: JobProgress,
  createdAt: z.string(),
  finishedAt: z.string().nullable(),
  error: ErrorValue.nullable(),
  /** Things that did not stop the job and must be seen: fall-back to CPU, n failures. */
  warnings: z.array(z.string()),
  /** What came out, as label and value, for the jobs view. */
  result: z.array(z.object({ label: z.string(), value: z.string() })),
})
export type Job = z.infer<typeof Job>

export const ImagesFrom = z.union([
  z.literal('archive'),
  z.literal('fetch'),
  z.literal('none'),
  z.string().startsWith('folder:'),
])
export const Device = z.enum(['auto', 'cpu', 'webgpu', 'cuda', 'coreml', 'dml'])
export type Device = z.infer<typeof Device>

export const EXPORT_FORMATS = [
  'webdataset',
  'imagefolder',
  'parquet',
  'coco',
  'kohya',
  'jsonl',
] as const
export const ExportFormat = z.enum(EXPORT_FORMATS)
export type ExportFormat = z.infer<typeof ExportFormat>

export const IngestInput = z.object({
  corpus: CorpusPath,
  inputs: z.array(z.string().min(1)).min(1),
  images: ImagesFrom.default('archive'),
  workers: z.number().int().min(1).max(64).optional(),
})
export const PicturesInput = z.object({
  corpus: CorpusPath,
  images: ImagesFrom,
  /** Try again what failed before. */
  retryFailed: z.boolean().default(false),
})
export const ScoreInput = z.object({
  corpus: CorpusPath,
  model: z.string().min(1).optional(),
  text: TextSource.default('alt'),
  device: Device.default('auto'),
})
export const ExportInput = z.object({
  corpus: CorpusPath,
  format: ExportFormat,
  out: z.string().min(1),
  where: z.string().default(''),
  /** Which text becomes the caption. */
  text: TextSource.default('alt'),
})
/** `x100` is 100 * max(cos, 0), `x2.5` is 2.5 * max(cos, 0). */
export const ScoreUnit = z.enum(['cosine', 'x100', 'x2.5'])
export const ImportInput = z.object({
  corpus: CorpusPath,
  /** Tables, or folders of them; embeddings (.npy) beside a table belong to it. */
  inputs: z.array(z.string().min(1)).min(1),
  /** Roles of columns where the names do not tell them; `tables.recognise` knows the roles. */
  columns: z.array(z.object({ role: z.string(), column: z.string() })).default([]),
  /** What the scores are called; otherwise after the table's kind and column, or the folder. */
  modelName: z.string().trim().min(1).max(200).optional(),
  /** In what the similarity columns are written. Never guessed: cosines unless said. */
  unit: ScoreUnit.optional(),
  /** `archive`: files that the table names, beside it; web addresses are left for later. */
  images: ImagesFrom.default('archive'),
})
export type ImportInput = z.infer<typeof ImportInput>
export type IngestInput = z.infer<typeof IngestInput>
export type PicturesInput = z.infer<typeof PicturesInput>
export type ScoreInput = z.infer<typeof ScoreInput>
export type ExportInput = z.infer<typeof ExportInput>

export const Started = z.object({ job: z.string() })

/** Long work. Each answers at once with the job's id; `jobs.changed` follows it. */
export const jobs = {
  'jobs.list': call(z.object({}), z.array(Job)),
  'jobs.cancel': call(z.object({ job: z.string() }), z.object({})),
  /** Starts an interrupted, failed or canceled job again from where it stopped. */
  'jobs.resume': call(z.object({ job: z.string() }), Started),
  /** Takes finished jobs out of the list. */
  'jobs.clear': call(z.object({}), z.object({})),
  'jobs.ingest': call(IngestInput, Started),
  /** Tables of pairs, scores and embeddings that others computed. */
  'jobs.import': call(ImportInput, Started),
  'jobs.pictures': call(PicturesInput, Started),
  'jobs.score': call(ScoreInput, Started),
  'jobs.export': call(ExportInput, Started),
}
