import { isTextModel, type TextModelInfo } from '#shared/contract/training.ts'
import { AppError } from '#shared/errors.ts'
import { span } from '../kinds/span/kind.ts'
import { textEncoder } from '../kinds/text-encoder/kind.ts'
import { addModelFolder } from './registry.ts'
import type { ModelsFolders } from './types.ts'

/** Registers the folder of a span model or a text encoder, and of nothing else. Throws as `addModelFolder`. */
export async function addTextModelFolder(
  folders: ModelsFolders,
  folder: string,
): Promise<TextModelInfo> {
  const { info } = await addModelFolder(folders, folder, [span, textEncoder])
  if (isTextModel(info)) return info
  throw new AppError('internal', `${info.id} is of the kind ${info.kind}`)
}
