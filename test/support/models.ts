import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { pictureText } from '../../src/main/inference/kinds/picture-text/kind.ts'
import { resolveFolder } from '../../src/main/inference/models/registry.ts'
import type { PictureTextModel } from '../../src/main/inference/kinds/picture-text/types.ts'
import type { ModelsFolders } from '../../src/main/inference/models/types.ts'
import { tokenizers } from './tokenizers.ts'

export const INFERENCE_HOST = new URL('../../src/main/inference/host/host.ts', import.meta.url)
export const PICTURES = fileURLToPath(new URL('../fixtures/inference/pictures/', import.meta.url))
export const MODELS = fileURLToPath(new URL('../fixtures/models/', import.meta.url))

export type TinyModel = 'tiny-clip' | 'tiny-clip-joint' | 'tiny-siglip'

/** Folders of a machine that has no model. */
export function emptyFolders(): ModelsFolders {
  const root = mkdtempSync(join(tmpdir(), 'models-'))
  return {
    bundled: join(root, 'bundled'),
    user: join(root, 'user'),
    hubCache: join(root, 'hub'),
    tokenizers,
  }
}

export function tinyModel(name: TinyModel): Promise<PictureTextModel> {
  return resolveFolder(emptyFolders(), pictureText, join(MODELS, name))
}

export interface Expected {
  images: { file: string; embedding: Float32Array }[]
  texts: { text: string; ids: number[]; embedding: Float32Array }[]
}

/** What transformers computed with the same weights, see tools/reference/make_tiny_models.py. */
export function expectedOf(name: TinyModel): Expected {
  const json = JSON.parse(readFileSync(join(MODELS, name, 'expected.json'), 'utf8')) as {
    images: { file: string; embedding: string }[]
    texts: { text: string; ids: number[]; embedding: string }[]
  }
  return {
    images: json.images.map((image) => ({ ...image, embedding: floats(image.embedding) })),
    texts: json.texts.map((text) => ({ ...text, embedding: floats(text.embedding) })),
  }
}

function floats(base64: string): Float32Array {
  return new Float32Array(new Uint8Array(Buffer.from(base64, 'base64')).buffer)
}
