import type { PictureMetadata } from '#shared/picture-metadata.ts'
import { emptyGeneration, type Generation } from '../../evaluation/generated/generation.ts'
import type { PictureFile } from '../../evaluation/generated/image-plan.ts'
import type { DocumentReader } from './document-calls.ts'

interface Readable {
  file: PictureFile
  metadata: PictureMetadata
}

/**
 * How pictures were made, read in a process of its own. Where one of them is too much for it, only
 * that one is left without words: its `problems` say why.
 * @throws AppError `canceled`
 */
export async function generationsOf(
  pictures: readonly Readable[],
  reader: DocumentReader,
  signal: AbortSignal,
): Promise<Map<PictureFile, Generation>> {
  if (pictures.length === 0) return new Map()
  const [first] = pictures as [Readable]
  const about = pictures.length === 1 ? first.file.name : `What ${pictures.length} pictures say`
  const metadata = pictures.map((one) => one.metadata)
  try {
    const { value } = await reader.call('generations', { metadata }, { about, signal })
    return new Map(pictures.map(({ file }, i) => [file, value[i] as Generation]))
  } catch (error) {
    signal.throwIfAborted()
    if (pictures.length === 1) {
      const problem = error instanceof Error ? error.message : String(error)
      return new Map([[first.file, { ...emptyGeneration(null, ''), problems: [problem] }]])
    }
    const made = new Map<PictureFile, Generation>()
    for (const one of pictures) {
      for (const [file, generation] of await generationsOf([one], reader, signal)) {
        made.set(file, generation)
      }
    }
    return made
  }
}
