import { z } from 'zod'
import { baseName } from '../../format.ts'
import { Device, FEATURE_RESIZES } from '../choices.ts'
import { defineJob } from './define.ts'

/** Distances between two sets of pictures by their features; docs/measures.md defines each. */
export const SET_MEASURES = ['fd', 'kid', 'cmmd'] as const
export type SetMeasure = (typeof SET_MEASURES)[number]

const Seed = z.number().int().min(0).max(0xffff_ffff)
const Drawn = z.number().int().min(2).max(10_000_000)

export const MeasureInput = z.object({
  measure: z.enum(SET_MEASURES),
  /** A folder of pictures, a corpus, `CORPUS#STUDY/MODEL[/KIND]`, or features in `.npy` or `.npz`. */
  a: z.string().min(1),
  b: z.string().min(1),
  /** Whose features; without it the best that is installed. */
  model: z.string().min(1).optional(),
  /** Another way of resizing than the model's own. */
  resize: z.enum(FEATURE_RESIZES).optional(),
  /** How many pictures are drawn of each; without it all. */
  n: z.tuple([Drawn, Drawn]).optional(),
  /** Of the draw: A by this, B by the next one. */
  seed: Seed.default(0),
  device: Device.default('auto'),
  /** Compares what was resized or kept unlike; the result then says so. */
  allowUnlike: z.boolean().default(false),
  /** A JSON file that gets the number and its stamp (`MeasureResult`). */
  out: z.string().min(1).optional(),
})
export type MeasureInput = z.infer<typeof MeasureInput>

/** One side of a measure. */
export const MeasuredSet = z.object({
  source: z.string(),
  /** Pictures or rows that there are, and that were drawn. */
  available: z.number().int(),
  n: z.number().int(),
  /** File formats of those that were drawn, with how many are of each; empty for features. */
  formats: z.record(z.string(), z.number().int()),
  /** Drawn and left out, by reason. */
  leftOut: z.record(z.string(), z.number().int()),
})
export type MeasuredSet = z.infer<typeof MeasuredSet>

/** A number with all that it depends on. */
export const MeasureResult = z.object({
  measure: z.enum(SET_MEASURES),
  /** What it may be called: "FID (Inception v3, clean)". */
  name: z.string(),
  value: z.number(),
  /** Over the subsets, and 95 % of the estimate: of KID alone. */
  sd: z.number().nullable(),
  interval: z.tuple([z.number(), z.number()]).nullable(),
  n: z.tuple([z.number().int(), z.number().int()]),
  seed: z.number().int(),
  /** null for features of files. */
  model: z.object({ id: z.string(), digest: z.string() }).nullable(),
  device: z.string().nullable(),
  /** How pictures were resized; null where features came from files. */
  resize: z.string().nullable(),
  sets: z.tuple([MeasuredSet, MeasuredSet]),
  warnings: z.array(z.string()),
})
export type MeasureResult = z.infer<typeof MeasureResult>

/** A distance between two sets of pictures. */
export const measure = defineJob({
  kind: 'measure',
  call: 'jobs.measure',
  input: MeasureInput,
  title: ({ measure: name, a, b }) =>
    `Measure ${name.toUpperCase()} of ${baseName(a)} and ${baseName(b)}`,
  lane: 'machine',
  // Somebody waits for the number; nothing is lost but time.
  resumes: () => false,
})
