import { AppError } from '#shared/errors.ts'

/** A failure of the file system, said for people. */
export function fileError(path: string, error: unknown): AppError {
  if (error instanceof AppError) return error
  const code = String((error as { code?: unknown }).code)
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new AppError('not-found', `${path} is not there`, undefined, { cause: error })
  }
  const why =
    code === 'EACCES' || code === 'EPERM'
      ? 'permission denied'
      : error instanceof Error
        ? error.message
        : String(error)
  return new AppError('io', `${path} cannot be read: ${why}`, undefined, { cause: error })
}
