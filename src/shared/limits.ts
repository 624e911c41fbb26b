import { z } from 'zod'

/** What a number may be. */
export interface Limits {
  min?: number
  max?: number
  /** Must be more than this. */
  above?: number
  whole: boolean
}

/** Fields of an object's schema that hold a number, with or without a default, null or not. */
export type NumberKey<S extends z.ZodObject> = {
  [K in keyof z.output<S> & string]-?: NonNullable<z.output<S>[K]> extends number ? K : never
}[keyof z.output<S> & string]

function numberIn(schema: unknown): z.ZodNumber | null {
  let field = schema
  while (
    field instanceof z.ZodDefault ||
    field instanceof z.ZodNullable ||
    field instanceof z.ZodOptional
  ) {
    field = field.unwrap()
  }
  return field instanceof z.ZodNumber ? field : null
}

/** What a schema says of a number, so that a form or a help text says the same. */
export function limitsOf<S extends z.ZodObject>(schema: S, key: NumberKey<S>): Limits {
  const field = numberIn(schema.shape[key])
  if (field === null) throw new Error(`${key} is no number`)
  const { type, minimum, exclusiveMinimum, maximum } = z.toJSONSchema(field)
  // The range of safe integers is that of every whole number, and says nothing.
  const says = (limit: unknown): limit is number =>
    typeof limit === 'number' && Math.abs(limit) < Number.MAX_SAFE_INTEGER
  return {
    whole: type === 'integer',
    ...(says(minimum) ? { min: minimum } : {}),
    ...(says(maximum) ? { max: maximum } : {}),
    ...(says(exclusiveMinimum) ? { above: exclusiveMinimum } : {}),
  }
}

/** The limits of every number that an object's schema holds. */
export function allLimits<S extends z.ZodObject>(schema: S): Record<NumberKey<S>, Limits> {
  const keys = Object.keys(schema.shape).filter((key) => numberIn(schema.shape[key]) !== null)
  return Object.fromEntries(
    keys.map((key) => [key, limitsOf(schema, key as NumberKey<S>)]),
  ) as Record<NumberKey<S>, Limits>
}

type WithDefault<S extends z.ZodObject> = {
  [K in keyof z.output<S> & string]: undefined extends z.input<S>[K] ? K : never
}[keyof z.output<S> & string]

/**
 * The defaults that an object's schema states, for some of its fields.
 * @throws Error where a field has none
 */
export function defaultsOf<S extends z.ZodObject, K extends WithDefault<S>>(
  schema: S,
  keys: readonly K[],
): Pick<z.output<S>, K> {
  return Object.fromEntries(
    keys.map((key) => {
      const field: unknown = schema.shape[key]
      if (!(field instanceof z.ZodDefault)) throw new Error(`${key} has no default`)
      return [key, field.parse(undefined)]
    }),
  ) as Pick<z.output<S>, K>
}
