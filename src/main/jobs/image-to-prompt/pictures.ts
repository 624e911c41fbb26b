import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '#shared/errors.ts'
import { walkPictures } from '../../evaluation/generated/walk-pictures.ts'
import type { LoadedPictureText } from '../../inference/kinds/picture-text/types.ts'
import type { FoundPicture } from '../similarity/find-pictures.ts'

export interface AskedPicture {
  /** As it is named in what is written. */
  name: string
  source: FoundPicture
}

/** Pictures, those of folders by name; what of a folder is none keeps its place with the reason. */
export async function picturesAt(paths: readonly string[]): Promise<AskedPicture[]> {
  const found: AskedPicture[] = []
  for (const path of paths) {
    const there = await stat(path).catch(() => null)
    if (there === null) {
      found.push({ name: path, source: { failure: `there is no file ${path}` } })
    } else if (there.isDirectory()) {
      const { files, leftOut } = await walkPictures(path)
      for (const { name } of files)
        found.push({ name: join(path, name), source: { path: join(path, name) } })
      for (const one of leftOut) {
        if (one.reason === 'hidden') continue
        found.push({ name: join(path, one.name), source: { failure: one.reason } })
      }
    } else {
      found.push({
        name: path,
        source: there.isFile() ? { path } : { failure: `${path} is no file` },
      })
    }
  }
  if (found.length === 0) {
    throw new AppError(
      'not-found',
      `There is no picture in ${paths.join(', ')}.`,
      'Name pictures, or a folder that holds some.',
    )
  }
  return found
}

/** Unit rows of those that can be read, one after the other, and of each picture its place or the reason. */
export async function encodePictures(
  loaded: LoadedPictureText,
  sources: readonly FoundPicture[],
): Promise<{ rows: Float32Array; places: (number | { failure: string })[] }> {
  const readable = sources.flatMap((source, i) => ('failure' in source ? [] : [{ source, i }]))
  const places: (number | { failure: string })[] = sources.map((source) =>
    'failure' in source ? source : 0,
  )
  if (readable.length === 0) return { rows: new Float32Array(0), places }
  const { vectors, failures } = await loaded.encodeImages(readable.map(({ source }) => source))
  const dim = vectors.length / readable.length
  const rows = new Float32Array((readable.length - failures.size) * dim)
  let n = 0
  for (const [k, { i }] of readable.entries()) {
    const failure = failures.get(k)
    if (failure !== undefined) places[i] = { failure }
    else {
      rows.set(vectors.subarray(k * dim, (k + 1) * dim), n * dim)
      places[i] = n++
    }
  }
  return { rows, places }
}
