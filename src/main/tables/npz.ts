import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import yauzl from 'yauzl'
import type { Entry, ZipFile } from 'yauzl'
import { AppError, systemMessage } from '#shared/errors.ts'
import { readError } from '../files/read-error.ts'
import { openNpy } from './npy.ts'
import type { NpyFile } from './npy.ts'

/** Names that are taken where there are several arrays. */
const USUAL = ['features.npy', 'embeddings.npy', 'arr_0.npy']
/** Of one array, unpacked. */
const MOST_BYTES = 16 * 2 ** 30
/** No list of arrays is longer. */
const MOST_ENTRIES = 1000

/**
 * Opens an array in a `.npz` (a zip of `.npy`): the only one, or the one that bears a usual name
 * (`features`, `embeddings`, `arr_0`). It is unpacked into a temporary folder until it is closed.
 *
 * @throws AppError as `openNpy`; `damaged` for what is no zip, `invalid-input` where no array or
 *   several could be meant
 */
export async function openNpz(path: string): Promise<NpyFile> {
  let zip: ZipFile
  try {
    zip = await yauzl.openPromise(path, { autoClose: false })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== undefined) throw readError(path, error)
    throw damaged(path, error)
  }
  let folder: string | null = null
  try {
    const entry = await chosenEntry(zip, path)
    folder = await mkdtemp(join(tmpdir(), 'gleaner-npz-'))
    const unpacked = join(folder, 'array.npy')
    await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(unpacked))
    const file = await openNpy(unpacked)
    const made = folder
    return {
      ...file,
      path,
      async close() {
        await file.close()
        await rm(made, { recursive: true, force: true })
      },
    }
  } catch (error) {
    if (folder !== null) await rm(folder, { recursive: true, force: true })
    if (error instanceof AppError) throw error
    if ((error as NodeJS.ErrnoException).syscall !== undefined) throw readError(path, error)
    throw damaged(path, error)
  } finally {
    zip.close()
  }
}

async function chosenEntry(zip: ZipFile, path: string): Promise<Entry> {
  const arrays: Entry[] = []
  let seen = 0
  for await (const entry of zip.eachEntry()) {
    if (++seen > MOST_ENTRIES) throw new AppError('unsupported', `${path} holds too many files`)
    if (entry.fileName.endsWith('.npy')) arrays.push(entry)
  }
  const usual = USUAL.flatMap((name) => arrays.find((entry) => entry.fileName === name) ?? [])
  const chosen = arrays.length === 1 ? arrays[0] : usual[0]
  if (!chosen) {
    const names = arrays.map(({ fileName }) => fileName.replace(/\.npy$/, '')).join(', ')
    throw new AppError(
      'invalid-input',
      arrays.length === 0
        ? `${path} holds no array`
        : `${path} holds several arrays, none by a usual name: ${names.slice(0, 200)}`,
      'In Python: numpy.savez(path, features=array).',
    )
  }
  if (chosen.uncompressedSize > MOST_BYTES) {
    throw new AppError(
      'unsupported',
      `The array ${chosen.fileName} of ${path} is too large to be unpacked.`,
    )
  }
  return chosen
}

function damaged(path: string, error: unknown): AppError {
  return new AppError('damaged', `${path} is no .npz that can be read`, 'Get the file again.', {
    cause: error,
    details: systemMessage(error),
  })
}
