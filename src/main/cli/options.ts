import { InvalidArgumentError, Option } from 'commander'
import { z } from 'zod'

/** A field of a schema without what makes it optional, and what it is unless told. */
function open(field: z.ZodType): { inner: z.ZodType; isRequired: boolean; usual: unknown } {
  let inner = field
  let isRequired = true
  let usual: unknown
  for (;;) {
    if (inner instanceof z.ZodDefault) {
      usual = inner.def.defaultValue
      isRequired = false
    } else if (inner instanceof z.ZodOptional) isRequired = false
    else if (!(inner instanceof z.ZodNullable)) return { inner, isRequired, usual }
    inner = inner.unwrap() as z.ZodType
  }
}

/** `A whole number from 1 to 64.` */
function describeNumber(schema: z.ZodNumber): string {
  const whole = schema.format === 'safeint'
  const bound = (value: number | null): number | null =>
    value === null || Math.abs(value) >= Number.MAX_SAFE_INTEGER ? null : value
  const [low, high] = [bound(schema.minValue), bound(schema.maxValue)]
  const takes = (value: number): boolean => schema.safeParse(value).success
  const parts = [
    whole ? 'A whole number' : 'A number',
    ...(low === null ? [] : [`${takes(low) ? 'from' : 'above'} ${low}`]),
    ...(high === null
      ? []
      : [`${!takes(high) ? 'below' : low !== null && takes(low) ? 'to' : 'up to'} ${high}`]),
  ]
  return `${parts.join(' ')}.`
}

/** The text of an option as a value of a number's schema. @throws InvalidArgumentError */
function readNumber(schema: z.ZodNumber, text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !schema.safeParse(value).success) {
    throw new InvalidArgumentError(describeNumber(schema))
  }
  return value
}

/**
 * An option of the command line for a field of the contract: choices, limits and the default are
 * those of the field, and it is mandatory where the field is.
 *
 * @param flags as commander writes them: `--workers <n>`
 * @param read makes a value of the text where the field is more than a number, a text or a choice
 */
export function optionOf(
  flags: string,
  description: string,
  field: z.ZodType,
  read?: (text: string) => unknown,
): Option {
  const { inner, isRequired, usual } = open(field)
  const option = new Option(flags, description)
  if (read) option.argParser(read)
  else if (inner instanceof z.ZodEnum) option.choices(inner.options.map(String))
  else if (inner instanceof z.ZodNumber) option.argParser((text) => readNumber(inner, text))
  else if (inner instanceof z.ZodString) option.argParser((text) => readText(inner, text))
  if (isRequired) option.makeOptionMandatory()
  // An empty default says nothing in the help.
  if (usual !== undefined && usual !== null && usual !== '') option.default(usual)
  return option
}

function readText(schema: z.ZodString, text: string): string {
  const parsed = schema.safeParse(text)
  if (parsed.success) return parsed.data
  throw new InvalidArgumentError(parsed.error.issues[0]?.message ?? 'It does not fit.')
}

/** What a field is unless told. */
export function usualOf<T>(field: z.ZodDefault<z.ZodType<T>>): T {
  return field.parse(undefined)
}

/** A whole number from 1, where the contract has no such field. */
export function count(text: string): number {
  return readNumber(z.number().int().min(1), text)
}

/** A whole number from 0, where the contract has no such field. */
export function whole(text: string): number {
  return readNumber(z.number().int().min(0), text)
}
