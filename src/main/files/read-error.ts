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
      return new AppError('not-found', `${path} is not there.`, 'Check the path.', known)
    case 'EACCES':
    case 'EPERM':
      return new AppError(
        'io',
        `${path} may not be read by this user.`,
        'Change its permissions, or choose a copy of your own.',
        known,
      )
    case 'EISDIR':
      return new AppError('invalid-input', `${path} is a folder.`, 'Choose a file.', known)
    default:
      return new AppError(
        'io',
        `${path} cannot be read.`,
        'Check that its disk is there and sound, then try again.',
        {
          ...known,
          details: systemMessage(error),
        },
      )
  }
}

/** For a pipe or a device, which may never come to an end. */
export function notAFile(path: string): AppError {
  return new AppError('invalid-input', `${path} is no file.`, 'Choose a file.')
}
