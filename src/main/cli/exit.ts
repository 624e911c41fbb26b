import { CommanderError } from 'commander'
import { AppError, hintForCommand } from '#shared/errors.ts'

/** What the program ends with. */
export const EXIT = {
  done: 0,
  failed: 1,
  wrongUsage: 2,
  /** 128 + SIGINT, as shells expect it. */
  interrupted: 130,
} as const

/** Which of them a thrown error means; null: it was not foreseen. */
export function exitCodeOf(error: unknown): number | null {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.wrongUsage
  if (!(error instanceof AppError)) return null
  if (error.kind === 'invalid-input') return EXIT.wrongUsage
  return error.kind === 'canceled' ? EXIT.interrupted : EXIT.failed
}

/** An error as the terminal shows it: what failed, what to do, and what the system said of it. */
export function describeError(error: AppError): string {
  const hint = hintForCommand(error)
  return [
    `error: ${error.message}`,
    ...(hint === null ? [] : [`       ${hint}`]),
    ...(error.details === undefined ? [] : [`       details: ${error.details}`]),
  ].join('\n')
}
