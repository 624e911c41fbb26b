import { z } from 'zod'
import { AppError } from '#shared/errors.ts'

/** The input of a call or a job by its schema. @throws AppError `invalid-input` that names it */
export function parse<S extends z.ZodType>(name: string, schema: S, input: unknown): z.output<S> {
  const parsed = schema.safeParse(input)
  if (parsed.success) return parsed.data
  throw new AppError(
    'invalid-input',
    `${name} does not take this input: ${z.prettifyError(parsed.error)}`,
  )
}
