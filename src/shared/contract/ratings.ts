import { z } from 'zod'
import { call } from './call.ts'
import { OfStudy } from './studies.ts'

/** One name has one spelling: an order is drawn by it, and files of several machines are merged by it. */
export const Rater = z.string().trim().normalize('NFC').min(1).max(100)
export const RATING_MODES = ['rate', 'compare'] as const
export const RatingMode = z.enum(RATING_MODES)
export type RatingMode = z.infer<typeof RatingMode>

/** What says nothing: the address of a task, and of a picture in it. */
export const Token = z.string().regex(/^[0-9a-f]{24}$/)

const OfRater = OfStudy.extend({ rater: Rater })

/** The answers of a task by aspect; of a comparison under "" ('left', 'right', 'tie' or 'bad'). */
export const Answers = z.record(z.string(), z.string())
export type Answers = z.infer<typeof Answers>

export const RatingTask = z.object({
  task: Token,
  /** Shown as it stands, never cut. */
  prompt: z.string(),
  /** One picture, or the left and the right one. */
  images: z.array(Token).min(1).max(2),
  answers: Answers,
  /** Before the items that count; the rater knows. */
  practice: z.boolean(),
})
export type RatingTask = z.infer<typeof RatingTask>

/** A task whose answer was taken or brought back. */
const Undone = z.object({
  task: Token,
  /** "" in a comparison. */
  aspect: z.string(),
  answers: Answers,
})

export const RatingQueue = z.object({
  /** In the rater's order, practice first. */
  tasks: z.array(Token),
  /** As many as `tasks`: whether each is answered in full. */
  done: z.array(z.boolean()),
  practice: z.number().int(),
  /** null: not through practice yet. */
  qualified: z.boolean().nullable(),
  /** Pixels at which all pictures are shown. */
  width: z.number().int(),
  height: z.number().int(),
})
export type RatingQueue = z.infer<typeof RatingQueue>

export const RaterSummary = z.object({
  rater: Rater,
  /** Answers, and tasks answered in full, without practice, checks and repeats. */
  answers: z.number().int(),
  tasks: z.number().int(),
  of: z.number().int(),
  cannot: z.number().int(),
  /** Practice checks answered as expected; null before the end of practice. */
  qualified: z.boolean().nullable(),
  checks: z.object({ passed: z.number().int(), of: z.number().int() }),
  /** Repeated answers that were the same, and at most 1 off. */
  repeats: z.object({
    same: z.number().int(),
    near: z.number().int(),
    of: z.number().int(),
  }),
  /** Median seconds a task. */
  seconds: z.number().nullable(),
  /** Tasks faster than 3 s, which nobody judges in. */
  hasty: z.number().int(),
  /** All answers of an aspect equal over 20 items or more: names of these aspects. */
  straight: z.array(z.string()),
  unblinded: z.number().int(),
  firstAt: z.string(),
  lastAt: z.string(),
})
export type RaterSummary = z.infer<typeof RaterSummary>

export const Merged = z.object({
  added: z.number().int(),
  known: z.number().int(),
  refused: z.array(z.object({ reason: z.string(), n: z.number().int(), example: z.string() })),
})
export type Merged = z.infer<typeof Merged>

export const ratings = {
  /** The tasks of a rater in their order, which follows from the study's seed and the rater's name. */
  'ratings.queue': call(OfRater.extend({ mode: RatingMode }), RatingQueue),
  /** Tasks as they are shown; for reading ahead. */
  'ratings.tasks': call(
    OfRater.extend({ tasks: z.array(Token).min(1).max(20) }),
    z.array(RatingTask),
  ),
  /**
   * One answer, written before the call returns; null takes it away. It sets and never toggles.
   * @throws `invalid-input` (no answer of this aspect), `not-found`
   */
  'ratings.set': call(
    OfRater.extend({
      task: Token,
      /** "" in a comparison. */
      aspect: z.string().max(40),
      answer: z.string().max(8).nullable(),
      /** Milliseconds that the task was in view since it was shown, or since its answer before. */
      ms: z.number().int().min(0).max(86_400_000).nullable().default(null),
      /** Position in the rater's order, from 0. */
      position: z.number().int().min(0).nullable().default(null),
      /** 1 = 100 %. */
      zoom: z.number().positive().max(64).nullable().default(null),
      /** Which picture stood left, in a comparison. */
      left: Token.nullable().default(null),
    }),
    z.object({ answers: Answers }),
  ),
  /**
   * Takes back the rater's last answer, of a mode where one is named, whenever it was given; null =
   * there is none.
   */
  'ratings.undo': call(OfRater.extend({ mode: RatingMode.optional() }), Undone.nullable()),
  'ratings.redo': call(OfRater.extend({ mode: RatingMode.optional() }), Undone.nullable()),
  'ratings.raters': call(OfStudy, z.array(RaterSummary)),
  /**
   * `csv`: rater,item,model,kind,group,level,seed,aspect,value,at: what counts, as it is now; the
   * seed is left out while the study is blind.
   * `jsonl`: every event, for merging on another machine.
   */
  'ratings.export': call(
    OfStudy.extend({ out: z.string().min(1), format: z.enum(['csv', 'jsonl']).optional() }),
    z.object({ rows: z.number().int(), path: z.string() }),
  ),
  /** Takes in what others rated. In whatever order files are merged, the study is the same. */
  'ratings.merge': call(OfStudy.extend({ files: z.array(z.string().min(1)).min(1) }), Merged),
}
