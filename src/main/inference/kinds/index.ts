import type { ModelKind as KindName } from '#shared/contract/models.ts'
import type { ModelKind } from './define.ts'
import { diffusion } from './diffusion/kind.ts'
import { imageFeatures } from './image-features/kind.ts'
import { pictureText } from './picture-text/kind.ts'
import { span } from './span/kind.ts'
import { textDetection } from './text-detection/kind.ts'
import { textEncoder } from './text-encoder/kind.ts'

/** Every kind, in the order in which they are asked whether a folder is theirs. */
const LIST = [diffusion, imageFeatures, pictureText, span, textEncoder, textDetection] as const

// One that the contract knows and the list does not have does not compile.
type Missing = Exclude<KindName, (typeof LIST)[number]['kind']>
export const KINDS: [Missing] extends [never] ? readonly ModelKind[] : Missing = LIST

export function kindNamed(name: string): ModelKind | null {
  return KINDS.find(({ kind }) => kind === name) ?? null
}
