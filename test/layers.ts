/**
 * Who may know whom. A room is a folder below `src/`; what is not listed as known is forbidden.
 * `external` names packages that only this room may import.
 */
const LEAVES = [
  'main/warc',
  'main/extraction',
  'main/images',
  'main/inference',
  'main/labeling',
  'main/evaluation',
  'main/search',
  'main/export',
  'main/tables',
] as const

export const KNOWS: Record<string, readonly string[]> = {
  shared: [],
  preload: ['shared'],
  renderer: ['shared'],
  'main/shell': ['shared'],
  'main/store': ['shared'],
  ...Object.fromEntries(LEAVES.map((leaf) => [leaf, ['shared']])),
  'main/jobs': ['shared', 'main/store', ...LEAVES],
  'main/engine': ['shared', 'main/store', 'main/jobs', ...LEAVES],
}
export const ROOMS: readonly string[] = Object.keys(KNOWS)

/** Packages that belong to one room (or two). */
export const OWNED_PACKAGES: Record<string, readonly string[]> = {
  electron: ['main/shell', 'preload'],
  'better-sqlite3': ['main/store'],
  'onnxruntime-node': ['main/inference'],
  sharp: ['main/images', 'main/inference'],
  vue: ['renderer'],
  pinia: ['renderer'],
}

/** Patterns for eslint's no-restricted-imports. */
export function forbidden(room: string): { group: string[]; message: string }[] {
  const known = new Set([room, ...(KNOWS[room] ?? [])])
  const rooms = ROOMS.filter((other) => !known.has(other)).map((other) => {
    const name = other.split('/').at(-1) ?? other
    return {
      group: [`**/${name}/**`, `!./${name}/**`],
      message: `${room} must not know ${other}.`,
    }
  })
  const packages = Object.entries(OWNED_PACKAGES)
    .filter(([, owners]) => !owners.includes(room))
    .map(([name, owners]) => ({ group: [name], message: `Only ${owners.join(', ')} may use it.` }))
  return [...rooms, ...packages]
}
