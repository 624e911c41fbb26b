import sharp from 'sharp'
import { seededRandom } from '#shared/random.ts'
import { StudyDesign } from '#shared/studies/design.ts'
import { SOFTWARE } from '#shared/version.ts'
import { putBlob } from '../../src/main/store/blobs.ts'
import { createCorpus, openCorpus, type Corpus } from '../../src/main/store/open.ts'
import {
  insertImages,
  insertStudy,
  putModel,
  studyPrompts,
  type StudyRow,
} from '../../src/main/store/repositories/studies.ts'

const SIZE = 1024
const FILES = 16

/** Clouds: noise at several scales, which compresses as photographs do. */
async function drawFile(n: number): Promise<Buffer> {
  const random = seededRandom(n + 1)
  const layers = await Promise.all(
    [8, 64, 512].map((size) => {
      const pixels = Buffer.from(
        Uint8Array.from({ length: size * size * 3 }, () => random.below(256)),
      )
      return sharp(pixels, { raw: { width: size, height: size, channels: 3 } })
        .resize(SIZE, SIZE, { kernel: 'cubic' })
        .raw()
        .toBuffer()
    }),
  )
  const mixed = Buffer.alloc(SIZE * SIZE * 3)
  for (let i = 0; i < mixed.length; i++) {
    mixed[i] = layers.reduce(
      (sum, layer, k) => sum + (layer[i] as number) * ([0.6, 0.3, 0.1][k] as number),
      0,
    )
  }
  const image = sharp(mixed, { raw: { width: SIZE, height: SIZE, channels: 3 } })
  return n % 2 === 0
    ? image.png({ compressionLevel: 6 }).toBuffer()
    : image.jpeg({ quality: 92 }).toBuffer()
}

/**
 * A corpus at `path`, open, with the draft `s` of two models: pictures of 1024 x 1024 that share 16
 * files, half PNG, half JPEG, with the detail of photographs.
 */
export async function makeBigStudy(
  path: string,
  pictures: number,
  change: Partial<StudyDesign> = {},
): Promise<{ corpus: Corpus; study: StudyRow }> {
  createCorpus(path)
  const corpus = openCorpus(path)
  const { writer } = corpus
  const files = await Promise.all(Array.from({ length: FILES }, (_, n) => drawFile(n)))
  const sums = files.map((bytes) => putBlob(path, bytes))
  const prompts = Array.from({ length: pictures / 2 }, (_, i) => ({
    group: `group ${Math.floor(i / 5)}`,
    kind: 'sensible',
    level: 1 + (i % 5),
    text: `thing ${Math.floor(i / 5)}${' and more'.repeat(i % 5)}`,
  }))
  const design = StudyDesign.parse({ compare: true, ...change })
  const study = insertStudy(writer, {
    name: 's',
    design,
    prompts,
    promptsFrom: 'the bench',
    software: SOFTWARE,
  })
  for (const model of ['base', 'tuned']) {
    const id = putModel(writer, study, { name: model, version: null })
    const odd = model === 'base' ? 0 : 1
    insertImages(
      writer,
      study,
      studyPrompts(writer, study).map(({ id: prompt }, i) => ({
        model: id,
        prompt,
        take: 0,
        sha256: sums[(2 * i + odd) % FILES] as string,
        mime: odd ? 'image/jpeg' : 'image/png',
        width: SIZE,
        height: SIZE,
        seed: null,
        origin: {
          file: `${i}`,
          program: null,
          prompt: null,
          negativePrompt: null,
          seed: null,
          steps: null,
          guidance: null,
          sampler: null,
          model: null,
          guessed: [],
          matchedBy: 'manifest',
          raw: null,
        },
      })),
    )
  }
  return { corpus, study }
}
