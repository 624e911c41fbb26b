import { expect, it } from 'vitest'
import { AppError } from '#shared/errors.ts'
import type { PictureMetadata } from '#shared/picture-metadata.ts'
import { createDocumentReader } from '../../../../src/main/jobs/evaluate/document-calls.ts'
import type { DocumentReader } from '../../../../src/main/jobs/evaluate/document-calls.ts'
import { generationsOf } from '../../../../src/main/jobs/evaluate/generations.ts'

const ENTRY = new URL('../../../../src/main/jobs/evaluate/document-reader.ts', import.meta.url)
const goOn = new AbortController().signal
const text = (value: string): PictureMetadata => ({
  mime: 'image/png',
  ...{ width: 64, height: 64 },
  texts: [{ keyword: 'parameters', text: value }],
  exif: {},
  ...{ xmp: null, credentials: null, hidden: null },
  problems: [],
})
const pictures = ['a cup', 'a hat', 'a key'].map((prompt) => ({
  file: { name: `${prompt}.png`, path: `/made/${prompt}.png` },
  metadata: text(`${prompt}\nSteps: 20, Sampler: Euler, CFG scale: 7, Seed: 1, Size: 64x64`),
}))

it('reads what pictures say of themselves in another process', async () => {
  const reader = createDocumentReader(ENTRY)
  try {
    const made = await generationsOf(pictures, reader, goOn)
    expect([...made].map(([file, { prompt }]) => [file.name, prompt])).toEqual([
      ['a cup.png', 'a cup'],
      ['a hat.png', 'a hat'],
      ['a key.png', 'a key'],
    ])
  } finally {
    await reader.close()
  }
})

it('leaves only that one without words whose words break the process', async () => {
  const real = createDocumentReader(ENTRY)
  const breaking: DocumentReader = {
    ...real,
    call(name, input, options) {
      const { metadata } = input as { metadata: PictureMetadata[] }
      if (JSON.stringify(metadata).includes('a hat')) {
        return Promise.reject(new AppError('refused', `${options.about} was given up`, ''))
      }
      return real.call(name, input, options)
    },
  }
  try {
    const made = await generationsOf(pictures, breaking, goOn)
    expect([...made.values()].map(({ prompt, problems }) => [prompt, problems])).toEqual([
      ['a cup', []],
      [null, ['a hat.png was given up']],
      ['a key', []],
    ])
  } finally {
    await real.close()
  }
})
