import { z } from 'zod'
import { CONTEXT_SOURCES } from './text/context.ts'
import { PairMark, PairSaid, PersonSaid } from './marks.ts'
import { ALT_KINDS } from './alt-kinds.ts'
import { PairPictureText } from './picture-texts.ts'

/** The folder of an open corpus, absolute. It names the corpus in every call. */
export const CorpusPath = z.string().min(1)
export const PairId = z.number().int().positive()
export const ModelId = z.string().min(1)

/** The texts that a pair has of its own. `span` is a predicted or labeled description. */
export const OWN_TEXTS = ['alt', 'caption', 'title', 'before', 'after', 'span'] as const
export const OwnText = z.enum(OWN_TEXTS)
export type OwnText = z.infer<typeof OwnText>

/** Which words of a pair are meant. `best`: of several of its texts the one that fits best. */
export const TEXT_SOURCES = [...OWN_TEXTS, 'best'] as const
export const TextSource = z.enum(TEXT_SOURCES)
export type TextSource = z.infer<typeof TextSource>

/**
 * State of a picture.
 * - `pending`: known by address only, not looked for yet
 * - `ok`: bytes kept and decoded
 * - `missing`: neither in the archives nor in the folder that was searched
 * - `failed`: looked for, could not be had or decoded; `error` says why
 * - `refused`: the publisher opted out, or the address is not allowed
 */
export const IMAGE_STATUSES = ['pending', 'ok', 'missing', 'failed', 'refused'] as const
export const ImageStatus = z.enum(IMAGE_STATUSES)
export type ImageStatus = z.infer<typeof ImageStatus>

export const Score = z.object({
  model: ModelId,
  text: TextSource,
  /** Raw cosine, float32, -1..1. */
  cosine: z.number(),
})
export type Score = z.infer<typeof Score>

/** What `gleaner pairs --json` prints and exports are made from. null = absent, "" = empty. */
export const Pair = z.object({
  id: PairId,
  page: z.object({
    url: z.string(),
    archive: z.string(),
    offset: z.number().int(),
    recordId: z.string().nullable(),
    date: z.string().nullable(),
    language: z.string().nullable(),
    title: z.string().nullable(),
  }),
  image: z.object({
    url: z.string(),
    status: ImageStatus,
    sha256: z.string().nullable(),
    width: z.number().int().nullable(),
    height: z.number().int().nullable(),
    mime: z.string().nullable(),
    error: z.string().nullable(),
  }),
  text: z.object({
    alt: z.string().nullable(),
    title: z.string().nullable(),
    caption: z.string().nullable(),
    before: z.string().nullable(),
    after: z.string().nullable(),
    /** Of the current set of spans: the one that counts. */
    span: z.string().nullable(),
    /** Of the texts of the set of best texts in use: the one with the highest cosine. */
    best: z.string().nullable(),
  }),
  scores: z.array(Score),
  /** Mark, tags and note of all people. */
  ...PairSaid.shape,
  /** Numbers of the table that it came from. */
  columns: z.array(z.object({ name: z.string(), value: z.number() })),
})
export type Pair = z.infer<typeof Pair>

/** Why each part of a pair is what it is; shown in the inspector. */
export const PairRules = z.object({
  /** Where the picture's address came from: `src`, `srcset`, `picture`, `data-src`, ... */
  image: z.string(),
  /** Where the caption came from: `figcaption`, `aria-label`, `aria-describedby`, `class:NAME`. */
  caption: z.string().nullable(),
  /** Distance from the picture in blocks of text; 0 = the same block. */
  beforeDistance: z.number().int().nullable(),
  afterDistance: z.number().int().nullable(),
  /** `width` and `height` attributes as written. */
  declaredWidth: z.number().int().nullable(),
  declaredHeight: z.number().int().nullable(),
})
export type PairRules = z.infer<typeof PairRules>

export const PairDetail = Pair.extend({
  position: z.number().int(),
  rules: PairRules,
  provenance: z.object({
    archivePath: z.string(),
    archiveSha256: z.string().nullable(),
    recordType: z.string(),
    charset: z.string().nullable(),
    charsetSource: z.string().nullable(),
    softwareVersion: z.string(),
    ingestedAt: z.string(),
    /** Where the picture's bytes came from, as one readable line. */
    imageSource: z.string().nullable(),
  }),
  ogImage: z.string().nullable(),
  /** What the current set of spans says; null = no set is chosen, or it has not looked at this pair. */
  span: z
    .object({
      set: z.number().int().positive(),
      title: z.string(),
      /** Code points of one of the texts, half-open; null = nothing describes the picture. */
      place: z
        .object({
          source: z.enum(CONTEXT_SOURCES),
          start: z.number().int(),
          end: z.number().int(),
        })
        .nullable(),
      /** Kind of the match, or description type; null for a model's. */
      kind: z.string().nullable(),
      /** Confidence of the model or similarity of the alt, 0..1; null for labels of people. */
      confidence: z.number().nullable(),
    })
    .nullable(),
  /** Who says what of it, by name. */
  said: z.array(PersonSaid),
  /** What kind of text its alt is, and by which rule; null = alts were not sorted yet. */
  altKind: z.object({ kind: z.enum(ALT_KINDS), rule: z.string().nullable() }).nullable(),
  /** The text in its picture; null = it was not looked for. */
  pictureText: PairPictureText.nullable(),
  /** Not to be shown before it is asked for: see `pairs.blur`. */
  blurred: z.boolean(),
  /** Original size of the picture in bytes. */
  bytes: z.number().int().nullable(),
})
export type PairDetail = z.infer<typeof PairDetail>

/** One cell of the grid. Small on purpose. */
export const PairRow = z.object({
  id: PairId,
  imageUrl: z.string(),
  status: ImageStatus,
  sha256: z.string().nullable(),
  width: z.number().int().nullable(),
  height: z.number().int().nullable(),
  /** The text that the grid shows: of the source asked for, else the first there is. */
  text: z.string().nullable(),
  textSource: TextSource.nullable(),
  cosine: z.number().nullable(),
  /** Cosine with what was searched by; null outside a search. */
  found: z.number().nullable(),
  /** What all who marked it say. */
  mark: PairMark.nullable(),
  tags: z.array(z.string()),
  /** Somebody wrote a note. */
  noted: z.boolean(),
  /** Not to be shown before it is asked for: see `pairs.blur`. */
  blurred: z.boolean(),
})
export type PairRow = z.infer<typeof PairRow>

/** Most UTF-16 units of a text in a row of the table; the inspector has all of it. */
export const TABLE_TEXT = 2000

/** One row of the table: all that its columns show. */
export const PairTableRow = PairRow.extend({
  /** Each cut at `TABLE_TEXT`. */
  texts: Pair.shape.text,
  /** With the tokens of the text that was scored; null = not counted. */
  scores: z.array(Score.extend({ tokens: z.number().int().nullable() })),
  page: z.object({
    url: z.string(),
    host: z.string(),
    title: z.string().nullable(),
    language: z.string().nullable(),
    date: z.string().nullable(),
    archive: z.string(),
  }),
  position: z.number().int(),
  mime: z.string().nullable(),
  bytes: z.number().int().nullable(),
  error: z.string().nullable(),
  note: Pair.shape.note,
  columns: Pair.shape.columns,
})
export type PairTableRow = z.infer<typeof PairTableRow>
