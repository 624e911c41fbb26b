import { createHash } from 'node:crypto'
import { z } from 'zod'
import { AppError } from '#shared/errors.ts'
import { canonicalJson, ModelFile, ModelIdPattern } from './manifest.ts'

/** Kinds of `gleaner.json` that are models of text alone. */
const TEXT_KINDS = ['text-encoder', 'span'] as const
export type TextKind = (typeof TEXT_KINDS)[number]

const Name = z.string().min(1).max(200)
/** int64 or int32 [batch, length] in. null = the graph has no such input. */
const inputs = {
  ids: Name,
  mask: Name.nullable().default(null),
  types: Name.nullable().default(null),
}

/** -> float [batch, length, dim] */
const EncoderGraph = z.object({ file: ModelFile, ...inputs, hidden: Name })
/** -> float [batch, length] each, position 0 = no answer */
const SpanGraph = z.object({ file: ModelFile, ...inputs, start: Name, end: Name })

/**
 * What becomes of the line feeds between blocks, which tokenizers drop:
 * - `pad`: one padding token each, which the encoder does not attend to and a head can see
 * - `none`: nothing, as transformers
 */
const Breaks = z.enum(['pad', 'none'])

const textRecipe = (breaks: z.infer<typeof Breaks>) =>
  z
    .object({
      tokenizer: ModelFile.default('tokenizer.json'),
      /** In tokens, the special ones included. */
      maxLength: z.number().int().min(16).max(8192),
      /** What two windows of a long text share, in tokens; null = an eighth of the length. */
      stride: z.number().int().min(0).nullable().default(null),
      /** null = what tokenizer.json says, else 0. */
      padId: z.number().int().min(0).nullable().default(null),
      breaks: Breaks.default(breaks),
    })
    .refine(({ stride, maxLength }) => stride === null || stride <= maxLength / 4, {
      path: ['stride'],
      message: 'is at most a quarter of maxLength',
    })

export const DecodeRecipe = z.object({
  /** Longest span in tokens. */
  maxSpanTokens: z.number().int().min(1).max(4096).default(64),
  /** Divides the logits before they become probabilities. */
  temperature: z.number().positive().default(1),
  /** "No answer" wins when its score exceeds the best span's by more than this. */
  nullThreshold: z.number().default(0),
})
export type DecodeRecipe = z.infer<typeof DecodeRecipe>

const about = {
  format: z.literal(1),
  /** What people type: letters, digits, `.`, `_`, `-`, one `/`. */
  id: z.string().max(120).regex(ModelIdPattern),
  name: z.string().min(1).max(200),
  description: z.string().max(5000).default(''),
  license: z.string().max(200).nullable().default(null),
  /** A small model that shows the program, not one to judge data by. */
  demonstration: z.boolean().default(false),
}

export const TextEncoderManifest = z.object({
  ...about,
  kind: z.literal('text-encoder'),
  graph: EncoderGraph,
  /** Numbers in a hidden state. */
  dim: z.number().int().min(1).max(65536),
  text: textRecipe('pad'),
})
export const SpanManifest = z.object({
  ...about,
  kind: z.literal('span'),
  graph: SpanGraph,
  /** Of the encoder inside, where it is known. */
  dim: z.number().int().min(1).max(65536).nullable().default(null),
  text: textRecipe('none'),
  decode: DecodeRecipe.default(() => DecodeRecipe.parse({})),
  /** The encoder that a head was trained on. */
  encoder: z.object({ id: z.string(), digest: z.string() }).nullable().default(null),
})
export type TextEncoderManifest = z.infer<typeof TextEncoderManifest>
export type SpanManifest = z.infer<typeof SpanManifest>

export const TextManifest = z.discriminatedUnion('kind', [TextEncoderManifest, SpanManifest])
export type TextManifest = z.infer<typeof TextManifest>
export type TextManifestInput = z.input<typeof TextManifest>

/** The kind that a `gleaner.json` names; null for another one or for what cannot be read. */
export function textKindOf(json: string): TextKind | null {
  try {
    const value: unknown = JSON.parse(json)
    const kind: unknown = (value as { kind?: unknown } | null)?.kind
    return TEXT_KINDS.find((known) => known === kind) ?? null
  } catch {
    return null
  }
}

/** Parses a manifest. `where` names the file in the error. Throws `invalid-input`. */
export function parseTextManifest(json: string, where: string): TextManifest {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch (error) {
    throw new AppError(
      'invalid-input',
      `${where} is not JSON: ${(error as Error).message}`,
      'docs/models.md describes the format.',
    )
  }
  const parsed = TextManifest.safeParse(value)
  if (parsed.success) return parsed.data
  const issues = parsed.error.issues
    .slice(0, 5)
    .map((issue) => `${issue.path.join('.') || 'manifest'}: ${issue.message}`)
  throw new AppError(
    'invalid-input',
    `${where} is not a valid manifest of a text encoder or span model: ${issues.join('; ')}`,
    'docs/models.md describes the format.',
  )
}

/** SHA-256 of what in the manifest can change a hidden state, a span or its confidence. */
export function textBehaviourDigest(manifest: TextManifest): string {
  const { kind, graph, dim, text: recipe } = manifest
  const decode = manifest.kind === 'span' ? manifest.decode : undefined
  return createHash('sha256')
    .update(canonicalJson({ kind, graph, dim, text: recipe, decode }))
    .digest('hex')
}
