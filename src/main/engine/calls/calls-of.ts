import type { z } from 'zod'
import type { Call } from '#shared/contract/call.ts'

/** What implements the calls of one part of the contract: parsed input in, the answer out. */
export type CallsOf<T extends Record<string, Call>> = {
  [N in keyof T]: (
    args: z.output<T[N]['input']>,
  ) => Promise<z.output<T[N]['output']>> | z.output<T[N]['output']>
}
