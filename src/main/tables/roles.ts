import { AppError } from '#shared/errors.ts'
import { readScoreColumn } from './own-pairs.ts'
import type { Cell, ColumnRole, ColumnType, TableColumn } from './types.ts'
import { COLUMN_ROLES } from './types.ts'

export const TABLE_LAYOUTS = [
  'laion',
  'coyo',
  'datacomp',
  'img2dataset',
  'coco',
  'gleaner',
] as const
/** Whose column names a table bears. */
export type TableLayout = (typeof TABLE_LAYOUTS)[number]

export interface RecognisedColumn extends TableColumn {
  role: ColumnRole
  /** Why, in a few words. */
  why: string
}

/** A column's role as somebody wants it. */
export interface RoleOverride {
  role: string
  column: string
}

const NUMERIC: readonly ColumnType[] = ['integer', 'number', 'empty', 'text']

/** Names without case and punctuation, best first. */
const NAMES: Record<Exclude<ColumnRole, 'score' | 'number' | 'ignore'>, readonly string[]> = {
  url: [
    'url',
    'imageurl',
    'imgurl',
    'cocourl',
    'originalurl',
    'imagelink',
    'imageaddress',
    'src',
    'link',
    'flickrurl',
    'image',
    'img',
  ],
  path: [
    'imagepath',
    'filepath',
    'filename',
    'imagefile',
    'imagefilename',
    'imgpath',
    'localpath',
    'path',
    'file',
    'image',
    'img',
  ],
  alt: ['alt', 'alttext', 'text', 'caption', 'captions', 'description', 'sentence', 'prompt'],
  caption: ['caption', 'captions', 'description'],
  title: ['title', 'imagetitle'],
  before: ['before', 'textbefore'],
  after: ['after', 'textafter'],
  width: ['originalwidth', 'width', 'imagewidth'],
  height: ['originalheight', 'height', 'imageheight'],
  page: ['pageurl', 'pageaddress', 'pagelink', 'contexturl', 'sourcepage', 'referrer', 'referer'],
  date: ['pagedate'],
  language: ['pagelanguage'],
}

/** Columns that people know and that are no part of a pair here. */
const KNOWN: Record<string, string> = {
  status: 'whether img2dataset had the picture: not kept',
  errormessage: 'why img2dataset did not have the picture: not kept',
}

/** Numeric columns that name a row: kept only where somebody says so. */
const IDENTIFIERS: ReadonlySet<string> = new Set(
  'hash key id sampleid pairid imageid annotationid rowid recordoffset index indexlevel0 unnamed0'.split(
    ' ',
  ),
)

const SCORE = /(^|_)(similarity|cosine|cos_?sim|clip_?score|clip_?sim|clip_?s)(_|$)|similarity/i

export function layoutOf(columns: readonly TableColumn[]): TableLayout | null {
  const exact = new Set(columns.map(({ name }) => name))
  const lower = new Set(columns.map(({ name }) => name.toLowerCase()))
  const has = (...names: string[]): boolean => names.every((name) => lower.has(name))
  if (has('clip_similarity_vitb32') || has('clip_similarity_vitl14')) return 'coyo'
  if (has('clip_b32_similarity_score') || has('clip_l14_similarity_score')) return 'datacomp'
  if (has('record_offset', 'pair_id', 'page_url')) return 'gleaner'
  if (has('page_url', 'before', 'after', 'file_name')) return 'gleaner'
  if (has('url', 'key', 'status')) return 'img2dataset'
  if (has('image_id', 'annotation_id', 'caption')) return 'coco'
  if (exact.has('URL') && exact.has('TEXT')) return 'laion'
  if (has('url', 'text', 'punsafe', 'pwatermark')) return 'laion'
  return null
}

/**
 * What each column means, by its name, its type and the first rows; overrides win over all.
 * A role other than `score`, `number` and `ignore` is given once.
 * @param keep of numeric columns without another meaning only these; absent = all that measure something
 * @throws AppError `invalid-input` for an override of a role or column that there is not, or of a
 *   column that has no single value
 */
export function recogniseColumns(
  columns: readonly TableColumn[],
  preview: ReadonlyMap<string, readonly Cell[]>,
  overrides: readonly RoleOverride[] = [],
  keep?: readonly string[],
): RecognisedColumn[] {
  const roles = new Map<string, { role: ColumnRole; why: string }>()
  const wanted = readOverrides(columns, overrides)
  for (const [name, role] of wanted) roles.set(name, { role, why: 'chosen' })
  const overridden = new Set(wanted.values())
  const give = (name: string, role: ColumnRole, why: string): void => {
    if (!roles.has(name)) roles.set(name, { role, why })
  }
  const free = (role: ColumnRole): TableColumn[] =>
    overridden.has(role) ? [] : columns.filter(({ name }) => !roles.has(name))

  for (const column of columns) {
    const known = KNOWN[key(column.name)]
    if (known !== undefined) give(column.name, 'ignore', known)
    else if (column.type === 'nested') {
      give(column.name, 'ignore', 'lists and structures have no single value')
    } else if (column.type === 'binary') give(column.name, 'ignore', 'bytes are not read')
  }
  for (const column of free('score')) {
    const own = readScoreColumn(column.name)
    if (own) give(column.name, 'score', `of ${own.model}, for the ${own.text}`)
    if (!SCORE.test(column.name) || !NUMERIC.includes(column.type)) continue
    if (column.type === 'text') {
      give(column.name, 'ignore', 'named like a similarity, but holds no numbers')
      continue
    }
    give(
      column.name,
      'score',
      column.type === 'empty'
        ? 'named like a similarity; the first rows have none'
        : 'named like a similarity, and a number',
    )
  }
  const one = (
    role: Exclude<ColumnRole, 'score' | 'number' | 'ignore'>,
    fits: (column: TableColumn) => boolean,
  ): void => {
    const candidates = free(role)
    for (const name of NAMES[role]) {
      const found = candidates.find((column) => key(column.name) === name && fits(column))
      if (found) return give(found.name, role, 'by its name')
    }
  }
  const isText = ({ type }: TableColumn): boolean => type === 'text' || type === 'empty'
  const addresses = ({ name }: TableColumn): number => {
    const cells = (preview.get(name) ?? []).filter(
      (cell) => typeof cell === 'string' && cell !== '',
    )
    if (cells.length === 0) return 0
    return cells.filter((cell) => /^\s*(https?:)?\/\//i.test(cell as string)).length / cells.length
  }
  const isVague = ({ name }: TableColumn): boolean =>
    ['image', 'img', 'src', 'link'].includes(key(name))

  one('url', (column) => isText(column) && (!isVague(column) || addresses(column) > 0.5))
  one('path', isText)
  one('page', isText)
  one('width', ({ type }) => NUMERIC.includes(type))
  one('height', ({ type }) => NUMERIC.includes(type))
  one('alt', ({ type }) => type !== 'nested' && type !== 'binary')
  one('caption', isText)
  one('title', isText)
  one('before', isText)
  one('after', isText)
  one('date', ({ type }) => isText({ name: '', type }) || type === 'date')
  one('language', isText)

  // A table without a heading, or with names nobody knows: addresses show themselves.
  const has = (role: ColumnRole): boolean => [...roles.values()].some((one) => one.role === role)
  if (!has('url') && !has('path')) {
    const found = free('url').find((column) => isText(column) && addresses(column) > 0.5)
    if (found) give(found.name, 'url', 'holds addresses')
  }
  if (!has('alt') && !has('caption') && !has('title')) {
    const texts = free('alt').filter((column) => isText(column) && addresses(column) === 0)
    const found = columns.length <= 3 && texts.length === 1 ? texts[0] : undefined
    if (found) give(found.name, 'alt', 'the only column of words')
  }
  for (const { name, type } of columns) {
    if (type !== 'integer' && type !== 'number') continue
    if (keep) {
      if (keep.includes(name)) give(name, 'number', 'chosen')
      else give(name, 'ignore', 'not among those to keep')
    } else if (IDENTIFIERS.has(key(name))) give(name, 'ignore', 'names the row')
    else if ([...NAMES.width, ...NAMES.height].includes(key(name))) {
      give(name, 'ignore', 'another size')
    } else give(name, 'number', 'a number')
  }
  return columns.map((column) => ({
    ...column,
    ...(roles.get(column.name) ?? { role: 'ignore' as const, why: 'not part of a pair' }),
  }))
}

function key(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '')
}

function readOverrides(
  columns: readonly TableColumn[],
  overrides: readonly RoleOverride[],
): Map<string, ColumnRole> {
  const wanted = new Map<string, ColumnRole>()
  const taken = new Set<ColumnRole>()
  for (const { role, column } of overrides) {
    const known = COLUMN_ROLES.find((one) => one === role)
    if (!known) {
      throw new AppError(
        'invalid-input',
        `there is no role ${role} for a column`,
        `Roles are ${COLUMN_ROLES.join(', ')}.`,
      )
    }
    const found =
      columns.find(({ name }) => name === column) ??
      columns.find(({ name }) => name.toLowerCase() === column.toLowerCase())
    if (!found) {
      throw new AppError(
        'invalid-input',
        `the table has no column ${column}`,
        `It has ${columns.map(({ name }) => name).join(', ')}.`,
      )
    }
    if (known !== 'ignore' && (found.type === 'nested' || found.type === 'binary')) {
      throw new AppError(
        'invalid-input',
        `the column ${column} cannot be ${known}: it holds ${found.type === 'nested' ? 'lists or structures' : 'bytes'}`,
      )
    }
    if (known !== 'score' && known !== 'number' && known !== 'ignore') {
      if (taken.has(known)) {
        throw new AppError('invalid-input', `two columns are to be ${known}`, 'Name one.')
      }
      taken.add(known)
    }
    wanted.set(found.name, known)
  }
  return wanted
}
