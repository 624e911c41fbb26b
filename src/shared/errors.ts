/** What went wrong, in a word that a program can act on. */
export const ERROR_KINDS = [
  'invalid-input',
  'not-found',
  'conflict',
  'unsupported',
  'damaged',
  'refused',
  'network',
  'io',
  'busy',
  'canceled',
  'newer-version',
  'model',
  'internal',
] as const
export type ErrorKind = (typeof ERROR_KINDS)[number]

/** What to do next; in two wordings where a button of the window is a command in the terminal. */
export type Hint = string | { window: string; command: string }

/** The form in which an error crosses a process boundary; `contract/error.ts` checks it. */
export interface ErrorValue {
  kind: ErrorKind
  message: string
  /** As the window says it, and the command line where it has no words of its own. */
  hint?: string | undefined
  /** As only the command line says it. */
  commandHint?: string | undefined
  /** What the system or a library said, word for word: to be looked up, not to be read first. */
  details?: string | undefined
}

/**
 * The one error of the program. `message` begins with what failed, `hint` says what to do next,
 * and `details` holds what a file system, a library or a server said of it.
 */
export class AppError extends Error {
  readonly kind: ErrorKind
  readonly hint: string | undefined
  readonly commandHint: string | undefined
  readonly details: string | undefined

  constructor(
    kind: ErrorKind,
    message: string,
    hint?: Hint,
    options?: { cause?: unknown; details?: string | undefined },
  ) {
    super(message, options)
    this.name = 'AppError'
    this.kind = kind
    this.hint = typeof hint === 'object' ? hint.window : hint
    this.commandHint = typeof hint === 'object' ? hint.command : undefined
    this.details = options?.details
  }
}

/** The hint in the words of the command line. */
export function hintForCommand(error: {
  hint?: string | null | undefined
  commandHint?: string | undefined
}): string | null {
  return error.commandHint ?? error.hint ?? null
}

/** What was thrown, in its own words: for `details`. */
export function systemMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** What was thrown in one line with its details, for a list or a log that has no place of its own for them. */
export function errorLine(error: unknown): string {
  if (!(error instanceof AppError) || error.details === undefined) return systemMessage(error)
  return `${error.message.replace(/\.$/, '')} (${error.details})`
}

/** Turns anything thrown into a plain value that can be sent and shown. */
export function toErrorValue(error: unknown): ErrorValue {
  if (!(error instanceof AppError)) return { kind: 'internal', message: systemMessage(error) }
  return {
    kind: error.kind,
    message: error.message,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    ...(error.commandHint === undefined ? {} : { commandHint: error.commandHint }),
    ...(error.details === undefined ? {} : { details: error.details }),
  }
}

export function fromErrorValue(value: ErrorValue): AppError {
  const { kind, message, hint, commandHint, details } = value
  return new AppError(
    kind,
    message,
    commandHint === undefined ? hint : { window: hint ?? '', command: commandHint },
    { details },
  )
}
