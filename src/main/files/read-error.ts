import { AppError, systemMessage } from '#shared/errors.ts'

/**
 * Why a file or a folder cannot be read, in the program's own error.
 * @returns AppError `not-found`, `io`, `invalid-input` (a folder where a file is needed); an
 *   AppError as it is
 */
export function readError(path: string, error: unknown): AppError {
  if (error instanceof AppError) return error
  const known = { cause: error }
  switch ((error as NodeJS.ErrnoException | null)?.code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new AppError('not-found', `${path} is not there.`, undefined, known)
    case 'EACCES':
    case 'EPERM':
      return new AppError('io', `${path} may not be read by this user.`, undefined, known)
    case 'EISDIR':
      return new AppError('invalid-input', `${path} is a folder.`, undefined, known)
    default:
      return new AppError('io', `${path} cannot be read.`, undefined, {
        ...known,
        details: systemMessage(error),
      })
  }
}
