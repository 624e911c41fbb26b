import { createCorpus, openCorpus } from '../../../src/main/store/open.ts'
import type { Corpus } from '../../../src/main/store/open.ts'
import { addArchive } from '../../../src/main/store/repositories/archives.ts'
import { imageIds } from '../../../src/main/store/repositories/images.ts'
import { insertPage } from '../../../src/main/store/repositories/pages.ts'
import { sliceCodePoints } from '#shared/text/offsets.ts'
import type { ContextSource } from '#shared/text/context.ts'
import type { LabeledPlace, LabelState } from '#shared/contract/labels.ts'
import { contextOf } from '../../../src/main/store/repositories/span-sets.ts'
import type { ReaderDb } from '../../../src/main/store/open.ts'

export interface Words {
  picture?: string
  alt?: string | null
  caption?: string | null
  before?: string | null
  after?: string | null
}

/** A page of a made-up archive. */
export interface Page {
  url?: string
  recordId?: string | null
  offset?: number
  pairs: Words[]
}

/** A corpus with these pages; pairs are numbered from 1 in their order. */
export function corpusOf(path: string, pages: Page[], archive = 'crawl.warc.gz'): Corpus {
  createCorpus(path)
  const corpus = openCorpus(path)
  const db = corpus.writer
  const { id } = addArchive(db, {
    path: `/somewhere/${archive}`,
    bytes: 10,
    fingerprint: archive,
    software: 'test',
  })
  const images = imageIds(db)
  for (const [number, page] of pages.entries()) {
    insertPage(db, images, {
      archiveId: id,
      offset: page.offset ?? number * 100,
      recordId: page.recordId === undefined ? `<urn:uuid:${number}>` : page.recordId,
      recordType: 'response',
      url: page.url ?? `https://site.example/${number}`,
      date: null,
      title: `Page ${number}`,
      language: 'en',
      ogImage: null,
      charset: 'utf-8',
      charsetSource: 'http',
      robots: null,
      keptHtml: null,
      pairs: page.pairs.map((words, position) => ({
        position,
        imageUrl: words.picture ?? `https://img.example/${number}-${position}.jpg`,
        alternates: [],
        imageRule: 'src',
        alt: words.alt ?? null,
        title: null,
        caption: words.caption ?? null,
        captionRule: null,
        before: words.before ?? null,
        beforeDistance: 1,
        after: words.after ?? null,
        afterDistance: 1,
        declaredWidth: null,
        declaredHeight: null,
        tagStart: 0,
        tagEnd: 1,
      })),
    })
  }
  return corpus
}

/** The place of words in a text of a pair, as it must be. */
export function placeOf(
  db: ReaderDb,
  pair: number,
  source: ContextSource,
  start: number,
  end: number,
  type = 'content',
): LabeledPlace {
  const text = contextOf(db, pair)?.[source] ?? ''
  return { source, start, end, quote: sliceCodePoints(text, start, end), type }
}

export const labeled = (spans: LabeledPlace[], more: Partial<LabelState> = {}): LabelState => ({
  status: 'labeled',
  spans,
  flagged: false,
  note: '',
  ...more,
})
