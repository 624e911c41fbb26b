import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { AppError, systemMessage } from '#shared/errors.ts'
import type { PictureFile, TieBy, Unmatched } from '../../evaluation/generated/image-plan.ts'
import { proposePatterns } from '../../evaluation/generated/propose-pattern.ts'
import type { PromptRow } from '../../evaluation/generated/study-prompts.ts'
import { walkPictures } from '../../evaluation/generated/walk-pictures.ts'
import type { DocumentReader, ManifestPart } from './document-calls.ts'

/** Share of the names that must fit a guessed pattern before it is used rather than metadata. */
const FITS = 0.9

export interface ImageSource {
  files: PictureFile[]
  leftOut: Unmatched[]
  how: TieBy
  /** How files find their prompts, in words. */
  said: string
}

/**
 * The pictures that a folder or a manifest names, and how they find their prompts: by the pattern
 * that is given, by what the manifest says, by a pattern that the names seem to follow, or by what
 * the pictures say of themselves.
 * @throws AppError `not-found`, `io`, `invalid-input`, `damaged`, `refused`
 */
export async function findImages(
  path: string,
  prompts: readonly PromptRow[],
  pattern: string | null,
  reader: DocumentReader,
  signal?: AbortSignal,
): Promise<ImageSource> {
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    (error: unknown) => {
      throw new AppError(
        'not-found',
        `The pictures at ${path} cannot be read.`,
        'Give an existing folder of pictures, or a manifest (CSV, JSON Lines).',
        { cause: error, details: systemMessage(error) },
      )
    },
  )
  const { files, leftOut } = isFolder
    ? await walkPictures(path)
    : await readManifest(reader, path, signal)
  if (pattern !== null) {
    return {
      files,
      leftOut,
      how: { by: 'pattern', pattern },
      said: `names by the pattern ${pattern}`,
    }
  }
  if (
    !isFolder &&
    files.some(({ row }) => row && (row.prompt ?? row.group ?? row.index) !== null)
  ) {
    return { files, leftOut, how: { by: 'manifest' }, said: 'the manifest' }
  }
  const [best] = proposePatterns(files, prompts, 1)
  if (best && best.matched >= FITS * best.of) {
    const { pattern: guessed, firstIndex } = best
    return {
      files,
      leftOut,
      how: { by: 'pattern', pattern: guessed, firstIndex },
      said: `names by the pattern ${guessed}, guessed`,
    }
  }
  return { files, leftOut, how: { by: 'metadata' }, said: 'what the pictures say of themselves' }
}

async function readManifest(
  reader: DocumentReader,
  path: string,
  signal?: AbortSignal,
): Promise<ManifestPart> {
  const all: ManifestPart = { files: [], leftOut: [] }
  await reader.call(
    'manifest',
    { path },
    {
      about: basename(path),
      ...(signal && { signal }),
      onEvent(part) {
        all.files.push(...part.files)
        all.leftOut.push(...part.leftOut)
      },
    },
  )
  return all
}
