import type { z } from 'zod'
import type { ErrorValue } from '../errors.ts'

/** One entry of the contract: what goes in, what comes out. */
export interface Call<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> {
  input: I
  output: O
}

export function call<I extends z.ZodType, O extends z.ZodType>(input: I, output: O): Call<I, O> {
  return { input, output }
}

export type Reply<T> = { ok: true; value: T } | { ok: false; error: ErrorValue }
