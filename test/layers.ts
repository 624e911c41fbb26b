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

/** What the features of the window stand on, each room on those before it. */
const WINDOW = [
  'renderer/src/texts',
  'renderer/src/bridge',
  'renderer/src/state',
  'renderer/src/ui',
] as const

/** A row that ends in `/*` is one room for each folder there; none knows another. */
export const KNOWS: Record<string, readonly string[]> = {
  shared: [],
  preload: ['shared'],
  // The window: texts < bridge < state < ui < features < app; `main.ts` starts the app.
  'renderer/src/texts': ['shared'],
  'renderer/src/bridge': ['shared', 'renderer/src/texts'],
  'renderer/src/state': ['shared', ...WINDOW.slice(0, 2)],
  'renderer/src/ui': ['shared', ...WINDOW.slice(0, 3)],
  'renderer/src/features/*': ['shared', ...WINDOW],
  'renderer/src/app': ['shared', ...WINDOW, 'renderer/src/features/*'],
  renderer: ['shared', ...WINDOW, 'renderer/src/app'],
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
  const row = rowOf(path)
  if (!row?.endsWith('/*')) return row
  return path.split('/').slice(0, row.split('/').length).join('/')
}

/** The row of the table that speaks of a file. */
function rowOf(path: string): string | null {
  return (
    ROOMS.find((room) =>
      room.endsWith('/*') ? path.startsWith(room.slice(0, -1)) : path.startsWith(room + '/'),
    ) ?? null
  )
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
  if (owners && !owners.some((owner) => `${from}/`.startsWith(`${owner}/`)))
    return `Only ${owners.join(', ')} may use ${name}.`
  const file = targetOf(from, name)
  const target = file === null ? null : roomOf(file)
  if (file === null || target === null || target === room) return null
  if (KNOWS[rowOf(from) as string]?.includes(rowOf(file) as string)) return null
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

/**
 * The first circle among imports, from a file back to itself; null where there is none.
 * @param imports what each file imports
 */
export function findCircle(imports: ReadonlyMap<string, readonly string[]>): string[] | null {
  const done = new Set<string>()
  const path: string[] = []
  const visit = (file: string): string[] | null => {
    const at = path.indexOf(file)
    if (at >= 0) return [...path.slice(at), file]
    if (done.has(file)) return null
    path.push(file)
    for (const next of imports.get(file) ?? []) {
      const found = visit(next)
      if (found) return found
    }
    path.pop()
    done.add(file)
    return null
  }
  for (const file of imports.keys()) {
    const found = visit(file)
    if (found) return found
  }
  return null
}
