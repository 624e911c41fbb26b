import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { AppError } from '#shared/errors.ts'
import { isCorpus, openReader } from '../../store/open.ts'
import { findStudySet } from '../../store/repositories/study-sets.ts'

/** Where features come from; a new kind is one more member, and one more case in `featuresOf`. */
export type FeatureSource =
  | { kind: 'folder'; path: string }
  | { kind: 'corpus'; path: string }
  /** Features that others made: `.npy`, or one array in a `.npz`. */
  | { kind: 'features'; path: string }
  /** Pictures of a study by one of its models; `set` as `findStudySet` reads it. */
  | { kind: 'study'; path: string; set: string }

const PICTURE = /\.(jpe?g|jfif|png|webp|gif|tiff?|avif)$/i
const SOURCES =
  'Give a folder of pictures, a corpus, pictures of a study (CORPUS#STUDY/MODEL), or features in .npy or .npz.'

/** What a text means. @throws AppError `not-found`, `invalid-input` */
export function sourceOf(text: string): FeatureSource {
  if (!existsSync(text)) {
    const study = studySource(text)
    if (study) return study
    throw new AppError('not-found', `There is nothing at ${text}`, SOURCES)
  }
  if (/\.np[yz]$/i.test(text)) return { kind: 'features', path: text }
  if (!statSync(text).isDirectory()) {
    throw new AppError(
      'invalid-input',
      `${text} is neither a folder nor features in .npy or .npz`,
      SOURCES,
    )
  }
  return { kind: isCorpus(text) ? 'corpus' : 'folder', path: text }
}

/** `CORPUS#STUDY/MODEL[/KIND]`: the first # after which what stands before it is a corpus. */
function studySource(text: string): FeatureSource | null {
  for (let at = text.indexOf('#'); at > 0; at = text.indexOf('#', at + 1)) {
    const path = text.slice(0, at)
    if (!isCorpus(path)) continue
    const set = text.slice(at + 1)
    const db = openReader(path)
    try {
      findStudySet(db, set)
    } finally {
      db.close()
    }
    return { kind: 'study', path, set }
  }
  return null
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
