/** A column of a table, as far as it matters here. */
interface Column {
  name: string
  type: string
  role: string
}

/** By name, the plainest first. */
const NAMES = ['prompt', 'prompts', 'prompttext', 'text', 'caption', 'captions', 'alt', 'title']
const plain = (name: string): string => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')

/** Columns that may hold prompts: single values. */
export function promptColumns<C extends Column>(columns: readonly C[]): C[] {
  return columns.filter(({ type }) => type !== 'nested' && type !== 'binary')
}

/** One of the columns by name, case and signs apart where none is called just so. */
export function columnCalled<C extends Column>(columns: readonly C[], name: string): C | null {
  return (
    columns.find((one) => one.name === name) ??
    columns.find((one) => plain(one.name) === plain(name)) ??
    null
  )
}

/** The column that holds prompts: by name first, then as an import recognises words; null = none is known. */
export function guessPromptColumn<C extends Column>(columns: readonly C[]): C | null {
  const usable = promptColumns(columns)
  const found = [
    ...NAMES.map((name) => columnCalled(usable, name)),
    ...['alt', 'caption', 'title'].map((role) => usable.find((one) => one.role === role)),
    usable.length === 1 ? usable[0] : undefined,
  ]
  return found.find((one) => one !== undefined && one !== null) ?? null
}
