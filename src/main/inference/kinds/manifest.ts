import { z } from 'zod'
import { AppError, systemMessage } from '#shared/errors.ts'
import { sha256Of } from '../../files/digest.ts'
import { canonicalJson } from '#shared/canonical-json.ts'

export const MANIFEST_FILE = 'gleaner.json'

/** A file below the model's folder: relative, forward slashes, never up and out. */
export const ModelFile = z
  .string()
  .min(1)
  .refine(
    (name) =>
      !name.includes('\\') &&
      !name.includes('\0') &&
      !/^([a-z]:|\/)/i.test(name) &&
      name.split('/').every((part) => part !== '' && part !== '.' && part !== '..'),
    'must be a relative path below the model folder, with forward slashes',
  )

/** What models are kept under and people type: letters, digits, `.`, `_`, `-`, one `/`. */
export const ModelId = z
  .string()
  .max(120)
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*(\/[A-Za-z0-9][A-Za-z0-9._-]*)?$/)

/** The model that this one was made out of, and how; null = none is known. */
export const DerivedFrom = z
  .object({ id: z.string(), digest: z.string(), how: z.string() })
  .nullable()
  .default(null)

/** Parses a manifest of one kind. `where` names the file in the error. Throws `invalid-input`. */
export function parseManifest<M>(schema: z.ZodType<M>, json: string, where: string): M {
  const parsed = schema.safeParse(parseJson(json, where))
  if (parsed.success) return parsed.data
  const issues = parsed.error.issues
    .slice(0, 5)
    .map((issue) => `${issue.path.join('.') || 'manifest'}: ${issue.message}`)
  throw new AppError(
    'invalid-input',
    `${where} is not a valid model manifest: ${issues.join('; ')}`,
    'docs/models.md describes the format.',
  )
}

/** The value of a `gleaner.json`. Throws `invalid-input`. */
export function parseJson(json: string, where: string): unknown {
  try {
    return JSON.parse(json)
  } catch (error) {
    throw new AppError(
      'invalid-input',
      `${where} is not JSON`,
      'docs/models.md describes the format.',
      { cause: error, details: systemMessage(error) },
    )
  }
}

/** SHA-256 of what in a manifest can change what comes out; see `ModelKind.behaviour`. */
export function behaviourDigest(behaviour: Record<string, unknown>): string {
  return sha256Of(canonicalJson(behaviour))
}
