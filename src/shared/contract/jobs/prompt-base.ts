import { z } from 'zod'
import { Device } from '../choices.ts'
import { PromptBaseName } from '../prompt-bases.ts'
import { ProjectionRecipe } from '../prompt-projection.ts'
import { CleanRules } from '../prompt-rules.ts'
import { defineJob } from './define.ts'

/** Which models a base is embedded by; without an id the best that is installed. */
const models = {
  /** A picture-text model: its text encoder embeds prompts, its picture encoder looks for them. */
  model: z.string().min(1).optional(),
  /** A text encoder; one that was made for sentences is preferred. */
  sentenceModel: z.string().min(1).optional(),
  device: Device.default('auto'),
}

export const PromptBaseInput = z.object({
  base: PromptBaseName,
  /** The base is made; where it is there already, the job fails. */
  make: z.boolean().default(false),
  /** Text files (a prompt a line), tables (CSV, TSV, JSON Lines, Parquet), corpora. */
  paths: z.array(z.string().min(1)).max(1000).default([]),
  /** The column of tables; without it `prompt` by name first, then as an import recognises texts. */
  textColumn: z.string().min(1).optional(),
  /**
   * Vectors of the one table's prompts row by row (`.npy`), as a picture-text model made them that is
   * not on this machine; in place of embedding them.
   */
  source: z.string().min(1).optional(),
  /** Of corpora. */
  text: z.enum(['alt', 'caption', 'title']).default('alt'),
  /** Of corpora: only texts of pairs that this filter keeps. */
  where: z.string().default(''),
  /** Cleans all of the base by these rules; null = does not. */
  clean: CleanRules.nullable().default(null),
  /** Embeds what is in use. */
  embed: z.boolean().default(true),
  ...models,
})
export type PromptBaseInput = z.infer<typeof PromptBaseInput>

/** Fills, cleans and embeds a prompt base. Each of the parts goes on where it was. */
export const promptBase = defineJob({
  kind: 'prompt-base',
  call: 'promptBases.build',
  input: PromptBaseInput,
  title: ({ base, make, clean, paths }) =>
    make
      ? `Make the prompt base ${base}`
      : clean
        ? `Clean the prompt base ${base}`
        : paths.length > 0
          ? `Add prompts to ${base}`
          : `Embed the prompts of ${base}`,
  lane: 'machine',
})

/** How the neighbours' rows are averaged. */
export const AVERAGINGS = ['mean', 'cosine'] as const
/** Whose rows are averaged: the sentence encoder's, or those of the picture-text model's texts. */
export const PREDICTION_SPACES = ['sentence', 'clip'] as const

const Weight = z.number().min(-10).max(10)
const prediction = {
  /** E_pred = w1 · mean of the k nearest + w2 · the nearest. */
  weights: z.tuple([Weight, Weight]).default([0.6, 0.4]),
  averaging: z.enum(AVERAGINGS).default('mean'),
  space: z.enum(PREDICTION_SPACES).default('sentence'),
}
export type Prediction = {
  weights: [number, number]
  averaging: (typeof AVERAGINGS)[number]
  space: (typeof PREDICTION_SPACES)[number]
}

const K = z.number().int().min(1).max(10_000)

export const ImageToPromptInput = z.object({
  base: PromptBaseName,
  /** Pictures, or folders of them. */
  paths: z.array(z.string().min(1)).min(1).max(100_000),
  k: K.default(100),
  ...prediction,
  /** Neighbours that are written out. */
  shown: z.number().int().min(0).max(1000).default(10),
  /** Writes E_pred, too. */
  embedding: z.boolean().default(false),
  out: z.string().min(1),
  format: z.enum(['jsonl', 'csv']).default('jsonl'),
  replace: z.boolean().default(false),
  ...models,
})
export type ImageToPromptInput = z.infer<typeof ImageToPromptInput>

/** Prompts for pictures, composed of those nearest to them. */
export const imageToPrompt = defineJob({
  kind: 'image-to-prompt',
  call: 'promptBases.predict',
  input: ImageToPromptInput,
  title: ({ base, paths }) =>
    `Prompts for ${paths.length === 1 ? 'pictures' : `${paths.length} places`} out of ${base}`,
  lane: 'machine',
  makes: 'folder',
  // Somebody waits for the list; nothing is lost but time.
  resumes: () => false,
})

export const PromptEvaluationInput = z.object({
  base: PromptBaseName,
  /** A table of pictures and their true prompts. */
  file: z.string().min(1),
  imageColumn: z.string().min(1).optional(),
  textColumn: z.string().min(1).optional(),
  /** Where relative paths begin; default: the folder of the table. */
  root: z.string().min(1).optional(),
  /** Vectors of the pictures row by row (`.npy`), of the base's picture-text model, in place of the pictures. */
  source: z.string().min(1).optional(),
  ks: z.array(K).min(1).max(50).default([1, 10, 100]),
  ...prediction,
  /** Share of the pictures that is judged by; with a projection the rest trains it. */
  heldOut: z.number().min(0.01).max(1).default(0.2),
  seed: z.number().int().min(0).max(0xffff_ffff).default(0),
  resamples: z.number().int().min(100).max(100_000).default(2000),
  /** null: no projection is trained. Another recipe than the field's is judged beside the field's. */
  projection: ProjectionRecipe.nullable().prefault({}),
  out: z.string().min(1),
  /** An SVG file that gets the curve over k. */
  figure: z.string().min(1).optional(),
  replace: z.boolean().default(false),
  ...models,
})
export type PromptEvaluationInput = z.infer<typeof PromptEvaluationInput>

/** How near the prompts that a base predicts come to the true ones. */
export const promptEvaluation = defineJob({
  kind: 'prompt-evaluation',
  call: 'promptBases.evaluate',
  input: PromptEvaluationInput,
  title: ({ base }) => `Judge the prompts that ${base} predicts`,
  lane: 'machine',
  makes: 'folder',
  resumes: () => false,
})
