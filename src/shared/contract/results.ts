import { z } from 'zod'
import { Figure } from '../figures.ts'
import { AspectForm } from '../studies/design.ts'
import { StudyPick } from '../studies/pick.ts'
import { call } from './call.ts'
import { StudyPower, StudyPowerInput } from './power.ts'
import { OfStudy, STUDY_STATES } from './studies.ts'

/** The results of a rating study: every number of its report. */

/** A number with all that a reader must know of it. */
export const ResultNumber = z.object({
  /** null: it is not defined; `why` says the reason. */
  value: z.number().nullable(),
  interval: z.object({ lo: z.number(), hi: z.number() }).nullable(),
  /** How many it stands on, and what that counts. */
  n: z.number().int().min(0),
  unit: z.string(),
  /** Key into `StudyResults.methods`: how value and interval were made. */
  how: z.string(),
  why: z.string().nullable(),
})
export type ResultNumber = z.infer<typeof ResultNumber>

/** A test of the hypothesis that there is no difference. */
export const ResultTest = z.object({
  p: z.number().nullable(),
  statistic: z.number().nullable(),
  n: z.number().int().min(0),
  how: z.string(),
  why: z.string().nullable(),
})
export type ResultTest = z.infer<typeof ResultTest>

/** Of all prompts where kind and level are null. */
const Scope = { kind: z.string().nullable(), level: z.number().int().nullable() }

export const ResultMean = z.object({
  model: z.string(),
  aspect: z.string(),
  ...Scope,
  mean: ResultNumber,
  ratings: z.number().int(),
})
export type ResultMean = z.infer<typeof ResultMean>

/** How a scale was used. */
export const ResultUse = z.object({
  model: z.string(),
  aspect: z.string(),
  counts: z.array(z.object({ value: z.number(), answer: z.string(), n: z.number().int() })),
  cannot: z.number().int(),
  n: z.number().int(),
  /** Shares at the ends of the scale; null for counts. */
  floor: z.number().nullable(),
  ceiling: z.number().nullable(),
  atFloor: z.boolean(),
  atCeiling: z.boolean(),
})
export type ResultUse = z.infer<typeof ResultUse>

/** The second model beside the first: positive where `b` is rated higher. */
export const ResultDifference = z.object({
  a: z.string(),
  b: z.string(),
  aspect: z.string(),
  ...Scope,
  /** b - a, mean of the prompts' differences. */
  difference: ResultNumber,
  /** The same with whole groups of prompts drawn: wider where levels of a ladder go together. */
  overGroups: ResultNumber.nullable(),
  wilcoxon: ResultTest,
  signFlip: ResultTest,
  /** Adjusted within the primary family; null outside of it. */
  pHolm: z.number().nullable(),
  family: z.enum(['primary', 'exploratory']),
  /** Matched-pairs rank-biserial correlation, -1..1. */
  effect: z.number().nullable(),
  /** Prompts where b is higher, both alike, a higher. */
  higher: z.number().int(),
  equal: z.number().int(),
  lower: z.number().int(),
  /** Prompts that only one of the two has. */
  leftOut: z.number().int(),
})
export type ResultDifference = z.infer<typeof ResultDifference>

export const ResultMixed = z.object({
  aspect: z.string(),
  /** Why there is no model; null where it converged. */
  why: z.string().nullable(),
  note: z.string().nullable(),
  how: z.string(),
  n: z.number().int(),
  /** The model that the others are compared with. */
  reference: z.string(),
  models: z.array(z.object({ model: z.string(), estimate: ResultNumber, p: z.number() })),
  random: z.array(
    z.object({ factor: z.string(), groups: z.number().int(), deviation: z.number() }),
  ),
  logLikelihood: z.number().nullable(),
})
export type ResultMixed = z.infer<typeof ResultMixed>

export const ResultComparisons = z.object({
  n: z.number().int(),
  raters: z.number().int(),
  prompts: z.number().int(),
  ties: z.number().int(),
  /** "Both fail", counted as ties. */
  bad: z.number().int(),
  cannot: z.number().int(),
  models: z.array(z.string()),
  pairs: z.array(
    z.object({
      a: z.string(),
      b: z.string(),
      winsA: z.number().int(),
      winsB: z.number().int(),
      ties: z.number().int(),
      /** Share in which b is preferred, a tie counting half. */
      rateB: ResultNumber,
      wilcoxon: ResultTest,
      pHolm: z.number().nullable(),
    }),
  ),
  bradleyTerry: z.array(z.object({ model: z.string(), strength: ResultNumber })),
  raoKupper: z.array(z.object({ model: z.string(), strength: ResultNumber })),
  /** Width of the tie. */
  theta: ResultNumber,
  /** Share of decided comparisons in which the left picture won. */
  left: ResultNumber,
})
export type ResultComparisons = z.infer<typeof ResultComparisons>

export const ResultAgreement = z.object({
  aspect: z.string(),
  alpha: ResultNumber,
  kappas: z.array(z.object({ a: z.string(), b: z.string(), kappa: ResultNumber })),
  /** Of one rater, and of the mean of all. */
  iccOne: ResultNumber,
  iccMean: ResultNumber,
})
export type ResultAgreement = z.infer<typeof ResultAgreement>

const Share = z.object({ of: z.number().int(), n: z.number().int() })

export const ResultRater = z.object({
  /** R1, R2, ... */
  rater: z.string(),
  /** Only where names were asked for. */
  name: z.string().nullable(),
  ratings: z.number().int(),
  votes: z.number().int(),
  cannot: z.number().int(),
  unblinded: z.number().int(),
  /** Over all ratings on bounded scales, in steps of 0..5: how much higher than the others. */
  bias: z.number().nullable(),
  /** Standard deviation of the rater's own noise, in the same steps. */
  sigma: z.number().nullable(),
  /** Pearson's r with the mean of the others. */
  correlation: z.number().nullable(),
  alphaWithout: z.number().nullable(),
  qualified: z.boolean().nullable(),
  checks: Share,
  repeatsSame: Share,
  repeatsNear: Share,
  /** Median seconds a task. */
  seconds: z.number().nullable(),
  hasty: z.number().int(),
  straight: z.array(z.string()),
  /** What BT.500 would say; null below eight raters. Nobody is dropped. */
  screened: z.boolean().nullable(),
})
export type ResultRater = z.infer<typeof ResultRater>

export const ResultCombined = z.object({
  model: z.string(),
  aspect: z.string(),
  raw: ResultNumber,
  biasRemoved: ResultNumber,
  noiseWeighted: ResultNumber,
})
export type ResultCombined = z.infer<typeof ResultCombined>

export const ResultTrend = z.object({
  aspect: z.string(),
  over: z.enum(['position', 'time']),
  /** Change of the rating for 100 items, or for an hour. */
  slope: ResultNumber,
  p: z.number().nullable(),
})
export type ResultTrend = z.infer<typeof ResultTrend>

export const ResultAutomatic = z.object({
  /** The scoring model and its digest. */
  by: z.string(),
  digest: z.string(),
  images: z.number().int(),
  /** By model and level: levels differ in length, so these are compared within a level only. */
  byLevel: z.array(
    z.object({ model: z.string(), level: z.number().int().nullable(), mean: ResultNumber }),
  ),
  differences: z.array(
    z.object({
      a: z.string(),
      b: z.string(),
      difference: ResultNumber,
      wilcoxon: ResultTest,
      higher: z.number().int(),
      equal: z.number().int(),
      lower: z.number().int(),
    }),
  ),
  correlations: z.array(
    z.object({
      aspect: z.string(),
      scope: z.enum(['within prompts', 'overall']),
      tau: ResultNumber,
      spearman: ResultNumber,
    }),
  ),
  /** Of two pictures of a prompt that people rate apart, how often it prefers the same one. */
  sameChoice: ResultNumber,
})
export type ResultAutomatic = z.infer<typeof ResultAutomatic>

/** A picture with what was said of it. */
export const ResultPicture = z.object({
  image: z.number().int(),
  model: z.string(),
  group: z.string(),
  kind: z.string(),
  level: z.number().int(),
  take: z.number().int(),
  prompt: z.string(),
  /** By aspect, by rater; "cannot" where it could not be judged. */
  ratings: z.array(
    z.object({
      aspect: z.string(),
      values: z.array(z.object({ rater: z.string(), answer: z.string() })),
    }),
  ),
  /** By which it stands where it stands. */
  score: z.number(),
})
export type ResultPicture = z.infer<typeof ResultPicture>

export const ResultAspect = z.object({
  id: z.string(),
  name: z.string(),
  question: z.string(),
  form: AspectForm,
  /** Largest value; null for counts. */
  top: z.number().nullable(),
  primary: z.boolean(),
})
export type ResultAspect = z.infer<typeof ResultAspect>

export const UNBLINDED_RATINGS = ['out', 'in'] as const

/** How results are made. */
export const ResultOptions = z.object({
  /** Ratings that were given after the study was unblinded. */
  unblinded: z.enum(UNBLINDED_RATINGS).default('out'),
  /** Raters (by name) whose answers are left out: a person's word, told in the report. */
  without: z.array(z.string()).max(1000).default([]),
  /** Names of the raters beside R1, R2, ... */
  names: z.boolean().default(false),
  /** Bootstrap draws of each interval. */
  resamples: z.number().int().min(100).max(100_000).default(2000),
  /** Of the bootstrap and of drawn sign patterns. */
  seed: z.number().int().min(0).max(0xffffffff).default(1),
  /** Of intervals. */
  level: z.number().min(0.5).max(0.999).default(0.95),
})
export type ResultOptions = z.infer<typeof ResultOptions>

export const StudyResults = z.object({
  format: z.literal('gleaner study results 1'),
  software: z.string(),
  study: z.object({
    name: z.string(),
    uid: z.string(),
    /** null: not frozen. */
    hash: z.string().nullable(),
    state: z.enum(STUDY_STATES),
    /** Models go by their codes. */
    blind: z.boolean(),
    createdAt: z.string(),
    frozenAt: z.string().nullable(),
    unblindedAt: z.string().nullable(),
  }),
  options: ResultOptions.omit({ without: true }).extend({
    /** Raters that were left out, as R1, R2. */
    without: z.array(z.string()),
  }),
  /** How numbers were made, in words, by the key in their `how`. */
  methods: z.record(z.string(), z.string()),
  headline: z.object({
    /** What can be said, in a sentence or two. */
    sentence: z.string(),
    /** What a reader must know before believing it. */
    cautions: z.array(z.string()),
  }),
  counts: z.object({
    prompts: z.number().int(),
    groups: z.number().int(),
    kinds: z.array(z.object({ kind: z.string(), prompts: z.number().int() })),
    levels: z.array(z.number().int()),
    images: z.number().int(),
    missing: z.number().int(),
    raters: z.number().int(),
    /** Answers on aspects that count, "cannot judge" included. */
    answers: z.number().int(),
    cannot: z.number().int(),
    votes: z.number().int(),
    /** Answers and votes after unblinding. */
    unblinded: z.number().int(),
    /** Answers and votes of raters that were left out. */
    leftOut: z.number().int(),
    /** Ratings of one picture and aspect. */
    perImage: z.object({ least: z.number().int(), median: z.number(), most: z.number().int() }),
    byModel: z.array(
      z.object({
        model: z.string(),
        /** null: not told while the study is blind. */
        images: z.number().int().nullable(),
        answers: z.number().int(),
        /** Share that could not be judged. */
        cannot: ResultNumber,
      }),
    ),
  }),
  models: z.array(z.string()),
  aspects: z.array(ResultAspect),
  use: z.array(ResultUse),
  means: z.array(ResultMean),
  differences: z.array(ResultDifference),
  /** Tests in the primary family. */
  family: z.number().int(),
  mixed: z.array(ResultMixed),
  comparisons: ResultComparisons.nullable(),
  agreement: z.array(ResultAgreement),
  raters: z.array(ResultRater),
  combined: z.array(ResultCombined),
  trends: z.array(ResultTrend),
  automatic: z.array(ResultAutomatic),
  /** By group of prompts, the aspect that pictures are ranked by. */
  byGroup: z.object({
    aspect: z.string(),
    rows: z.array(z.object({ group: z.string(), kind: z.string(), means: z.array(ResultNumber) })),
  }),
  /** What pictures are ranked by, in words. */
  rankedBy: z.string(),
  extremes: z.array(
    z.object({
      model: z.string(),
      best: z.array(ResultPicture),
      worst: z.array(ResultPicture),
    }),
  ),
  /** Pictures on which raters are furthest apart, with the aspect. */
  disagreements: z.array(ResultPicture.extend({ aspect: z.string() })),
  /** What a reader must know to judge the study (Otani et al. 2023), a paragraph each. */
  methodsText: z.array(z.string()),
})
export type StudyResults = z.infer<typeof StudyResults>

/** The questions of a report, in their order: which model, where, how sure, do people agree, do machines. */
export const REPORT_SECTIONS = ['which', 'where', 'sure', 'people', 'machines'] as const
export const ReportSection = z.enum(REPORT_SECTIONS)
export type ReportSection = z.infer<typeof ReportSection>

export const ReportFigure = z.object({ section: ReportSection, figure: Figure })
export type ReportFigure = z.infer<typeof ReportFigure>

export const results = {
  /**
   * Every number of a study's report with its figures; models by their codes while it is blind.
   * Takes seconds to minutes. @throws `conflict` (a rater's copy), `invalid-input`
   */
  'studies.results': call(
    OfStudy.extend({ options: ResultOptions.prefault({}) }),
    z.object({ results: StudyResults, figures: z.array(ReportFigure) }),
  ),
  /**
   * The pictures behind a number of the report, with what was said of them: those rated lowest first.
   * @throws `refused` while the study is blind
   */
  'studies.behind': call(
    OfStudy.extend({
      pick: StudyPick,
      limit: z.number().int().min(1).max(500).default(100),
    }),
    z.object({
      total: z.number().int(),
      pictures: z.array(ResultPicture.extend({ sha256: z.string() })),
    }),
  ),
  /** Before a study: how often one of this size would find a difference, and how large it had to be. */
  'studies.power': call(StudyPowerInput, StudyPower),
}
