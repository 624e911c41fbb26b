import { z } from 'zod'
import { CorpusPath, ImageStatus, TextSource } from '../domain.ts'
import { call } from './call.ts'
import { ExportFormat } from './choices.ts'

/** Pairs that match and would be left out, by reason. */
export const ExportSkip = z.discriminatedUnion('reason', [
  z.object({ reason: z.literal('no-text'), n: z.number().int() }),
  /** Another pair stands for the picture. */
  z.object({ reason: z.literal('same-picture'), n: z.number().int() }),
  z.object({ reason: z.literal('no-picture'), status: ImageStatus, n: z.number().int() }),
  /** Of a type that the usual readers of the format do not open; null: not known. */
  z.object({
    reason: z.literal('picture-type'),
    mime: z.string().nullable(),
    n: z.number().int(),
  }),
])
export type ExportSkip = z.infer<typeof ExportSkip>

export const exporting = {
  /**
   * What `jobs.export` would write, by the rules it goes by: counted from what the corpus knows of
   * its pictures, without reading them. Damaged and lost ones only show when they are read.
   */
  'exports.preview': call(
    z.object({
      corpus: CorpusPath,
      format: ExportFormat,
      where: z.string().default(''),
      text: TextSource.default('alt'),
      /** As of `jobs.export`. */
      fallback: z.array(TextSource).default([]),
      onePerPicture: z.boolean().default(false),
    }),
    z.object({
      matched: z.number().int(),
      exported: z.number().int(),
      /** The most frequent first. */
      skipped: z.array(ExportSkip),
    }),
  ),
}
