import { OWN_TEXTS } from '#shared/domain.ts'
import { textChunks } from './text.ts'
import type { TextFile } from './text.ts'
import type { TableColumn } from './types.ts'

type Row = Record<string, unknown>

/** Of a pair as Gleaner exports it: the column, and where it stands. */
const FIELDS = [
  ['url', 'image', 'url', 'text'],
  ['file_name', 'image', 'file_name', 'text'],
  ['width', 'image', 'width', 'integer'],
  ['height', 'image', 'height', 'integer'],
  ['alt', 'text', 'alt', 'text'],
  ['caption', 'text', 'caption', 'text'],
  ['title', 'text', 'title', 'text'],
  ['before', 'text', 'before', 'text'],
  ['after', 'text', 'after', 'text'],
  ['page_url', 'page', 'url', 'text'],
  ['page_date', 'page', 'date', 'text'],
  ['page_language', 'page', 'language', 'text'],
] as const
/** A score inside a line. In a string its quotes would be escaped, so nothing else matches. */
const SCORE = /\{"model":("(?:[^"\\]|\\.)*"),"text":"([a-z]+)","cosine":/g
/** More than the text of one score. */
const OVERLAP = 1000

/** Whether a row is a pair as `gleaner pairs --json` and the export `jsonl` write it. */
export function isOwnPair(row: Row): boolean {
  return (
    isObject(row['page']) &&
    isObject(row['image']) &&
    isObject(row['text']) &&
    Array.isArray(row['scores']) &&
    typeof row['image']['url'] === 'string'
  )
}

function isObject(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The column of the scores of one model for one text, as the query language names them. */
function scoreColumn(model: string, text: string): string {
  return `score[${model}].${text}`
}

/** The model and the text of such a column; null for any other. */
export function readScoreColumn(name: string): { model: string; text: string } | null {
  const match = /^score\[(.+)\]\.([a-z]+)$/s.exec(name)
  return match ? { model: match[1] as string, text: match[2] as string } : null
}

/**
 * The columns of a file of such pairs. All of it is looked through for scores: those of another
 * model may begin in the middle.
 */
export async function ownPairColumns(file: TextFile): Promise<TableColumn[]> {
  const scores = new Set<string>()
  let carry = ''
  for await (const { text } of textChunks(file)) {
    const piece = carry + text
    for (const [, model = '""', source = ''] of piece.matchAll(SCORE)) {
      // No set of spans comes with a table.
      if (source === 'span' || !OWN_TEXTS.some((one) => one === source)) continue
      scores.add(scoreColumn(JSON.parse(model) as string, source))
    }
    carry = piece.slice(-OVERLAP)
  }
  return [
    ...FIELDS.map(([name, , , type]) => ({ name, type })),
    ...[...scores].sort().map((name) => ({ name, type: 'number' as const })),
  ]
}

/** Such a pair as a row without structure. */
export function flatPair(row: Row): Row {
  const flat: Row = {}
  for (const [name, part, field] of FIELDS) {
    const holder = row[part]
    flat[name] = isObject(holder) ? holder[field] : null
  }
  for (const score of Array.isArray(row['scores']) ? row['scores'] : []) {
    if (!isObject(score)) continue
    flat[scoreColumn(String(score['model']), String(score['text']))] = score['cosine']
  }
  return flat
}
