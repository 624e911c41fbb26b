import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { AppError } from '#shared/errors.ts'

/** Where features come from; a new kind is one more member, and one more case in `featuresOf`. */
export type FeatureSource =
  | { kind: 'folder'; path: string }
  | { kind: 'corpus'; path: string }
  /** Features that others made: `.npy`, or one array in a `.npz`. */
  | { kind: 'features'; path: string }

const PICTURE = /\.(jpe?g|jfif|png|webp|gif|tiff?|avif)$/i

/** What a path means. Throws `not-found`. */
export function sourceOf(path: string): FeatureSource {
  if (!existsSync(path)) {
    throw new AppError(
      'not-found',
      `There is nothing at ${path}`,
      'Give a folder of pictures, a corpus, or features in .npy or .npz.',
    )
  }
  if (/\.np[yz]$/i.test(path)) return { kind: 'features', path }
  if (!statSync(path).isDirectory()) {
    throw new AppError(
      'invalid-input',
      `${path} is neither a folder nor features in .npy or .npz`,
      'Give a folder of pictures, a corpus, or features.',
    )
  }
  return { kind: existsSync(join(path, 'corpus.db')) ? 'corpus' : 'folder', path }
}

/** Pictures anywhere below a folder, by name, in the order of their paths. Throws `invalid-input`. */
export function picturesBelow(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && PICTURE.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
  if (files.length > 0) return files
  throw new AppError(
    'invalid-input',
    `There are no pictures in ${folder}`,
    'Pictures are known by their names: .jpg, .png, .webp, .gif, .tif, .avif.',
  )
}
