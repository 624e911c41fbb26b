import type { ExportFormat } from '#shared/contract/jobs.ts'
import type { Pair, TextSource } from '#shared/domain.ts'
import type { ExportNeeds } from '#shared/export-needs.ts'
import type { ListedPair, PairListing } from '#shared/pair-listing.ts'
import type { DatasetFolder, OutputFolder } from './folder.ts'

/** One pair on its way into a dataset. */
export interface ExportItem {
  pair: Pair
  /** The words of the chosen source; null = there are none. */
  text: string | null
  /** Which of the recipe's texts it is; null = there are none. */
  source?: TextSource | null
  /** Raw cosine of the recipe's model for the chosen text; null = not scored. */
  cosine: number | null
  /** Where the dataset is split: its part, and the site that decided. */
  split?: { part: DatasetSplit; site: string }
  /** Reads the original bytes; null where the corpus holds no picture for the pair. */
  picture: (() => Promise<Uint8Array>) | null
}

export const DATASET_SPLITS = ['train', 'validation', 'test'] as const
export type DatasetSplit = (typeof DATASET_SPLITS)[number]

/** How pictures are written, where not as they are. */
export interface PictureChoice {
  /** `keep`: in their own type where that can be written (JPEG, PNG, WebP), else as PNG. */
  format: 'keep' | 'jpeg' | 'png' | 'webp'
  /** Of JPEG and lossy WebP, 1..100. */
  quality: number
  /** `longest`: no side is longer than `size`; `crop`: a square of `size` out of the middle. */
  resize: 'none' | 'longest' | 'crop'
  /** Pixels. */
  size: number
  /** What resized and encoded: filter and libraries with their versions. */
  how: string
}

/** What was asked for: with the same corpus it gives the same bytes again. */
export interface ExportRecipe {
  format: ExportFormat
  /** The filter in its canonical form; '' = every pair. */
  filter: string
  /** Which words became the caption. */
  text: TextSource
  /** The texts in the order in which they were tried, where there are several. */
  texts?: TextSource[]
  /** The version whose pairs these are. */
  version?: { name: string; hash: string; pairs: number }
  /** Of pairs with one picture the best scored. */
  onePerPicture?: true
  /** Shares that were asked for, by site; each has a folder of its own. */
  split?: { train: number; validation: number; test: number; seed: number }
  /** Samples a shard, a file or a folder, where not what the format does. */
  shardSize?: number
  pictures?: PictureChoice
  /** Whose cosine stands as `similarity`; null = no scores are used. */
  model: {
    id: string
    name: string
    digest: string
    /** Of imported scores: the model that somebody said they are from. */
    saidToBe?: string
  } | null
  /** The cutoffs that the filter holds, e.g. `score >= 0.28`, as written in it. */
  cutoffs: string[]
  /** The sets of spans that the text or the filter means; absent where neither means one. */
  spanSets?: ExportSpanSet[]
  /** The choice of best texts that the text or the filter means; absent where neither means it. */
  bestTexts?:
    | {
        set: number
        /** Whose cosines decided. */
        model: string
        digest: string
        /** Among which; of equal cosines the first wins. */
        texts: TextSource[]
        pairs: number
        ties: number
        /** SHA-256 over the choices and cosines. */
        content: string
      }
    | undefined
  /** The model whose texts in pictures the filter or the columns mean; absent where none does. */
  textFinder?: { id: string; name: string; digest: string }
  /** Columns of imported tables whose numbers are written; absent where there are none. */
  columns?: string[]
  /** Version of Gleaner. */
  software: string
}

/** A set of spans that a recipe depends on. */
export interface ExportSpanSet {
  /** What of the recipe means it. */
  field: 'span' | 'altspan'
  set: number
  title: string
  kind: string
  /** Id and digest of the model whose predictions they are. */
  model: string | null
  digest: string | null
  /** Pairs that were in it; a set only grows. */
  pairs: number
}

/** Where the pairs come from. Nothing in it depends on the machine or on the hour. */
export interface ExportCorpus {
  archives: { name: string; bytes: number; sha256: string | null; complete: boolean }[]
  /** Sizes of the corpus at the time; tells whether it has grown since. */
  state: Record<string, number>
}

/** A record of a web archive as a gzip member. */
export interface ArchiveMember {
  /** The same record has the same key. */
  key: string
  member: Uint8Array
}

/** What an archive holds for a pair. */
export interface ArchivedPair {
  /** Pairs of one page have one key; a pair of a table, which has no page, its own. */
  group: string
  /** Its page and what leads to its picture, but for what is written already. */
  records: ArchiveMember[]
  /** The picture is among `records`. */
  newPicture: boolean
  /** `WARC-Record-ID` of the page, or of the picture where there is no page; null: it has none. */
  refersTo: string | null
  /** Of the `metadata` record: what it is about, and the time of that capture (ISO). */
  url: string
  date: string
  page: PairListing['page']
  models: PairListing['models']
  pair: ListedPair
}

/** What the format that writes web archives is given by those who know archives and corpus. */
export interface ArchiveParts {
  /** What there is of a pair; a string is the reason why it cannot be written. */
  of(pair: Pair, isWritten: (key: string) => boolean): Promise<ArchivedPair | string>
  /** An id of a record: the same parts give the same. */
  idOf(...parts: readonly string[]): string
  /** The first record of a file. */
  warcinfo(file: string, id: string, info: Record<string, string>): Promise<Uint8Array>
  /** A `metadata` record that holds a listing. */
  listing(
    listing: PairListing,
    about: { id: string; url: string; date: string; refersTo: string | null; warcinfo: string },
  ): Promise<Uint8Array>
}

export interface ExportHooks {
  signal: AbortSignal
  /** Pairs seen so far. Cheap, called for each. */
  progress(done: number): void
  /** Something that did not stop the export and must be seen. */
  warn(message: string): void
  /** For the format that writes web archives. */
  archive?: ArchiveParts
  /** Matched and left out before, by reason. */
  leftOut?: Readonly<Record<string, number>>
  /** Writes a picture as the recipe chooses; a string is the reason why it cannot. */
  convert?: (bytes: Uint8Array) => Promise<ConvertedPicture | string>
  /** Writes files beside the dataset's own, when these are closed. */
  beside?: (folder: OutputFolder, counts: ExportCounts, format: Format) => Promise<void>
}

export interface ConvertedPicture {
  bytes: Uint8Array
  width: number
  height: number
  /** It was smaller than what was asked for. */
  enlarged: boolean
}

/** A picture as it goes into the dataset: original bytes, extension by what the bytes are. */
export interface SamplePicture {
  bytes: Uint8Array
  sha256: string
  mime: string
  extension: string
}

/** A pair that passed every check of its format. */
export interface Sample {
  pair: Pair
  /** '' where the format takes pairs without words. */
  text: string
  source: TextSource | null
  cosine: number | null
  /** The picture as it was, where it was written anew. */
  original: { width: number | null; height: number | null; sha256: string } | null
  /** Never null for a format that needs pictures. */
  picture: SamplePicture | null
}

export interface DatasetWriter {
  /**
   * @returns whether a picture was written: not, where the dataset has it already. A string is the
   *   reason why the sample was left out.
   */
  add(sample: Sample): Promise<boolean | string>
  /** Writes what is left and closes every file. */
  finish(): Promise<void>
}

/** One format: what it takes, and how it is written. */
export interface Format {
  title: string
  /** One sentence for the card: what is where. */
  layout: string
  /** What is left out: pairs without words (`no-text`), without picture, or with one of another type. */
  needs: ExportNeeds
  /** What a reader must know beyond the layout. */
  notes: readonly string[]
  /** What holds as long as pictures are written as they are. */
  notesOfOriginals?: readonly string[]
  /** YAML front matter of the card, for the readers that look there; null = none. */
  cardHeader: string | null
  open(folder: DatasetFolder, recipe: ExportRecipe, archive: ArchiveParts | null): DatasetWriter
}

export interface ExportCounts {
  /** Pairs that match the filter. */
  matched: number
  exported: number
  /** Picture files written; fewer than `exported` where pairs share one. */
  pictures: number
  pictureBytes: number
  /** Matched and left out, by reason. */
  skipped: Record<string, number>
  /** Where the dataset is split: what came of the shares. */
  splits?: Partial<Record<DatasetSplit, { pairs: number; sites: number }>>
  /** Pictures that were smaller than the square they were cropped to. */
  enlarged?: number
}
