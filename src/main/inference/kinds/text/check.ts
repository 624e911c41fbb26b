import { join } from 'node:path'
import { AppError } from '#shared/errors.ts'
import { readOnnxHeader, weightsDtype } from '../../onnx/onnx-header.ts'
import { openContextTokenizer } from '../../tokenize/context-windows.ts'
import type { Tokenizers } from '../../tokenize/tokenizers.ts'
import { headMarksOf } from './head-features.ts'
import type { TextManifest } from './manifest.ts'

/**
 * What a listing does not look at: the tokenizer's template, and the graph's names.
 * @param outputs names that the manifest says the graph gives
 * @throws AppError `invalid-input`, `unsupported`, and as `Tokenizers.open`
 */
export async function checkTextFiles(
  folder: string,
  manifest: TextManifest,
  outputs: readonly string[],
  tokenizers: Tokenizers,
): Promise<void> {
  const { graph, text } = manifest
  headMarksOf(
    manifest,
    await openContextTokenizer(tokenizers, join(folder, text.tokenizer), text.padId),
  )
  const header = readOnnxHeader(join(folder, graph.file))
  const wanted = {
    input: [graph.ids, graph.mask, graph.types].filter((name) => name !== null),
    output: outputs,
  }
  for (const [side, names] of Object.entries(wanted)) {
    const there = (side === 'input' ? header.inputs : header.outputs).map(({ name }) => name)
    const gone = names.find((name) => !there.includes(name))
    if (gone === undefined) continue
    throw new AppError(
      'invalid-input',
      `${graph.file} in ${folder} has no ${side} "${gone}"`,
      `Its ${side}s are ${there.join(', ')}; correct gleaner.json.`,
    )
  }
}

/** Of the graph's weights. */
export function textDtype(folder: string, { graph }: TextManifest): string {
  return weightsDtype(readOnnxHeader(join(folder, graph.file)))
}
