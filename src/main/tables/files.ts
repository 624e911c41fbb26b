import { AppError, systemMessage } from '#shared/errors.ts'

/** A failure of the file system, said for people. */
export function fileError(path: string, error: unknown): AppError {
  if (error instanceof AppError) return error
  const code = String((error as { code?: unknown }).code)
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new AppError('not-found', `${path} is not there`, undefined, { cause: error })
  }
  const isDenied = code === 'EACCES' || code === 'EPERM'
  return new AppError(
    'io',
    `${path} cannot be read${isDenied ? ': permission denied' : ''}`,
    undefined,
    { cause: error, details: systemMessage(error) },
  )
}
