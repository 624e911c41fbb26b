import { basename } from 'node:path'
import { AppError, systemMessage } from '#shared/errors.ts'
import { flatPair, isOwnPair, ownPairColumns } from './own-pairs.ts'
import { parseJson } from './json-numbers.ts'
import { HEAVY, checkColumns } from './limits.ts'
import { textChunks } from './text.ts'
import type { TextFile } from './text.ts'
import type {
  Cell,
  ColumnType,
  OpenTable,
  ReadOptions,
  RowBatch,
  RowFailure,
  TableColumn,
} from './types.ts'

/** One row is never longer; what is has no end of line. */
const MAX_LINE = 1 << 26
/** A document that is not line by line is read whole. */
const MAX_DOCUMENT = 400_000_000

type Row = Record<string, unknown>

/**
 * Opens a file of JSON: an object a line (JSON Lines), an array of objects, or COCO's captions
 * (`images` and `annotations`), which become one row an annotation. JSON Lines are streamed of any
 * size; the two others are read whole.
 * @throws AppError `invalid-input`, `unsupported` (a document that is too large), `damaged`
 */
export async function openJson(file: TextFile): Promise<OpenTable> {
  if (isLines(file)) return openLines(file)
  return openDocument(file)
}

function isLines(file: TextFile): boolean {
  const sample = file.sample.trimStart()
  // A damaged first line is one row, where the ending says that lines follow.
  if (/\.(jsonl|ndjson)(\.(gz|zst))?$/i.test(file.path)) {
    const lines = sample.split('\n', 100).slice(0, file.whole ? 100 : -1)
    if (lines.some((line) => parseObject(line) !== null)) return !isCoco(sample)
  }
  if (!sample.startsWith('{')) return false
  const end = sample.indexOf('\n')
  // A first line that runs beyond the sample: an object of its own or the head of a document.
  if (end < 0 && !file.whole) return !/^\{\s*"(info|images|annotations|licenses)"/.test(sample)
  return parseObject(end < 0 ? sample : sample.slice(0, end)) !== null && !isCoco(sample)
}

function isCoco(sample: string): boolean {
  const whole = parseObject(sample)
  return whole !== null && Array.isArray(whole['images']) && Array.isArray(whole['annotations'])
}

function parseObject(text: string): Row | null {
  try {
    const value = parseJson(text)
    return isObject(value) ? value : null
  } catch {
    return null
  }
}

function isObject(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

async function openLines(file: TextFile): Promise<OpenTable> {
  const rows: Row[] = []
  const lines = file.sample.split('\n')
  if (!file.whole) lines.pop()
  for (const line of lines.slice(0, 1000)) {
    const row = line.trim() === '' ? null : parseObject(line)
    if (row) rows.push(row)
  }
  const isOwn = rows[0] !== undefined && isOwnPair(rows[0])
  return {
    path: file.path,
    format: 'jsonl',
    bytes: file.bytes,
    columns: isOwn ? await ownPairColumns(file) : columnsOf(file.path, rows),
    rows: null,
    problems: [],
    ranges: new Map(),
    read: (options) => readLines(file, options, isOwn ? flatPair : (row) => row),
    close: () => Promise.resolve(),
  }
}

async function* readLines(
  file: TextFile,
  options: ReadOptions,
  flat: (row: Row) => Row,
): AsyncGenerator<RowBatch, void, void> {
  const size = options.rows ?? 10_000
  const batch = createBatch(options)
  /** The beginning of a line whose end is still to come; nothing of one that is too long. */
  let pieces: string[] = []
  let length = 0
  let dropping = false
  let line = 0

  const keep = (piece: string): void => {
    length += piece.length
    if (length > MAX_LINE) {
      dropping = true
      pieces = []
    } else if (piece !== '') pieces.push(piece)
  }
  const joined = (end: string): string => {
    keep(end)
    const text = dropping ? '' : pieces.join('')
    pieces = []
    length = 0
    return text
  }

  const take = (text: string): void => {
    line++
    if (dropping) {
      dropping = false
      batch.fail(line, 'line-too-long', `line ${line} is longer than ${MAX_LINE} characters`)
      return
    }
    if (text.trim() === '') return
    if (!batch.wanted()) {
      batch.skip()
      return
    }
    let value: unknown
    try {
      value = parseJson(text)
    } catch (error) {
      batch.fail(line, 'bad-json', `line ${line}: ${error instanceof Error ? error.message : ''}`)
      return
    }
    if (isObject(value)) batch.add(flat(value), text.length)
    else batch.fail(line, 'not-an-object', `line ${line} is no object`)
  }

  let position = 0
  for await (const chunk of textChunks(file, options.signal)) {
    position = chunk.position
    await options.onPosition?.(position)
    let start = 0
    for (;;) {
      const end = chunk.text.indexOf('\n', start)
      if (end < 0) break
      take(joined(chunk.text.slice(start, end)))
      start = end + 1
      if (batch.count() >= size || batch.isHeavy()) yield { ...batch.cut(), position }
    }
    keep(chunk.text.slice(start))
  }
  if (options.signal?.aborted) return
  const last = joined('')
  if (last !== '' || dropping) take(last)
  if (batch.count() > 0) yield { ...batch.cut(), position }
}

/** Rows on their way into a batch. */
function createBatch(options: ReadOptions) {
  const { columns } = options
  const first = options.from ?? 0
  let row = 0
  let from = first
  let count = 0
  let weight = 0
  let values: Cell[][] = columns.map(() => [])
  let failures: RowFailure[] = []
  return {
    wanted: () => row >= first,
    count: () => count,
    isHeavy: () => weight > HEAVY,
    skip: () => void row++,
    add(object: Row, characters = 0): void {
      row++
      count++
      weight += characters
      for (let i = 0; i < columns.length; i++) {
        values[i]?.push(toCell(object[columns[i] as string]))
      }
    },
    fail(line: number | null, reason: string, detail: string): void {
      const number = row++
      if (number < first) return
      count++
      failures.push({ row: number, line, reason, detail })
      for (const column of values) column.push(null)
    },
    cut(): Omit<RowBatch, 'position'> {
      const made = { from, rows: count, values, failures }
      from += count
      count = 0
      weight = 0
      values = columns.map(() => [])
      failures = []
      return made
    },
  }
}

async function openDocument(file: TextFile): Promise<OpenTable> {
  const name = basename(file.path)
  if (file.bytes > MAX_DOCUMENT) {
    throw new AppError(
      'unsupported',
      `${name} is one JSON document of ${Math.round(file.bytes / 1e6)} MB; up to ${MAX_DOCUMENT / 1e6} MB are read`,
      'Write it as JSON Lines, an object a line: that is read at any size.',
    )
  }
  let text = ''
  for await (const chunk of textChunks(file)) {
    text += chunk.text
    if (text.length > MAX_DOCUMENT) {
      throw new AppError('unsupported', `${name} is too large once unpacked`, 'Use JSON Lines.')
    }
  }
  let value: unknown
  try {
    value = parseJson(text)
  } catch (error) {
    throw new AppError('damaged', `${name} cannot be read as JSON`, 'Get the file again.', {
      cause: error,
      details: systemMessage(error),
    })
  }
  if (isObject(value) && Array.isArray(value['images']) && Array.isArray(value['annotations'])) {
    return openCoco(file, value['images'], value['annotations'])
  }
  const list = Array.isArray(value) ? value : onlyList(value)
  if (!list) {
    throw new AppError(
      'invalid-input',
      `${name} holds no rows: neither an array of objects nor COCO's images and annotations.`,
      'Write it as JSON Lines, an object a line.',
    )
  }
  return fromMemory(
    file,
    'json',
    list.map((row) => (isObject(row) ? row : 'not-an-object')),
  )
}

/** `{"data": [...]}` and the like: the one list of objects in it. */
function onlyList(value: unknown): unknown[] | null {
  if (!isObject(value)) return null
  const lists = Object.values(value).filter(
    (one): one is unknown[] => Array.isArray(one) && one.some(isObject),
  )
  return lists.length === 1 ? (lists[0] as unknown[]) : null
}

/**
 * COCO's captions: images[id, file_name, width, height, coco_url, flickr_url], annotations[image_id,
 * caption]; what else an annotation says (a similarity) stands beside them.
 */
function openCoco(file: TextFile, images: unknown[], annotations: unknown[]): OpenTable {
  const byId = new Map<unknown, Row>()
  for (const image of images) if (isObject(image)) byId.set(image['id'], image)
  const rows = annotations.map((annotation): Row | string => {
    if (!isObject(annotation)) return 'not-an-object'
    const image = byId.get(annotation['image_id'])
    if (!image) return 'no-such-image'
    return {
      ...annotation,
      ...image,
      id: null,
      image_id: annotation['image_id'],
      annotation_id: annotation['id'],
      caption: annotation['caption'],
    }
  })
  const table = fromMemory(file, 'coco', rows)
  const named = new Set(annotations.map((one) => (isObject(one) ? one['image_id'] : undefined)))
  const alone = [...byId.keys()].filter((id) => !named.has(id)).length
  if (alone > 0) table.problems.push(`${alone} images have no caption and make no pair.`)
  return table
}

function fromMemory(
  file: TextFile,
  format: 'json' | 'coco',
  rows: readonly (Row | string)[],
): OpenTable {
  const objects = rows.filter((row): row is Row => typeof row !== 'string')
  return {
    path: file.path,
    format,
    bytes: file.bytes,
    columns: columnsOf(file.path, objects),
    rows: rows.length,
    problems: [],
    ranges: new Map(),
    async *read(options) {
      const size = options.rows ?? 10_000
      const batch = createBatch(options)
      for (const row of rows) {
        if (options.signal?.aborted) return
        if (!batch.wanted()) batch.skip()
        else if (typeof row === 'string') batch.fail(null, row, `the row is left out: ${row}`)
        else batch.add(row)
        if (batch.count() < size) continue
        const made = batch.cut()
        const share = (made.from + made.rows) / rows.length
        yield { ...made, position: Math.floor(file.bytes * share) }
      }
      if (batch.count() > 0) yield { ...batch.cut(), position: file.bytes }
    },
    close: () => Promise.resolve(),
  }
}

function columnsOf(path: string, rows: readonly Row[]): TableColumn[] {
  const types = new Map<string, Set<ColumnType>>()
  for (const row of rows) {
    for (const [name, value] of Object.entries(row)) {
      const seen = types.get(name) ?? new Set()
      types.set(name, seen)
      if (value !== null && value !== undefined) seen.add(typeOf(value))
    }
  }
  checkColumns(path, types.size)
  return [...types].map(([name, seen]) => ({ name, type: typeOfAll(seen) }))
}

function typeOf(value: unknown): ColumnType {
  if (typeof value === 'string') return 'text'
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number'
  return typeof value === 'boolean' ? 'boolean' : 'nested'
}

function typeOfAll(seen: Set<ColumnType>): ColumnType {
  if (seen.size === 0) return 'empty'
  if (seen.size === 1) return [...seen][0] as ColumnType
  if (seen.has('nested')) return 'nested'
  return seen.size === 2 && seen.has('integer') && seen.has('number') ? 'number' : 'text'
}

function toCell(value: unknown): Cell {
  if (typeof value === 'string' || typeof value === 'boolean') return value
  return typeof value === 'number' ? value : null
}
