import type { DescriptionType } from '#shared/contract/index.ts'

/** So many types have a look of their own, a colour and a line; `label-looks.css` draws them. */
export const LOOKS = 8

/** The look of a type by its place in the list; null for one that is not in it, or further down. */
export function typeLook(types: readonly DescriptionType[], name: string): number | null {
  const at = types.findIndex((type) => type.name === name)
  return at >= 0 && at < LOOKS ? at : null
}
