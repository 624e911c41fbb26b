import { z } from 'zod'
import { ERROR_KINDS } from '../errors.ts'
import type { ErrorValue as Value } from '../errors.ts'

export const ErrorKind = z.enum(ERROR_KINDS)

/** An error as it is sent and kept; see `#shared/errors.ts`. */
export const ErrorValue = z.object({
  kind: ErrorKind,
  message: z.string(),
  hint: z.string().optional(),
  commandHint: z.string().optional(),
  details: z.string().optional(),
}) satisfies z.ZodType<Value>
