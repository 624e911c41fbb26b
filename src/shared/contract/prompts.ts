import { z } from 'zod'
import { CorpusPath, ModelId, PairId } from '../domain.ts'
import { call } from './call.ts'

/** Prompts that a set may hold. */
export const MAX_PROMPTS = 20_000
/** Characters of a prompt. */
export const MAX_PROMPT_LENGTH = 4000

/** One prompt: a step of a ladder. Blanks at the ends are taken off. */
export const PromptText = z.object({
  /** The ladder it belongs to; within a set a group has each level once. */
  group: z.string().trim().min(1).max(200),
  /** Of the group, by any name ("sensible"); "" = none was given. */
  kind: z.string().trim().max(100).default(''),
  /** From the least detailed up; usually from 1. */
  level: z.number().int().min(0).max(999),
  text: z.string().trim().min(1).max(MAX_PROMPT_LENGTH),
})
export type PromptText = z.infer<typeof PromptText>

/** Where the prompts of a set came from first; people may have changed them since. */
export const PromptOrigin = z.discriminatedUnion('from', [
  z.object({ from: z.literal('written') }),
  z.object({
    from: z.literal('file'),
    file: z.string(),
    /** Of the file's bytes. */
    sha256: z.string(),
  }),
  z.object({
    from: z.literal('generator'),
    /** Of the grammar and its words: the same version, seed and numbers give the same prompts. */
    version: z.number().int(),
    seed: z.number().int(),
    sensible: z.number().int(),
    nonsensical: z.number().int(),
    levels: z.number().int(),
  }),
])
export type PromptOrigin = z.infer<typeof PromptOrigin>

export const PromptSetInfo = z.object({
  id: z.number().int().positive(),
  name: z.string(),
  origin: PromptOrigin,
  prompts: z.number().int(),
  groups: z.number().int(),
  /** Of the longest ladder. */
  levels: z.number().int(),
  /** Groups of each kind, in the order of the set. */
  kinds: z.array(z.object({ kind: z.string(), groups: z.number().int() })),
  createdAt: z.string(),
  changedAt: z.string(),
})
export type PromptSetInfo = z.infer<typeof PromptSetInfo>

/** Groups in their order, within a group by level. */
export const PromptSet = PromptSetInfo.extend({ texts: z.array(PromptText) })
export type PromptSet = z.infer<typeof PromptSet>

const SetId = z.number().int().positive()
const SetName = z.string().trim().min(1).max(200)
const Texts = z.array(PromptText).max(MAX_PROMPTS)

/** A change of a set. Each is one transaction; what is not well formed changes nothing. */
export const PromptChange = z.discriminatedUnion('what', [
  z.object({ what: z.literal('create'), name: SetName, texts: Texts }),
  z.object({ what: z.literal('rename'), set: SetId, name: SetName }),
  /** All prompts of the set become these, in this order. */
  z.object({ what: z.literal('replace'), set: SetId, texts: Texts }),
  /**
   * One group becomes these prompts, which may bear another group's name if it is free; none = the
   * group goes. A group that is not there is added at the end.
   */
  z.object({ what: z.literal('group'), set: SetId, group: z.string(), texts: Texts }),
])
export type PromptChange = z.infer<typeof PromptChange>

export const PROMPT_FORMATS = ['csv', 'jsonl', 'yaml'] as const
export const PromptFormat = z.enum(PROMPT_FORMATS)
export type PromptFormat = z.infer<typeof PromptFormat>

/** Why a row of a file is left out. */
export const PROMPT_REFUSALS = [
  'no-prompt',
  'no-level',
  'level-twice',
  'too-long',
  'ragged-row',
  'not-a-row',
  'bad-json',
  'too-many',
] as const
export const PromptRefusal = z.object({
  /** Of the file, from 1. */
  line: z.number().int(),
  reason: z.enum(PROMPT_REFUSALS),
  detail: z.string(),
})
export type PromptRefusal = z.infer<typeof PromptRefusal>

/** Within a set, the group and level of a prompt. */
const Place = z.object({ group: z.string(), level: z.number().int() })

const OfGroup = { group: z.string(), level: z.null() }
const OfPrompt = { group: z.string(), level: z.number().int() }
/** What should be seen; `code` says what, the rest how. Nothing of it is refused. */
export const PromptProblem = z.discriminatedUnion('code', [
  /** Content words of the level before that this one does not have. */
  z.object({ code: z.literal('words-missing'), ...OfPrompt, words: z.array(z.string()) }),
  z.object({ code: z.literal('nothing-added'), ...OfPrompt }),
  z.object({ code: z.literal('duplicate'), ...OfPrompt, other: Place }),
  /** The same but for case, punctuation and spaces. */
  z.object({ code: z.literal('near-duplicate'), ...OfPrompt, other: Place }),
  /** The model does not read to the end. */
  z.object({
    code: z.literal('cut'),
    ...OfPrompt,
    tokens: z.number().int(),
    limit: z.number().int(),
  }),
  /** It stands in the corpus: as it is, or but for case, punctuation and spaces. */
  z.object({
    code: z.literal('in-corpus'),
    ...OfPrompt,
    exact: z.number().int(),
    normalised: z.number().int(),
  }),
  z.object({ code: z.literal('level-missing'), ...OfGroup, levels: z.array(z.number().int()) }),
  z.object({ code: z.literal('level-twice'), ...OfPrompt }),
  z.object({ code: z.literal('kinds-mixed'), ...OfGroup, kinds: z.array(z.string()) }),
  /** Most ladders of the set have another number of levels. */
  z.object({
    code: z.literal('uneven'),
    ...OfGroup,
    levels: z.number().int(),
    usual: z.number().int(),
  }),
])
export type PromptProblem = z.infer<typeof PromptProblem>
export type PromptProblemCode = PromptProblem['code']
export const PROMPT_PROBLEMS = PromptProblem.options.map(
  ({ shape }) => shape.code.value,
) as PromptProblemCode[]

/** What was measured of a prompt. Places are code points of its text. */
export const PromptMeasure = Place.extend({
  words: z.number().int(),
  characters: z.number().int(),
  /** With the special ones that the tokenizer adds; null without a tokenizer. */
  tokens: z.number().int().nullable(),
  /** Where the part begins that the model does not see; null = it sees all. */
  cutAt: z.number().int().nullable(),
  /** What this level adds to the one before, half-open; empty at the lowest level. */
  added: z.array(z.tuple([z.number().int(), z.number().int()])),
})
export type PromptMeasure = z.infer<typeof PromptMeasure>

/** Prompts that stand in the texts of the corpus as they are, with the pairs. */
export const PromptMatch = Place.extend({
  /** Pairs that hold the prompt exactly, and those that hold it but for case, punctuation, spaces. */
  exact: z.number().int(),
  normalised: z.number().int(),
  /** The first of them (at most 20), exact ones first. */
  pairs: z.array(
    z.object({
      pair: PairId,
      source: z.enum(['alt', 'caption', 'title', 'span']),
      exact: z.boolean(),
    }),
  ),
})
export type PromptMatch = z.infer<typeof PromptMatch>

export const PromptReport = z.object({
  prompts: z.number().int(),
  groups: z.number().int(),
  measures: z.array(PromptMeasure),
  problems: z.array(PromptProblem),
  /** Whose tokens were counted; null where no picture-text model is installed. */
  tokenizer: z
    .object({
      model: ModelId,
      name: z.string(),
      /** Tokens that it reads, the special ones included; CLIP's is 77. */
      limit: z.number().int(),
      isDemonstration: z.boolean(),
    })
    .nullable(),
  /** null unless asked for. */
  corpus: z
    .object({
      /** Texts that were compared, and the prompts found among them. */
      texts: z.number().int(),
      exact: z.number().int(),
      normalised: z.number().int(),
      matches: z.array(PromptMatch),
    })
    .nullable(),
})
export type PromptReport = z.infer<typeof PromptReport>

const InSet = z.object({ corpus: CorpusPath, set: SetId })

/** What the generator is told; see `src/main/evaluation/prompts/generate-prompts.ts`. */
export const PromptRecipe = z.object({
  sensible: z.number().int().min(0).max(150).default(50),
  nonsensical: z.number().int().min(0).max(150).default(50),
  levels: z.number().int().min(2).max(7).default(5),
  seed: z.number().int().min(0).max(4294967295).default(1),
})
export type PromptRecipe = z.infer<typeof PromptRecipe>

export const prompts = {
  /** By name. */
  'prompts.sets': call(z.object({ corpus: CorpusPath }), z.array(PromptSetInfo)),
  'prompts.set': call(InSet, PromptSet),
  /** Refused (`conflict`) when another set has the name, or a group has a level twice. */
  'prompts.save': call(z.object({ corpus: CorpusPath, change: PromptChange }), PromptSetInfo),
  'prompts.remove': call(InSet, z.object({})),
  /** Makes a set of a file; rows that cannot be used are named, the rest is kept. */
  'prompts.import': call(
    z.object({
      corpus: CorpusPath,
      file: z.string().min(1),
      /** Otherwise the file's, with a number where that is taken. */
      name: SetName.optional(),
      /** Otherwise by the file's ending or beginning. */
      format: PromptFormat.optional(),
    }),
    z.object({
      set: PromptSetInfo,
      /** How many rows were left out, and the first 200 of them. */
      left: z.number().int(),
      refused: z.array(PromptRefusal),
      /** What was made of unusual columns, in sentences. */
      notes: z.array(z.string()),
    }),
  ),
  /** The file appears when it is whole. */
  'prompts.export': call(
    InSet.extend({ file: z.string().min(1), format: PromptFormat }),
    z.object({ file: z.string(), prompts: z.number().int() }),
  ),
  'prompts.generate': call(
    PromptRecipe.extend({ corpus: CorpusPath, name: SetName.optional() }),
    PromptSetInfo,
  ),
  'prompts.check': call(
    InSet.extend({
      /** Picture-text model whose tokenizer counts; otherwise the default one. */
      model: ModelId.optional(),
      /** Look for the prompts in the texts of the corpus, too: it reads them all. */
      overlap: z.boolean().default(false),
    }),
    PromptReport,
  ),
}
