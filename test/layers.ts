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
  'main/export',
  'main/tables',
  'main/cluster',
  'main/search',
  'main/generation',
] as const

/** The leaves that stand on the statistics. */
const COUNTING: readonly string[] = ['main/labeling', 'main/evaluation']

/** What every room of `src/main` may stand on: they know nothing of what Gleaner is for. */
const LOW = ['main/processes', 'main/files'] as const

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
  // What draws figures, with a document and without.
  figures: ['shared'],
  preload: ['shared'],
  // The window: texts < bridge < state < ui < features < app; `main.ts` starts the app.
  'renderer/src/texts': ['shared'],
  'renderer/src/bridge': ['shared', 'renderer/src/texts'],
  'renderer/src/state': ['shared', ...WINDOW.slice(0, 2)],
  'renderer/src/ui': ['shared', 'figures', ...WINDOW.slice(0, 3)],
  'renderer/src/features/*': ['shared', ...WINDOW],
  'renderer/src/app': ['shared', ...WINDOW, 'renderer/src/features/*'],
  renderer: ['shared', ...WINDOW, 'renderer/src/app'],
  'main/shell': ['shared', 'main/processes'],
  'main/processes': ['shared'],
  'main/files': ['shared', 'main/processes'],
  'main/statistics': ['shared'],
  'main/store': ['shared', ...LOW],
  ...Object.fromEntries(
    LEAVES.map((leaf) => [
      leaf,
      [
        'shared',
        ...LOW,
        ...(COUNTING.includes(leaf) ? ['main/statistics'] : []),
        ...(leaf === 'main/evaluation' ? ['figures'] : []),
        ...(leaf === 'main/generation' ? ['main/inference'] : []),
      ],
    ]),
  ),
  'main/jobs': ['shared', 'figures', ...LOW, 'main/statistics', 'main/store', ...LEAVES],
  'main/engine': [
    'shared',
    'figures',
    ...LOW,
    'main/statistics',
    'main/store',
    'main/jobs',
    ...LEAVES,
  ],
  'main/cli': ['shared', 'main/engine'],
}
export const ROOMS: readonly string[] = Object.keys(KNOWS)

/**
 * Who may know whom within a room: its folders, one a row. What lies in the room itself (`open.ts`,
 * `engine.ts`) knows them all and may be known by all.
 */
export const WITHIN: Record<string, Record<string, readonly string[]>> = {
  'main/cli': {
    commands: [],
  },
  'main/engine': {
    home: [],
    jobs: ['home'],
    calls: ['home'],
  },
  'main/evaluation': {
    prompts: [],
    generated: [],
    studies: [],
    measures: [],
    report: [],
  },
  'main/generation': {
    schedulers: [],
  },
  'main/inference': {
    hub: [],
    onnx: [],
    pictures: [],
    tokenize: [],
    kinds: ['onnx', 'pictures', 'tokenize'],
    models: ['hub', 'kinds', 'onnx', 'tokenize'],
    host: ['kinds', 'onnx', 'pictures', 'tokenize'],
    tasks: ['kinds', 'models', 'onnx', 'tokenize'],
  },
  'main/jobs': {
    run: [],
    measure: ['evaluate', 'run'],
    pages: ['run'],
    models: ['run'],
    pictures: ['run'],
    spans: ['run'],
    similarity: ['import', 'run'],
    import: ['pictures', 'run'],
    ingest: ['pictures', 'run'],
    cluster: ['run', 'spans'],
    evaluate: ['run'],
    generate: ['run'],
    versions: ['import', 'run'],
    exporting: ['run', 'versions'],
    judging: [],
    neighbours: ['exporting', 'import', 'run'],
    'image-to-prompt': ['import', 'run', 'similarity'],
  },
  'main/statistics': {
    intervals: [],
    agreement: ['intervals'],
    correlation: [],
    significance: [],
    ordinal: [],
    pairs: [],
    raters: ['agreement', 'correlation'],
    trends: [],
    design: ['significance'],
    sampling: [],
  },
  'main/store': {
    migrations: [],
    // Both ask with the same compiled queries; no file of one needs itself by way of the other.
    repositories: ['reads'],
    reads: ['repositories', 'texts'],
    texts: [],
  },
}

/** Packages that belong to one room (or two). */
export const OWNED_PACKAGES: Record<string, readonly string[]> = {
  electron: ['main/shell', 'preload'],
  'better-sqlite3': ['main/store'],
  'onnxruntime-node': ['main/inference'],
  re2js: ['main/store'],
  sharp: ['main/images', 'main/inference'],
  warcio: ['main/warc'],
  // In a process of its own: see tokenizer-host.ts.
  tokenizers: ['main/inference/tokenize'],
  'echarts/charts': ['figures'],
  'echarts/components': ['figures'],
  'echarts/core': ['figures'],
  'echarts/renderers': ['figures'],
  echarts: ['figures'],
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
  if (file === null || target === null) return null
  if (target === room) return judgeWithin(room, from, file)
  if (KNOWS[rowOf(from) as string]?.includes(rowOf(file) as string)) return null
  return `${room} must not know ${target}.`
}

function judgeWithin(room: string, from: string, to: string): string | null {
  const rows = WITHIN[room]
  if (!rows) return null
  const folderOf = (path: string): string | null => {
    const parts = path.slice(room.length + 1).split('/')
    return parts.length > 1 ? (parts[0] as string) : null
  }
  const [mine, theirs] = [folderOf(from), folderOf(to)]
  const unknown = [mine, theirs].find((folder) => folder !== null && !rows[folder])
  if (unknown) return `${room}/${unknown} has no row in the table of ${room}.`
  if (mine === null || theirs === null || mine === theirs || rows[mine]?.includes(theirs)) {
    return null
  }
  return `${room}/${mine} must not know ${room}/${theirs}.`
}

/**
 * Circles of imports, each as its files in the order in which they import each other, from the
 * first by name to itself: the shortest through each file that is in none named before.
 * @param imports by file, the files that it imports
 */
export function circlesOf(imports: ReadonlyMap<string, readonly string[]>): string[][] {
  const circles: string[][] = []
  const inCircle = new Set<string>()
  for (const start of [...imports.keys()].sort()) {
    if (inCircle.has(start)) continue
    const circle = wayBack(imports, start)
    if (!circle) continue
    circles.push(circle)
    for (const file of circle) inCircle.add(file)
  }
  return circles
}

/** The shortest way from a file to itself. */
function wayBack(imports: ReadonlyMap<string, readonly string[]>, start: string): string[] | null {
  const cameFrom = new Map<string, string>()
  const open = [start]
  for (let file = open.shift(); file !== undefined; file = open.shift()) {
    for (const next of imports.get(file) ?? []) {
      if (next === start) {
        const way = [file, start]
        for (let at = file; at !== start;) way.unshift((at = cameFrom.get(at) as string))
        return way
      }
      if (cameFrom.has(next)) continue
      cameFrom.set(next, file)
      open.push(next)
    }
  }
  return null
}

/** The file below `src/` that an import names; null for packages and what lies elsewhere. */
export function targetOf(from: string, name: string): string | null {
  if (/^#(?:shared|figures)\//.test(name)) return name.slice(1)
  if (!name.startsWith('.')) return null
  const parts = from.split('/').slice(0, -1)
  for (const part of name.split('/')) {
    if (part === '..') {
      if (parts.pop() === undefined) return null
    } else if (part !== '.') parts.push(part)
  }
  return parts.join('/')
}
