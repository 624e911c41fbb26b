/** As far as it matters here: a column of a table, with what an import would take it for. */
export interface PairColumn {
  name: string
  type: string
  role: string
}

const IMAGE_ROLES = ['path', 'url'] as const
const TEXT_ROLES = ['alt', 'caption', 'title'] as const

/** Whether a column holds a single value a row; lists, structures and bytes do not. */
export const isSingleValue = ({ type }: Pick<PairColumn, 'type'>): boolean =>
  type !== 'nested' && type !== 'binary'

/**
 * The columns of a table that hold pictures and words: `image` and `text` by name first, then as an
 * import recognises them. null where none is known to.
 */
export function pairColumns<C extends PairColumn>(
  columns: readonly C[],
): { image: C | null; text: C | null } {
  const single = columns.filter(isSingleValue)
  const find = (usual: string, roles: readonly string[]): C | null =>
    [
      (one: C) => one.name.toLowerCase() === usual,
      ...roles.map((role) => (one: C) => one.role === role),
    ]
      .map((is) => single.find(is))
      .find((one) => one !== undefined) ?? null
  return { image: find('image', IMAGE_ROLES), text: find('text', TEXT_ROLES) }
}
