import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import type { SearchPart } from '#shared/contract/search.ts'
import { AppError } from '#shared/errors.ts'
import { combined } from '../search/vectors/combine.ts'
import type { LoadedPictureText } from '../inference/kinds/picture-text/types.ts'
import type { PictureSource } from '../inference/pictures/picture-source.ts'
import type { ReaderDb } from '../store/open.ts'
import { getEmbedding } from '../store/repositories/embeddings.ts'
import { embeddedKey, kindOf } from '../store/repositories/search-rows.ts'
import type { Embedded } from '../store/repositories/search-rows.ts'

/** Whether a model has to look at any of it: pairs of the corpus have their embeddings. */
export function needsModel(parts: readonly SearchPart[]): boolean {
  return parts.some(({ kind }) => kind !== 'pair')
}

/**
 * The query of a search, of unit length.
 * @param load the model; asked only where something has to be encoded
 * @throws AppError `invalid-input` for a picture that cannot be read, a pair without an embedding and
 *   parts that cancel each other out; `not-found` for a pair or a file that is not there
 */
export async function encodeParts(
  parts: readonly SearchPart[],
  of: { db: ReaderDb; modelId: number; title: string },
  load: () => Promise<LoadedPictureText>,
): Promise<Float32Array> {
  const words = parts.flatMap((part) => (part.kind === 'words' ? [part.words] : []))
  const pictures: { name: string; source: PictureSource }[] = []
  for (const part of parts) {
    if (part.kind === 'picture') pictures.push(await pictureFile(part.path))
    if (part.kind === 'bytes') {
      pictures.push({ name: part.name ?? 'the picture', source: { base64: part.base64 } })
    }
  }
  const loaded = words.length + pictures.length > 0 ? await load() : null
  const ofWords = loaded && words.length > 0 ? await loaded.encodeTexts(words) : null
  const ofPictures = loaded && pictures.length > 0 ? await encodePictures(loaded, pictures) : null
  const [wordRows, pictureRows] = [rows(ofWords, words.length), rows(ofPictures, pictures.length)]
  const vectors = parts.map((part) => ({
    weight: part.weight,
    vector:
      part.kind === 'pair'
        ? ofPair(part.id, part.of, of)
        : ((part.kind === 'words' ? wordRows : pictureRows).next().value as Float32Array),
  }))
  const query = combined(vectors)
  if (query) return query
  throw new AppError(
    'invalid-input',
    'The parts of the search cancel each other out: nothing is left to search by.',
    'Change a weight, or leave a part out.',
  )
}

async function pictureFile(path: string): Promise<{ name: string; source: PictureSource }> {
  // Devices and pipes would never end.
  const found = await stat(path).catch(() => null)
  if (found?.isFile()) return { name: basename(path), source: { path } }
  throw new AppError(
    'not-found',
    found === null ? `There is no file ${path} to search by` : `${path} is no file`,
    'Name a picture file (JPEG, PNG, WebP, GIF, AVIF, TIFF, BMP).',
  )
}

async function encodePictures(
  loaded: LoadedPictureText,
  pictures: readonly { name: string; source: PictureSource }[],
): Promise<Float32Array> {
  const { vectors, failures } = await loaded.encodeImages(pictures.map(({ source }) => source))
  for (const [i, reason] of failures) {
    throw new AppError(
      'invalid-input',
      `${pictures[i]?.name ?? 'The picture'} cannot be searched by: ${reason}`,
      'Choose another picture.',
    )
  }
  return vectors
}

function* rows(values: Float32Array | null, n: number): Generator<Float32Array, void, void> {
  if (!values) return
  const dimensions = values.length / n
  for (let i = 0; i < n; i++) yield values.subarray(i * dimensions, (i + 1) * dimensions)
}

function ofPair(
  id: number,
  of: Embedded,
  { db, modelId, title }: { db: ReaderDb; modelId: number; title: string },
): Float32Array {
  const key = embeddedKey(db, { of, id })
  if (key === undefined) {
    throw new AppError('not-found', `There is no pair ${id} in this corpus`)
  }
  if (key === null) {
    throw new AppError(
      'invalid-input',
      of === 'picture'
        ? `Pair ${id} has no picture in the corpus to search by`
        : `Pair ${id} has no ${of} to search by`,
      'Search by another pair, or by words.',
    )
  }
  const vector = getEmbedding(db, { modelId, kind: kindOf(of), key })
  if (vector) return vector
  throw new AppError(
    'invalid-input',
    `The ${of} of pair ${id} has no embedding by ${title}, so it cannot be searched by`,
    {
      window: 'Score the pairs first: what is new since the last time gets its embedding.',
      command: 'gleaner score CORPUS embeds what is new since the last time.',
    },
  )
}
