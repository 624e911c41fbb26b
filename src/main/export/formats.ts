import type { ExportFormat } from '#shared/contract/jobs.ts'
import { coco } from './coco.ts'
import { imagefolder } from './imagefolder.ts'
import { jsonl } from './jsonl.ts'
import { kohya } from './kohya.ts'
import { parquet } from './parquet.ts'
import type { Format } from './types.ts'
import { warc } from './warc.ts'
import { webdataset } from './webdataset.ts'

export const FORMATS: Readonly<Record<ExportFormat, Format>> = {
  webdataset,
  imagefolder,
  parquet,
  coco,
  kohya,
  jsonl,
  warc,
}
