/**
 * What a call wants with a path: `read` and `write` files and folders, `corpus` works in a corpus,
 * `make` makes a corpus.
 */
export type PathUse = 'read' | 'write' | 'corpus' | 'make'
export interface AskedPath {
  path: string
  use: PathUse
}

/** Fields of inputs that hold paths, by name: an input has them at any depth. */
const PATH_FIELDS: Record<string, PathUse> = {
  corpus: 'corpus',
  path: 'read',
  paths: 'read',
  inputs: 'read',
  file: 'read',
  files: 'read',
  source: 'read',
  package: 'read',
  to: 'read',
  references: 'read',
  a: 'read',
  b: 'read',
  check: 'read',
  /** `folder:PATH`, or none. */
  images: 'read',
  out: 'write',
  csv: 'write',
  log: 'write',
  figure: 'write',
  root: 'read',
  latents: 'read',
  noise: 'read',
  start: 'read',
}

/** Where a call means something else by a name; null = no path. */
const OF_CALL: Record<string, Record<string, PathUse | null>> = {
  'corpora.create': { path: 'make' },
  'corpora.open': { path: 'corpus' },
  'corpora.forget': { path: null },
  'prompts.export': { file: 'write' },
  'studies.openPackage': { corpus: 'make' },
  // Names of versions.
  'versions.diff': { a: null, b: null },
}

/** Fields that hold text that is no path to anything that the window gets to see. */
export const NOT_PATHS: ReadonlySet<string> = new Set(
  (
    'anchors annotator answer aspect by cancel column cutoff day endpoint examples explanation field from group hash help ' +
    'host imageColumn instructions job judge key kind launcher left measure modelName name note pattern prefix primary question ' +
    'queue quote rater raters reason role run selection set sha256 side spares status study submit task tasks text textColumn texts token ' +
    'type types userAgentContact version where why without ' +
    'averaging languages show space ' +
    'addTags event keep origin mark person query removeTags tags ' +
    'among base64 of words ' +
    'decision only testWhere ' +
    'map ' +
    // Models, by id or folder: they are run, and nothing of their files is shown.
    'base compliance defaultModel encoder generator id model models sentenceModel ' +
    // Of pictures that are made.
    'prompts negative scheduler seed ' +
    // Of a launcher, on its host.
    'folder'
  ).split(' '),
)
export const isPathField = (name: string): boolean => Object.hasOwn(PATH_FIELDS, name)

/** The paths in the input of a call, and what it wants with them. */
export function pathsOf(call: string, input: unknown): AskedPath[] {
  const found: AskedPath[] = []
  const others = OF_CALL[call] ?? {}
  const open: [string | null, unknown][] = [[null, input]]
  while (open.length > 0) {
    const [name, value] = open.pop() as [string | null, unknown]
    if (Array.isArray(value)) {
      for (const one of value) open.push([name, one])
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, one] of Object.entries(value)) open.push([key, one])
    } else if (typeof value === 'string' && name !== null && isPathField(name)) {
      const use = Object.hasOwn(others, name) ? others[name] : PATH_FIELDS[name]
      const path = use ? pathIn(name, value) : null
      if (use && path !== null) found.push({ path, use })
    }
  }
  return found
}

function pathIn(name: string, value: string): string | null {
  switch (name) {
    case 'images':
      return value.startsWith('folder:') ? value.slice('folder:'.length) : null
    // Standard input is nobody's file.
    case 'inputs':
      return value === '-' ? null : value
    // `CORPUS#STUDY/MODEL`
    case 'a':
    case 'b':
    case 'references':
      return value.replace(/(\.gleaner[\\/]?)#.*$/is, '$1')
    default:
      return value
  }
}
