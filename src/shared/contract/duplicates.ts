import { z } from 'zod'
import { CorpusPath, PairId, PairRow } from '../domain.ts'
import {
  COPY_COLOURS,
  COPY_VIEWS,
  DuplicateDecision,
  DuplicateKind,
  KeeperRule,
} from '../duplicates.ts'
import { call } from './call.ts'
import { Annotator } from './labels.ts'
import { ScoreSource } from './pairs.ts'

/** How a kind of duplicates stands in a corpus. */
export const DuplicateState = z.object({
  kind: DuplicateKind,
  /** How it was looked for last; null: never, and filters with it say so. Of exact ones it is never null. */
  made: z
    .object({
      /** ISO; null: they are known at any time. */
      at: z.string().nullable(),
      /** Bits of 64 that may differ (perceptual), least cosine (semantic), least Jaccard (text). */
      threshold: z.number().nullable(),
      /** Of semantic ones, by its id; of texts their source. */
      by: z.string().nullable(),
      /** Of perceptual ones. */
      colours: z.enum(COPY_COLOURS).nullable(),
    })
    .nullable(),
  /** Groups with two pairs or more, pairs in them, and pairs that `one:KIND` leaves out. */
  groups: z.number().int(),
  members: z.number().int(),
  copies: z.number().int(),
  /** Different pictures (texts) of the corpus, and those of them that came after it was made. */
  things: z.number().int(),
  waiting: z.number().int(),
  /** Things that were looked at and cannot be compared, by reason. They are their only copy. */
  leftOut: z.array(z.object({ reason: z.string(), n: z.number().int() })),
  /** Pairs by what people said. */
  decided: z.object({ keep: z.number().int(), drop: z.number().int(), apart: z.number().int() }),
})
export type DuplicateState = z.infer<typeof DuplicateState>

export const DuplicateMember = z.object({
  pair: PairRow,
  decision: DuplicateDecision.nullable(),
  /** Who said it, and when; null = nobody did. */
  said: z.object({ person: z.string(), at: z.string() }).nullable(),
  /**
   * From the picture (text) that leads the group: bits of 64, or 1 - cosine, or 1 - Jaccard; 0 where
   * it is the same one.
   */
  distance: z.number(),
  /** Of perceptual ones: how it comes from the leader. */
  view: z.enum(COPY_VIEWS).nullable(),
  /** Of perceptual ones: how far its colours are from the leader's; above `COLOUR_DIFFERS` they differ. */
  colour: z.number().nullable(),
  mime: z.string().nullable(),
  bytes: z.number().int().nullable(),
  host: z.string(),
  date: z.string().nullable(),
})
export type DuplicateMember = z.infer<typeof DuplicateMember>

export const DuplicateGroup = z.object({
  /** The lowest pair of the group: stays while its members do. */
  id: PairId,
  /** The pair that `one:` gives; null = all of it were dropped. */
  keeper: PairId.nullable(),
  /** What decided, and the pair that came second. */
  why: z.object({ rule: KeeperRule, second: PairId.nullable() }),
  size: z.number().int(),
  /** Somebody said something of at least one member. */
  decided: z.boolean(),
  /** Best first; at most as many as were asked for. */
  members: z.array(DuplicateMember),
})
export type DuplicateGroup = z.infer<typeof DuplicateGroup>

const Said = z.object({ event: z.string(), pairs: z.number().int() })
const Person = z.object({ corpus: CorpusPath, person: Annotator })

export const duplicates = {
  'duplicates.state': call(z.object({ corpus: CorpusPath }), z.array(DuplicateState)),
  /**
   * Groups of which two pairs or more pass the filter, with the members that pass; largest first,
   * then by id. Without limit of rows: page through them.
   */
  'duplicates.groups': call(
    z.object({
      corpus: CorpusPath,
      kind: DuplicateKind,
      where: z.string().default(''),
      score: ScoreSource.nullable().default(null),
      /** Only groups of which nothing, or something, was said. */
      only: z.enum(['all', 'open', 'decided']).default('all'),
      offset: z.number().int().min(0).default(0),
      limit: z.number().int().min(1).max(500).default(50),
      /** Members of each that are listed. */
      members: z.number().int().min(1).max(1_000_000).default(100),
    }),
    z.object({
      total: z.number().int(),
      /** Pairs in all of these groups. */
      pairs: z.number().int(),
      groups: z.array(DuplicateGroup),
    }),
  ),
  /** More members of a group, by any pair of it; null = it is in none. */
  'duplicates.group': call(
    z.object({
      corpus: CorpusPath,
      kind: DuplicateKind,
      id: PairId,
      score: ScoreSource.nullable().default(null),
      members: z.number().int().min(1).max(1_000_000).default(1000),
    }),
    DuplicateGroup.nullable(),
  ),
  /** One action, one event; null takes back what was said of these pairs. */
  'duplicates.decide': call(
    Person.extend({
      kind: DuplicateKind,
      ids: z.array(PairId).min(1).max(100_000),
      decision: DuplicateDecision.nullable(),
    }),
    Said,
  ),
  /** The person's last action that is not taken back, or the one that is named; null = there is none. */
  'duplicates.undo': call(Person.extend({ event: z.string().optional() }), Said.nullable()),
  'duplicates.redo': call(Person.extend({ event: z.string().optional() }), Said.nullable()),
}
