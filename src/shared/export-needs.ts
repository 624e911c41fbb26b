import type { ExportFormat } from './contract/jobs.ts'

/** What a format takes of a pair; what does not fit is left out and counted. */
export interface ExportNeeds {
  /** Pairs without words are left out. */
  text: boolean
  /** Types of picture that its usual readers open; null = it holds no pictures. */
  pictures: readonly string[] | null
}

/** What Pillow, and so most readers of datasets, opens in every version that is in use. */
export const PILLOW_TYPES = [
  'image/jpeg',
  'image/png',
  'image/webp',
  'image/gif',
  'image/bmp',
  'image/tiff',
] as const

/** The exporters go by this table, and so does the count that is shown before an export. */
export const EXPORT_NEEDS: Readonly<Record<ExportFormat, ExportNeeds>> = {
  webdataset: { text: true, pictures: PILLOW_TYPES },
  imagefolder: { text: true, pictures: PILLOW_TYPES },
  coco: { text: true, pictures: PILLOW_TYPES },
  // IMAGE_EXTENSIONS of sd-scripts, without those that need a plug-in.
  kohya: { text: true, pictures: ['image/jpeg', 'image/png', 'image/webp', 'image/bmp'] },
  parquet: { text: true, pictures: null },
  jsonl: { text: false, pictures: null },
  // With the pictures that there are, in any type: as they were captured.
  warc: { text: false, pictures: null },
}

/**
 * What shows nothing: white space, control and format characters (zero-width spaces, joiners, marks
 * of direction, soft hyphens, tags), what Unicode lets be ignored (Hangul fillers, variation
 * selectors), and the empty Braille pattern.
 */
const INVISIBLE = /^[\s\p{Cc}\p{Cf}\p{Cs}\p{Z}\p{Default_Ignorable_Code_Point}\u2800]*$/u

/** Nothing in it that a reader could see: no caption. */
export function isBlank(text: string): boolean {
  return INVISIBLE.test(text)
}

/** For SQLite's `GLOB`: what matches is not blank. What does not match may be all the same. */
export const CERTAINLY_VISIBLE = '*[!-~]*'
