import { realpath, stat } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join } from 'node:path'
import { AppError, systemMessage } from '#shared/errors.ts'
import { numberOf, seedOf, textOf, type Json } from './loose-json.ts'
import type { ManifestRow, PictureFile, Unmatched } from './image-plan.ts'
import { recordsOf } from './manifest-records.ts'
import { isInside } from './walk-pictures.ts'

export interface Manifest {
  /** In the order of the rows. */
  files: PictureFile[]
  /** `no-path`, `not-a-path`, `outside-folder`, `not-found`, `not-a-file`, `damaged-row`. */
  leftOut: Unmatched[]
  /** Columns by what they are taken for. */
  columns: Record<string, string>
  /** Columns that are not understood. */
  ignored: string[]
}

/** What columns are called, small and without `_`, `-` and spaces; the first that is there counts. */
const NAMES = {
  path: [
    'path',
    'file',
    'filename',
    'filepath',
    'image',
    'imagepath',
    'imagefile',
    'img',
    'output',
  ],
  prompt: ['prompt', 'text', 'caption', 'positiveprompt', 'prompttext', 'description'],
  group: ['group', 'promptgroup', 'concept', 'item'],
  kind: ['kind', 'category', 'type', 'promptkind'],
  level: ['level', 'complexity', 'promptlevel'],
  take: ['take', 'sample', 'sampleindex', 'takeindex', 'replicate', 'n'],
  index: ['index', 'promptindex', 'promptid', 'promptnumber'],
  seed: ['seed', 'noiseseed'],
  negativePrompt: ['negativeprompt', 'negative', 'uc'],
  steps: ['steps', 'numinferencesteps', 'numsteps', 'inferencesteps'],
  guidance: ['guidance', 'guidancescale', 'cfg', 'cfgscale', 'scale'],
  sampler: ['sampler', 'samplername'],
  scheduler: ['scheduler', 'schedule', 'scheduletype'],
  model: ['model', 'modelname', 'checkpoint', 'modelid'],
  modelHash: ['modelhash', 'hash'],
} as const
type Column = keyof typeof NAMES

const MAX_ROWS = 1_000_000
const MAX_PATH = 4096

/**
 * Reads a manifest of pictures: CSV (`,`, `;` or tab) with a heading, JSON Lines, or a list of JSON;
 * `metadata.jsonl` of an image folder is one. Paths are relative to the folder of the manifest and
 * never lead out of it, nor do links; absolute ones count inside that folder and inside `roots`.
 * @param roots folders that a person named for it
 * @throws AppError `not-found`, `io`, `invalid-input` (no column of paths, no rows), `damaged`
 */
export async function readManifest(path: string, roots: readonly string[] = []): Promise<Manifest> {
  let folder: string
  const allowed: string[] = []
  try {
    const real = await realpath(path)
    if (!(await stat(real)).isFile()) throw new Error('it is no file')
    folder = dirname(real)
    allowed.push(folder, ...(await Promise.all(roots.map((root) => realpath(root)))))
  } catch (error) {
    throw new AppError('not-found', `The manifest ${path} cannot be read`, undefined, {
      cause: error,
      details: systemMessage(error),
    })
  }
  const manifest: Manifest = { files: [], leftOut: [], columns: {}, ignored: [] }
  const columns = new Map<Column, string>()
  const known = new Set<string>()
  let row = 0
  for await (const record of recordsOf(path)) {
    if (++row > MAX_ROWS) {
      throw new AppError('refused', `The manifest ${path} has more than ${MAX_ROWS} rows`)
    }
    if (record === null) {
      manifest.leftOut.push({ path, name: `row ${row}`, reason: 'damaged-row' })
      continue
    }
    learnColumns(Object.keys(record), columns, known, manifest.ignored)
    const get = (column: Column): Json | undefined => {
      const key = columns.get(column)
      return key !== undefined && Object.hasOwn(record, key) ? record[key] : undefined
    }
    const written = (textOf(get('path')) ?? '').trim()
    const name = written === '' ? `row ${row}` : written.slice(0, MAX_PATH)
    const place = await placeOf(written, folder, allowed)
    if (place.ok) manifest.files.push({ path: place.path, name, row: rowOf(row, get) })
    else manifest.leftOut.push({ path: place.path ?? path, name, reason: place.reason })
  }
  manifest.columns = Object.fromEntries(columns)
  if (!columns.has('path')) {
    throw new AppError(
      'invalid-input',
      `The manifest ${basename(path)} has no column that names the pictures`,
      'Call it "file" or "path". Give each picture a "prompt", or a "group" and a "level".',
    )
  }
  if (!columns.has('prompt') && !columns.has('group') && !columns.has('index')) {
    throw new AppError(
      'invalid-input',
      `The manifest ${basename(path)} does not say which prompt a picture is for`,
      'Give each picture a "prompt", or a "group" and a "level", or an "index".',
    )
  }
  return manifest
}

const plain = (name: string): string => name.toLowerCase().replace(/[\s_-]/g, '')

/** Rows of JSON need not have the same keys. */
function learnColumns(
  keys: readonly string[],
  columns: Map<Column, string>,
  known: Set<string>,
  ignored: string[],
): void {
  const fresh = keys.slice(0, 1000).filter((key) => known.size < 10_000 && !known.has(key))
  if (fresh.length === 0) return
  for (const key of fresh) known.add(key)
  for (const [column, names] of Object.entries(NAMES) as [Column, readonly string[]][]) {
    if (columns.has(column)) continue
    const found = names.map((name) => fresh.find((key) => plain(key) === name))
    const first = found.find((key) => key !== undefined)
    if (first !== undefined) columns.set(column, first)
  }
  const used = new Set(columns.values())
  ignored.push(...fresh.filter((key) => !used.has(key)))
}

function rowOf(row: number, get: (column: Column) => Json | undefined): ManifestRow {
  const text = (column: Column): string | null => {
    const value = get(column)
    const its = typeof value === 'number' ? String(value) : textOf(value)
    return its === null || its.trim() === '' ? null : its
  }
  const whole = (column: Column): number | null => {
    const value = numberOf(get(column))
    return value !== null && Number.isSafeInteger(value) && value >= 0 ? value : null
  }
  return {
    row,
    prompt: text('prompt'),
    group: text('group'),
    kind: text('kind'),
    level: text('level'),
    take: whole('take'),
    index: whole('index'),
    seed: seedOf(get('seed')),
    // An empty one is one.
    negativePrompt: textOf(get('negativePrompt')),
    steps: numberOf(get('steps')),
    guidance: numberOf(get('guidance')),
    sampler: text('sampler'),
    scheduler: text('scheduler'),
    model: text('model'),
    modelHash: text('modelHash'),
  }
}

type Place = { ok: true; path: string } | { ok: false; path: string | null; reason: string }

async function placeOf(
  written: string,
  folder: string,
  allowed: readonly string[],
): Promise<Place> {
  if (written === '') return { ok: false, path: null, reason: 'no-path' }
  if (written.length > MAX_PATH || written.includes('\0') || /^[a-z][a-z0-9+.-]+:/i.test(written)) {
    return { ok: false, path: null, reason: 'not-a-path' }
  }
  // Written under Windows, read anywhere.
  const path = isAbsolute(written) ? written : join(folder, written.replaceAll('\\', '/'))
  const isAllowed = (one: string): boolean => allowed.some((root) => isInside(one, root))
  try {
    // Before asking the file system: what lies outside is nobody's business.
    if (!isAbsolute(written) && !isInside(path, folder)) {
      return { ok: false, path, reason: 'outside-folder' }
    }
    const real = await realpath(path)
    if (!isAllowed(real)) return { ok: false, path, reason: 'outside-folder' }
    return (await stat(real)).isFile()
      ? { ok: true, path: real }
      : { ok: false, path, reason: 'not-a-file' }
  } catch {
    const reason = isAbsolute(written) && !isAllowed(path) ? 'outside-folder' : 'not-found'
    return { ok: false, path, reason }
  }
}
