import { z } from 'zod'
import { LabelState } from './contract/labels.ts'
import { PersonSaid } from './marks.ts'
import { ImageStatus, PairRules, OWN_TEXTS, OwnText } from './domain.ts'

/** Content type of the `metadata` records that list pairs; docs/warc.md describes them. */
export const LISTING_TYPE = 'application/vnd.gleaner.pairs+json'
export const LISTING_VERSION = 1

const text = z.string().nullable()

export const ListedPair = z.object({
  /** Place of the picture on the page, from 0; of a table's pair the number of its row, from 0. */
  position: z.number().int().min(0),
  image: z.object({
    url: z.string(),
    /** Other addresses that the page offers for the same picture. */
    alternates: z.array(z.string()),
    status: ImageStatus,
    /** Of the picture's bytes, hex. */
    sha256: text,
    width: z.number().int().nullable(),
    height: z.number().int().nullable(),
    mime: text,
  }),
  /** null = absent, "" = empty. */
  texts: z.object(
    Object.fromEntries(OWN_TEXTS.map((source) => [source, text])) as Record<OwnText, typeof text>,
  ),
  rules: PairRules,
  /** Raw cosines; `model`: the digest of one of `models`. */
  scores: z.array(z.object({ model: z.string(), text: OwnText, cosine: z.number() })),
  /** What each person says of it now. */
  marks: z.array(PersonSaid).optional(),
  columns: z.array(z.object({ name: z.string(), value: z.number() })).optional(),
  labels: z.array(z.object({ annotator: z.string(), review: z.boolean(), state: LabelState })),
})
export type ListedPair = z.infer<typeof ListedPair>

/** The pairs of one page, or one pair of a table, that were chosen for an archive. */
export const PairListing = z.object({
  format: z.literal('gleaner-pairs'),
  version: z.literal(LISTING_VERSION),
  /** Where they come from: the archive that was read first, or the table. */
  page: z.object({
    /** `page`: a record of this archive, the one that `WARC-Refers-To` names; `row`: of a table. */
    kind: z.enum(['page', 'row']),
    url: z.string(),
    date: text,
    language: text,
    title: text,
    archive: z.string(),
    /** Of the page's record in that archive; of a table the first row of its page. */
    offset: z.number().int(),
    recordId: text,
  }),
  models: z.array(z.object({ digest: z.string(), name: z.string(), title: z.string() })),
  pairs: z.array(ListedPair).min(1),
})
export type PairListing = z.infer<typeof PairListing>
