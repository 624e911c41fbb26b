import type { TextModelInfo } from '#shared/contract/training.ts'
import { AppError } from '#shared/errors.ts'
import { span } from '../kinds/span/kind.ts'
import { textEncoder } from '../kinds/text-encoder/kind.ts'
import { addModelFolder, listModels } from './registry.ts'
import type { ModelsFolders } from './types.ts'

/** Of all models those that training works with: encoders and span models. */
export async function listTextModels(folders: ModelsFolders): Promise<TextModelInfo[]> {
  const infos = await listModels(folders, { defaultModel: null })
  return infos.filter((info) => info.kind === 'span' || info.kind === 'text-encoder')
}

/** Registers the folder of one of them, and of nothing else. Throws as `addModelFolder`. */
export async function addTextModelFolder(
  folders: ModelsFolders,
  folder: string,
): Promise<TextModelInfo> {
  const { info } = await addModelFolder(folders, folder, [span, textEncoder])
  if (info.kind === 'span' || info.kind === 'text-encoder') return info
  throw new AppError('internal', `${info.id} is of the kind ${info.kind}`)
}
