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

const span = (from: number, to: number): string =>
  String.fromCodePoint(...Array.from({ length: to - from + 1 }, (_, i) => from + i))

/**
 * Characters that are no words, for SQLite's `trim`: white space as JavaScript takes it, and
 * control characters but NUL, which it cannot be told of.
 */
export const BLANK_CHARACTERS = `${span(0x01, 0x20)}${span(0x7f, 0xa0)}\u1680${span(0x2000, 0x200a)}\u2028\u2029\u202f\u205f\u3000\ufeff`

/** No words in it: empty, or nothing but white space and control characters. */
export function isBlank(text: string): boolean {
  return /^[\s\u0000-\u001f\u007f-\u009f]*$/u.test(text)
}
