import { z } from 'zod'
import { call } from './call.ts'
import { ScoreUnit } from './choices.ts'

/**
 * What a column can mean; every other one is `ignore`d. `score` (a similarity) and `number` (kept as
 * it is, to filter and sort by) may be given to several.
 */
export const ColumnRole = z.enum([
  'url',
  'path',
  'alt',
  'caption',
  'title',
  'before',
  'after',
  'width',
  'height',
  'page',
  'date',
  'language',
  'score',
  'number',
  'ignore',
])
export type ColumnRole = z.infer<typeof ColumnRole>

export const RecognisedTable = z.object({
  path: z.string(),
  format: z.enum(['parquet', 'csv', 'tsv', 'jsonl', 'json', 'coco']),
  /** Whose column names it bears; null: nobody's that is known. */
  layout: z.enum(['laion', 'coyo', 'datacomp', 'img2dataset', 'coco', 'gleaner']).nullable(),
  /** null where only reading tells. */
  rows: z.number().int().nullable(),
  bytes: z.number(),
  columns: z.array(
    z.object({
      name: z.string(),
      type: z.enum(['text', 'integer', 'number', 'boolean', 'date', 'binary', 'nested', 'empty']),
      role: ColumnRole,
      /** Why, in a few words. */
      why: z.string(),
      /** Of a score's values, as far as they were looked at. */
      range: z
        .object({ min: z.number(), max: z.number(), median: z.number().nullable() })
        .nullable(),
      /** Under which name the scores of this column will be found. */
      model: z.string().nullable(),
    }),
  ),
  /** Things that should be seen before importing. */
  problems: z.array(z.string()),
  /** The first five rows by column, long texts cut. */
  preview: z.array(z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))),
  /** Vectors that stand beside the table, row by row. */
  embeddings: z
    .object({
      image: z.string().nullable(),
      text: z.string().nullable(),
      rows: z.number().int(),
      dims: z.number().int(),
      /** Under which name each row's own cosine will be found; null without both sides. */
      model: z.string().nullable(),
    })
    .nullable(),
})
export type RecognisedTable = z.infer<typeof RecognisedTable>

/** What is in a table that `similarity` wrote. */
export const ScoredTable = z.object({
  path: z.string(),
  rows: z.number().int(),
  /** A score a model, in the order of the columns. */
  scores: z.array(
    z.object({
      column: z.string(),
      /** Rows that have one. */
      n: z.number().int(),
      /** All of these are null without a row. */
      mean: z.number().nullable(),
      /** With n - 1 in the denominator; null also of one row. */
      sd: z.number().nullable(),
      min: z.number().nullable(),
      max: z.number().nullable(),
      /** Rows in bins of one width that touch; `from` is part of a bin, `to` is not. */
      bins: z.array(z.object({ from: z.number(), to: z.number(), n: z.number().int() })),
    }),
  ),
  /** Rows without a score by reason, the most frequent first, each with its first rows. */
  problems: z.array(
    z.object({
      reason: z.string(),
      n: z.number().int(),
      /** Rows are counted from 1, the heading left out. */
      first: z.array(z.object({ row: z.number().int(), what: z.string() })),
    }),
  ),
})
export type ScoredTable = z.infer<typeof ScoredTable>

export const tables = {
  /**
   * What is in a table, or in a folder of them: looks at the first rows, imports nothing. What would
   * make `jobs.import` refuse is in `refusal`; what it would leave out, with the others taken, in
   * `left`.
   */
  'tables.recognise': call(
    z.object({
      path: z.string().min(1),
      columns: z.array(z.object({ role: z.string(), column: z.string() })).default([]),
      modelName: z.string().trim().min(1).max(200).optional(),
      unit: ScoreUnit.optional(),
      keep: z.array(z.string()).optional(),
    }),
    z.object({
      /** Tables that the path stands for. */
      n: z.number().int(),
      /** The first of them (at most 20). */
      tables: z.array(RecognisedTable),
      refusal: z
        .object({
          /** What a choice can be made about; null where none would help. */
          about: z.enum(['pictures', 'texts', 'unit']).nullable(),
          message: z.string(),
          hint: z.string().nullable(),
          /** As only the command line says it. */
          commandHint: z.string().optional(),
        })
        .nullable(),
      /** Tables that would be left out, and why. */
      left: z.array(z.object({ name: z.string(), message: z.string() })),
    }),
  ),
  /**
   * Reads what `similarity` wrote: how its scores lie, and why rows have none.
   * @throws `invalid-input` for a table without its columns
   */
  'tables.scored': call(z.object({ path: z.string().min(1) }), ScoredTable),
}
