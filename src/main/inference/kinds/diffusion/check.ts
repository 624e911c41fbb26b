import { join } from 'node:path'
import type { Tokenizers } from '../../tokenize/tokenizers.ts'
import type { DiffusionManifest } from './manifest.ts'

/** Opens the tokenizers, which a listing does not. Throws `model`. */
export async function checkDiffusion(
  folder: string,
  { readers }: DiffusionManifest,
  tokenizers: Tokenizers,
): Promise<void> {
  for (const { tokenizer } of readers) await tokenizers.open(join(folder, tokenizer))
}
