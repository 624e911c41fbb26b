import { z } from 'zod'

/** How an aspect is answered. */
export const ASPECT_FORMS = ['0-5', 'yes-partly-no', 'count'] as const
export const AspectForm = z.enum(ASPECT_FORMS)
export type AspectForm = z.infer<typeof AspectForm>

/** The largest count that a key sequence can give. */
export const MOST_COUNTED = 99

/** Aspects that a study may have. */
export const MOST_ASPECTS = 12

export const Aspect = z.object({
  /** Stable, in files and tables. */
  id: z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, 'small letters, digits and "-"'),
  name: z.string().trim().min(1).max(60),
  /** What the rater is asked. */
  question: z.string().trim().min(1).max(500),
  form: AspectForm.default('0-5'),
  /** What an answer means, by answer: `{"0": "none of the things is there", ...}`. */
  anchors: z.record(z.string().max(8), z.string().max(300)).default({}),
})
export type Aspect = z.infer<typeof Aspect>

/** The five aspects of conformity; objects, attributes, counts and relations as GenEval names them. */
export const DEFAULT_ASPECTS: readonly Aspect[] = [
  {
    id: 'objects',
    name: 'Objects',
    question: 'Are the things that the prompt names in the picture?',
    form: '0-5',
    anchors: {
      0: 'None of them.',
      1: 'One is hinted at, none is recognisable.',
      2: 'Fewer than half are recognisable.',
      3: 'More than half are recognisable.',
      4: 'All are there; one is malformed or hard to recognise.',
      5: 'All are there and recognisable at once.',
    },
  },
  {
    id: 'attributes',
    name: 'Attributes',
    question: 'Do colour, material, shape and state of the things fit the prompt?',
    form: '0-5',
    anchors: {
      0: 'None fits.',
      1: 'Hardly any fits.',
      2: 'Fewer than half fit.',
      3: 'More than half fit.',
      4: 'All fit but for a nuance.',
      5: 'All fit exactly.',
    },
  },
  {
    id: 'relations',
    name: 'Counts and relations',
    question: 'Do the numbers of things and their places to each other fit the prompt?',
    form: '0-5',
    anchors: {
      0: 'Neither numbers nor places fit.',
      1: 'Hardly anything fits.',
      2: 'Fewer than half fit.',
      3: 'More than half fit.',
      4: 'All fit but for one that is unclear.',
      5: 'All fit exactly.',
    },
  },
  {
    id: 'setting',
    name: 'Setting',
    question: 'Does the scene around the things (place, time, light) fit the prompt?',
    form: '0-5',
    anchors: {
      0: 'Another scene.',
      1: 'Hardly anything of it.',
      2: 'A part of it is hinted at.',
      3: 'Recognisable, with faults.',
      4: 'Fits but for a nuance.',
      5: 'Fits exactly.',
    },
  },
  {
    id: 'overall',
    name: 'Overall',
    question: 'How well does the picture as a whole show what the prompt says?',
    form: '0-5',
    anchors: {
      0: 'It shows something else.',
      1: 'Hardly anything of it.',
      2: 'Less than half of it.',
      3: 'More than half of it.',
      4: 'Nearly all of it.',
      5: 'All of it.',
    },
  },
]

export const DEFAULT_INSTRUCTIONS = `You see one picture at a time and the prompt that it was made from. Rate how well the picture fits the prompt, not how beautiful it is.
Judge each aspect by itself. Where the prompt says nothing about an aspect (no number, no place), rate 5 if nothing in the picture contradicts it.
0 is a rating. Where you cannot judge an aspect, say so (key x); nothing is then guessed.`

/** How a study is rated. Fixed when it is frozen. */
export const StudyDesign = z.object({
  /** Each picture by itself, on the aspects. */
  rate: z.boolean().default(true),
  /** Two pictures of one prompt side by side. */
  compare: z.boolean().default(false),
  aspects: z
    .array(Aspect)
    .min(1)
    .max(MOST_ASPECTS)
    .default(() => DEFAULT_ASPECTS.map((aspect) => structuredClone(aspect))),
  /** Ids of the aspects that the study's tests are about; the others are exploratory. Empty: all. */
  primary: z.array(z.string()).max(MOST_ASPECTS).default([]),
  instructions: z.string().max(20_000).default(DEFAULT_INSTRUCTIONS),
  /** Of every draw: order, repeats, checks, sides. */
  seed: z.number().int().min(0).max(0xffffffff).default(1),
  /** Share of pictures that come a second time, unannounced, 0..0.5. */
  repeats: z.number().min(0).max(0.5).default(0.05),
  /** At least so many repeats where there are any, and pictures enough. */
  leastRepeats: z.number().int().min(0).max(500).default(15),
  /** A picture that comes again does so at least this many positions later. */
  repeatDistance: z.number().int().min(1).max(500).default(30),
  /** One attention check in so many items; 0 = none. A check shows a picture with a prompt of another group. */
  checkEvery: z.number().int().min(0).max(500).default(40),
  /** Items before the first that count: half of them checks whose answer is known; 0 = none. */
  practice: z.number().int().min(0).max(50).default(8),
  /** Share of the practice checks that a rater must answer as expected, 0..1. */
  practiceShare: z.number().min(0).max(1).default(0.7),
  /** The same prompt never comes again within so many items, where that can be had. */
  spacing: z.number().int().min(0).max(50).default(5),
  /** Pictures that each rater gets, drawn by the seed; null = all. */
  perRater: z.number().int().min(1).max(100_000).nullable().default(null),
  /** Minutes after which a break is proposed; 0 = never. */
  breakAfter: z.number().int().min(0).max(240).default(25),
  /** What a reader of the report must know of the raters: who, how trained, pay. */
  raters: z.string().max(5000).default(''),
})
export type StudyDesign = z.infer<typeof StudyDesign>

type Fields = typeof StudyDesign.shape
/**
 * Some fields of a design. What is not said stays unsaid: `StudyDesign.partial()` would fill in what
 * is usual, and so undo what was set before.
 */
export const DesignChange = z
  .object(
    Object.fromEntries(
      Object.entries(StudyDesign.shape).map(([name, field]) => [name, field.unwrap()]),
    ) as { [N in keyof Fields]: ReturnType<Fields[N]['unwrap']> },
  )
  .partial()
export type DesignChange = z.infer<typeof DesignChange>

/** Said in place of an answer by who cannot judge. */
export const CANNOT_JUDGE = 'cannot'

/** The answers that a form takes, beside `CANNOT_JUDGE`, as they are written. */
export function answersOf(form: AspectForm): readonly string[] {
  if (form === '0-5') return ['0', '1', '2', '3', '4', '5']
  if (form === 'yes-partly-no') return ['no', 'partly', 'yes']
  return Array.from({ length: MOST_COUNTED + 1 }, (_, n) => String(n))
}

/**
 * An answer as a number: 0-5 as it is, no 0, partly 1, yes 2, a count as it is; null for
 * "cannot judge".
 */
export function valueOf(form: AspectForm, answer: string): number | null {
  if (answer === CANNOT_JUDGE) return null
  if (form === 'yes-partly-no') return answersOf(form).indexOf(answer)
  return Number(answer)
}

/** The largest value that an aspect's answers have; null where nothing bounds it in practice. */
export function topOf(form: AspectForm): number | null {
  return form === '0-5' ? 5 : form === 'yes-partly-no' ? 2 : null
}
