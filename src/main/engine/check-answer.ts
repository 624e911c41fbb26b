import { z } from 'zod'
import { contract } from '#shared/contract/index.ts'
import type { CallName } from '#shared/contract/index.ts'
import { AppError } from '#shared/errors.ts'

/**
 * Whether answers are held against the contract: where the program runs from its sources (as in
 * tests), or where `GLEANER_CHECK_ANSWERS` is 1; never where it is 0.
 */
export function answersAreChecked(env = process.env, from = import.meta.url): boolean {
  const wanted = env['GLEANER_CHECK_ANSWERS']
  return wanted === undefined || wanted === '' ? from.endsWith('.ts') : wanted === '1'
}

/** @throws AppError `internal` that names the call and what is wrong in its answer */
export function checkAnswer(name: CallName, value: unknown): void {
  const { error } = contract[name].output.safeParse(value)
  if (error) {
    throw new AppError(
      'internal',
      `${name} gave an answer that is not in the contract.`,
      undefined,
      {
        details: z.prettifyError(error),
      },
    )
  }
}
