/**
 * Who may know whom. A room is a folder below `src/`; what is not listed as known is forbidden.
 * Lint (eslint.config.js) and `layers.test.ts` both judge by this table.
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
  'main/shell': ['shared', 'main/processes'],
  'main/processes': ['shared'],
  'main/store': ['shared', 'main/processes'],
  ...Object.fromEntries(LEAVES.map((leaf) => [leaf, ['shared', 'main/processes']])),
  'main/jobs': ['shared', 'main/processes', 'main/store', ...LEAVES],
  'main/engine': ['shared', 'main/processes', 'main/store', 'main/jobs', ...LEAVES],
  'main/cli': ['shared', 'main/engine'],
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

/** The room of a file. @param path below `src/`, with slashes */
export function roomOf(path: string): string | null {
  return ROOMS.find((room) => path.startsWith(room + '/')) ?? null
}

/**
 * What is wrong with an import, or null.
 * @param from the importing file, below `src/`, with slashes
 * @param name as it is written: `./a.ts`, `#shared/a.ts` or a package
 */
export function judgeImport(from: string, name: string): string | null {
  const room = roomOf(from)
  if (room === null) return null
  const owners = OWNED_PACKAGES[name]
  if (owners && !owners.includes(room)) return `Only ${owners.join(', ')} may use ${name}.`
  const file = targetOf(from, name)
  const target = file === null ? null : roomOf(file)
  if (target === null || target === room || KNOWS[room]?.includes(target)) return null
  return `${room} must not know ${target}.`
}

/** The file below `src/` that an import names; null for packages and what lies elsewhere. */
export function targetOf(from: string, name: string): string | null {
  if (name.startsWith('#shared/')) return 'shared/' + name.slice('#shared/'.length)
  if (!name.startsWith('.')) return null
  const parts = from.split('/').slice(0, -1)
  for (const part of name.split('/')) {
    if (part === '..') {
      if (parts.pop() === undefined) return null
    } else if (part !== '.') parts.push(part)
  }
  return parts.join('/')
}
