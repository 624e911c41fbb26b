import { relative, resolve } from 'node:path'
import { AppError } from '#shared/errors.ts'

/** @throws AppError `invalid-input` for a folder that is the corpus or lies in it */
export function checkOutside(corpus: string, out: string): void {
  // On another drive of Windows the way there is absolute.
  if (/^\.\.([\\/]|$)|^([A-Za-z]:)?[\\/]/.test(relative(resolve(corpus), resolve(out)))) return
  throw new AppError(
    'invalid-input',
    `${out} lies in the corpus itself.`,
    'Choose a folder outside of it.',
  )
}
