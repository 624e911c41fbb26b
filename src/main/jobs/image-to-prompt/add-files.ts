import { basename } from 'node:path'
import type { PromptBaseInput } from '#shared/contract/jobs/prompt-base.ts'
import type { RecognisedTable } from '#shared/contract/index.ts'
import { AppError } from '#shared/errors.ts'
import { formatCount } from '#shared/format.ts'
import { columnCalled, guessPromptColumn, promptColumns } from '#shared/prompt-column.ts'
import { sha256Of, sha256OfFile } from '../../files/digest.ts'
import { linesOfFile } from '../../files/lines.ts'
import { isCorpus, openReader } from '../../store/open.ts'
import type { PromptWriter } from '../../store/open-prompt-base.ts'
import {
  addPrompts,
  endPromptSource,
  promptModel,
  promptSource,
  promptsOfSource,
} from '../../store/repositories/prompt-base.ts'
import { putPromptVectors } from '../../store/repositories/prompt-vectors.ts'
import type { PromptRow, PromptSource } from '../../store/repositories/prompt-base.ts'
import { pairIdsWhere } from '../../store/reads/score-ref.ts'
import { textIds, textsAt } from '../../store/repositories/text-draw.ts'
import { openNpy } from '../../tables/index.ts'
import type { Cell } from '../../tables/index.ts'
import { createTableReader } from '../import/table-calls.ts'
import type { TableReader } from '../import/table-calls.ts'
import type { JobContext } from '../run/job.ts'
import { IMPORTED } from './base-models.ts'

/** Rows of a commit. */
const ROWS = 2000
/** UTF-16 units of a prompt: what is longer is a document, and counted as not readable. */
const MOST = 20_000

type Asked = Pick<PromptBaseInput, 'paths' | 'textColumn' | 'text' | 'where' | 'source'>

/** Reads files into a base; each goes on where it was, and what is in it already is not read again. */
export async function addFiles(db: PromptWriter, asked: Asked, ctx: JobContext): Promise<void> {
  if (asked.source !== undefined && asked.paths.length !== 1) {
    throw new AppError(
      'invalid-input',
      'Vectors belong to one table alone.',
      'Add the files one after the other, each with its vectors.',
    )
  }
  const reader = createTableReader(ctx.entries.tableReader)
  try {
    for (const path of asked.paths) {
      const source = await addFile(db, path, asked, reader, ctx)
      if (asked.source !== undefined) await addVectors(db, source, asked.source, ctx)
    }
  } finally {
    await reader.close()
  }
}

async function addFile(
  db: PromptWriter,
  path: string,
  asked: Asked,
  reader: TableReader,
  ctx: JobContext,
): Promise<PromptSource> {
  ctx.progress({ done: 0, total: null, unit: 'rows', note: `reading ${basename(path)}` })
  const found = isCorpus(path)
    ? readCorpus(path, asked.text, asked.where)
    : /\.(txt|text|prompts)$/i.test(path)
      ? await readLines(path, ctx.signal)
      : await readTable(path, asked.textColumn, reader, ctx.signal)
  const about = { path, column: found.column, sha256: found.sha256 }
  const source = promptSource(db, about)
  if (source.isDone) {
    ctx.warn(`${path} was added already; it is not read again.`)
    return source
  }
  let rows = source.rows
  let waiting: PromptRow[] = []
  const commit = (): void => {
    ctx.signal.throwIfAborted()
    addPrompts(db, source.id, waiting)
    rows += waiting.length
    waiting = []
    ctx.progress({ done: rows, total: found.rows, unit: 'rows', note: `reading ${basename(path)}` })
  }
  await found.each(source.rows, (row) => {
    waiting.push(row)
    if (waiting.length === ROWS) commit()
  })
  commit()
  endPromptSource(db, source.id)
  const done = promptSource(db, about)
  ctx.result(
    basename(path),
    `${formatCount(done.rows)} rows: ${formatCount(done.added)} new prompts, ${formatCount(done.same)} that were there, ${formatCount(done.failed)} that could not be read`,
  )
  return done
}

/** What a file holds, row by row from a row on. */
interface Found {
  column: string | null
  sha256: string
  rows: number | null
  each(from: number, take: (row: PromptRow) => void): Promise<void>
}

function promptOf(cell: Cell | undefined): PromptRow {
  if (cell === null || cell === undefined) return ''
  const text = String(cell).trim()
  return text.length > MOST ? null : text.toWellFormed()
}

async function readLines(path: string, signal: AbortSignal): Promise<Found> {
  return {
    column: null,
    sha256: await sha256OfFile(path, signal),
    rows: null,
    async each(from, take) {
      let row = 0
      for await (const line of linesOfFile(path)) if (row++ >= from) take(promptOf(line))
    },
  }
}

async function readTable(
  path: string,
  wanted: string | undefined,
  reader: TableReader,
  signal: AbortSignal,
): Promise<Found> {
  const about = basename(path)
  const source = { path, name: about, imageEmbeddings: null, textEmbeddings: null }
  const choices = { path, columns: [] }
  const { value } = await reader.call('look', { source, choices }, { about, signal })
  if (!value.table) {
    const { message, hint } = value.refusal ?? { message: `${path} is no table.`, hint: null }
    throw new AppError('invalid-input', message, hint ?? undefined)
  }
  const column = promptColumn(value.table, wanted)
  return {
    column,
    sha256: await sha256OfFile(path, signal),
    rows: value.table.rows,
    async each(from, take) {
      await reader.call(
        'rows',
        { path, columns: [column], from },
        {
          about,
          signal,
          onEvent(event) {
            if (!('batch' in event)) return
            const { batch } = event
            const failed = new Set(batch.failures.map(({ row }) => row))
            for (let i = 0; i < batch.rows; i++) {
              take(failed.has(batch.from + i) ? null : promptOf(batch.values[0]?.[i]))
            }
          },
        },
      )
      signal.throwIfAborted()
    },
  }
}

/**
 * The column that holds prompts: by name first, then as an import recognises words.
 * @throws AppError `invalid-input` that names the columns there are
 */
export function promptColumn(
  { path, columns }: Pick<RecognisedTable, 'path' | 'columns'>,
  wanted: string | undefined,
): string {
  const found =
    wanted === undefined ? guessPromptColumn(columns) : columnCalled(promptColumns(columns), wanted)
  if (found) return found.name
  const names = columns.map(({ name }) => name).join(', ')
  throw new AppError(
    'invalid-input',
    wanted === undefined
      ? `No column of ${path} is known to hold prompts.`
      : `${path} has no column ${wanted} that can hold prompts.`,
    {
      window: `Say which one it is. It has ${names}.`,
      command: `Say which one with --column. It has ${names}.`,
    },
  )
}

/**
 * Texts of a corpus, as they are now: more pairs, and other pairs by a filter, make another source.
 * @throws AppError `invalid-input` for a filter that cannot be read or keeps no pair with a text
 */
function readCorpus(path: string, text: Asked['text'], where: string): Found {
  const count = (): Int32Array => {
    const db = openReader(path)
    try {
      const all = textIds(db, text)
      if (where.trim() === '') return all
      const kept = new Set(pairIdsWhere(db, where))
      return all.filter((id) => kept.has(id))
    } finally {
      db.close()
    }
  }
  const ids = count()
  if (ids.length === 0 && where.trim() !== '') {
    throw new AppError(
      'invalid-input',
      `No pair of ${basename(path)} that the filter ${where} keeps has words of ${text}.`,
      'Take another filter, or other words of the corpus.',
    )
  }
  const chosen = where.trim() === '' ? '' : sha256Of(Buffer.from(ids.buffer))
  return {
    column: text,
    sha256: sha256Of(`${path}\n${text}\n${ids.length}\n${ids.at(-1) ?? 0}${chosen}`),
    rows: ids.length,
    each(from, take) {
      const db = openReader(path)
      try {
        for (let at = from; at < ids.length; at += ROWS) {
          for (const one of textsAt(db, text, [...ids.subarray(at, at + ROWS)])) take(promptOf(one))
        }
      } finally {
        db.close()
      }
      return Promise.resolve()
    },
  }
}

/** Vectors beside a table, of unit length here, for the prompts that it brought. */
async function addVectors(
  db: PromptWriter,
  source: PromptSource,
  path: string,
  ctx: JobContext,
): Promise<void> {
  const file = await openNpy(path)
  try {
    if (file.rows !== source.rows) {
      throw new AppError(
        'invalid-input',
        `${path} holds ${formatCount(file.rows)} vectors, ${source.path} ${formatCount(source.rows)} rows.`,
        'Give the vectors of this table, row by row.',
      )
    }
    const row = promptModel(db, {
      side: 'picture-text',
      model: `${IMPORTED}${basename(path)}`,
      digest: await sha256OfFile(path, ctx.signal),
      dim: file.dims,
    })
    const prompts = promptsOfSource(db, source.id)
    for (let at = 0; at < file.rows; at += ROWS) {
      ctx.signal.throwIfAborted()
      const vectors = await file.read(at, Math.min(ROWS, file.rows - at))
      const part = prompts.filter((one) => one.row >= at && one.row < at + ROWS)
      if (part.length === 0) continue
      const out = new Float32Array(part.length * file.dims)
      for (const [i, one] of part.entries()) {
        const from = (one.row - at) * file.dims
        out.set(unit(vectors.subarray(from, from + file.dims), path, one.row), i * file.dims)
      }
      const ids = part.map(({ id }) => id)
      putPromptVectors(db, row.id, ids, out)
    }
  } finally {
    await file.close()
  }
}

/** @throws AppError `damaged` for a row without a direction */
export function unit(vector: Float32Array, path: string, row: number): Float32Array {
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0))
  if (length > 0 && Number.isFinite(length)) return vector.map((value) => value / length)
  throw new AppError(
    'damaged',
    `Row ${row + 1} of ${path} has no direction.`,
    'Make the vectors again: each row holds finite numbers that are not all zero.',
  )
}
