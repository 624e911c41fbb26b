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

/** The form in which an error crosses a process boundary. */
export interface ErrorValue {
  kind: ErrorKind
  message: string
  hint?: string | undefined
}

/**
 * The one error of the program. `message` names the thing and the reason,
 * `hint` says what to do next.
 */
export class AppError extends Error {
  readonly kind: ErrorKind
  readonly hint: string | undefined

  constructor(kind: ErrorKind, message: string, hint?: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'AppError'
    this.kind = kind
    this.hint = hint
  }
}

/** Turns anything thrown into a plain value that can be sent and shown. */
export function toErrorValue(error: unknown): ErrorValue {
  if (error instanceof AppError) {
    return error.hint === undefined
      ? { kind: error.kind, message: error.message }
      : { kind: error.kind, message: error.message, hint: error.hint }
  }
  return { kind: 'internal', message: error instanceof Error ? error.message : String(error) }
}

export function fromErrorValue(value: ErrorValue): AppError {
  return new AppError(value.kind, value.message, value.hint)
}
