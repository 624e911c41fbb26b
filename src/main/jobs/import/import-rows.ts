import { basename } from 'node:path'
import type { ImportInput } from '#shared/contract/jobs.ts'
import { toStoreError } from '../../store/errors.ts'
import type { Corpus } from '../../store/open.ts'
import { addCounts, advanceArchive, completeArchive } from '../../store/repositories/archives.ts'
import type { ArchiveRow } from '../../store/repositories/archives.ts'
import { ensureColumn, putColumnValues } from '../../store/repositories/columns.ts'
import { insertFailure } from '../../store/repositories/failures.ts'
import type { ImageIds } from '../../store/repositories/images.ts'
import { ensureModel } from '../../store/repositories/models.ts'
import { putScores } from '../../store/repositories/scores.ts'
import { rowWriter } from '../../store/repositories/table-rows.ts'
import type { NewRowPair } from '../../store/repositories/table-rows.ts'
import { transaction } from '../../store/statements.ts'
import { readAddress, tableAddress, toCosine, toNumber } from '../../tables/index.ts'
import type { Cell, RowBatch } from '../../tables/index.ts'
import { COMPUTED_BY, importedDigest } from './import-plan.ts'
import type { ImportPlan, SingleRole } from './import-plan.ts'
import type { JobContext } from '../run/job.ts'
import type { Totals } from './import-totals.ts'
import type { TableReader } from './table-calls.ts'

/**
 * Reads the rows of a table from where it stopped: pages, pairs, scores, counts and failures of a
 * batch are committed with the position.
 */
export async function importRows(
  corpus: Corpus,
  plan: ImportPlan,
  archive: ArchiveRow,
  sha256: string,
  input: ImportInput,
  ids: ImageIds,
  totals: Totals,
  ctx: JobContext,
  reader: TableReader,
  progress: (position: number) => void,
): Promise<void> {
  const db = corpus.writer
  const { path } = plan.source
  const roles = Object.entries(plan.roles) as [SingleRole, string][]
  const columns = [
    ...roles.map(([, column]) => column),
    ...plan.scores.map(({ column }) => column),
    ...plan.numbers,
  ]
  const modelIds = plan.scores.map((score) => ensureScoreModel(corpus, plan, score, sha256, input))
  const numberIds = plan.numbers.map((name) => ensureColumn(db, name))
  const writer = rowWriter(db, ids, archive.id)
  totals.earlierRows += archive.nextOffset
  let told = performance.now()
  const keep = (batch: RowBatch): void => {
    const sum = { pairs: 0, failures: 0, failedRows: 0, scores: 0, badScores: 0, badNumbers: 0 }
    const notPaired: Record<string, number> = {}
    try {
      transaction(db, () => {
        keepBatch(batch, sum, notPaired)
        advanceArchive(db, archive.id, batch.from + batch.rows)
      })
    } catch (error) {
      ids.forget()
      writer.forget()
      throw toStoreError(error, corpus.path)
    }
    totals.rows += batch.rows
    totals.pairs += sum.pairs
    totals.failures += sum.failures
    totals.failedRows += sum.failedRows
    totals.scores += sum.scores
    totals.badScores += sum.badScores
    totals.badNumbers += sum.badNumbers
    for (const n of Object.values(notPaired)) totals.notPaired += n
    progress(batch.position)
    if (performance.now() - told > 1000) {
      told = performance.now()
      ctx.changed(['pairs', 'images', 'scores'])
    }
  }
  let bytes: number
  try {
    const { value } = await reader.call(
      'rows',
      { path, columns, from: archive.nextOffset },
      {
        about: basename(path),
        signal: ctx.signal,
        onEvent(event) {
          // Canceled: what was on its way is read again.
          if (ctx.signal.aborted) return
          if ('batch' in event) keep(event.batch)
          else progress(event.position)
        },
      },
    )
    bytes = value.bytes
  } catch (error) {
    if (ctx.signal.aborted) return
    throw error
  }
  if (ctx.signal.aborted) return
  transaction(db, () => completeArchive(db, archive.id, { sha256, bytes }))
  totals.tables++
  progress(plan.info.bytes)

  function keepBatch(
    batch: RowBatch,
    sum: Pick<Totals, 'pairs' | 'failures' | 'failedRows' | 'scores' | 'badScores' | 'badNumbers'>,
    notPaired: Record<string, number>,
  ): void {
    const cells = new Map(roles.map(([role], i) => [role, batch.values[i] as Cell[]]))
    const values = plan.scores.map((_, i) => batch.values[roles.length + i] as Cell[])
    const scores = plan.scores.map((): { pairId: number; cosine: number }[] => [])
    const numbers = plan.numbers.map((_, i) => ({
      cells: batch.values[roles.length + plan.scores.length + i] as Cell[],
      values: [] as { pairId: number; value: number }[],
    }))
    const failed = new Set<number>()
    const fail = (row: number, reason: string, detail: string, url: string | null = null): void => {
      insertFailure(db, {
        stage: 'record',
        reason,
        archiveId: archive.id,
        offset: row,
        url,
        detail,
      })
      sum.failures++
    }
    for (const { row, reason, detail } of batch.failures) {
      failed.add(row)
      sum.failedRows++
      fail(row, reason, detail)
    }
    for (let i = 0; i < batch.rows; i++) {
      const row = batch.from + i
      if (failed.has(row)) continue
      const cell = (role: SingleRole): Cell => cells.get(role)?.[i] ?? null
      const picture = pictureOf(cell('url'), cell('path'), plan, archive.fingerprint)
      if (picture.kind === 'none') {
        notPaired[picture.rule] = (notPaired[picture.rule] ?? 0) + 1
        continue
      }
      if (picture.kind === 'bad') {
        sum.failedRows++
        fail(row, 'bad-address', `row ${row + 1}: ${picture.detail}`)
        continue
      }
      writer.page({
        offset: row,
        url: toText(cell('page')) ?? '',
        date: toText(cell('date')) || null,
        language: toText(cell('language')) || null,
      })
      const pair: NewRowPair = {
        row,
        imageUrl: picture.url,
        alternates: picture.file === null ? [] : [picture.file],
        imageRule: `column:${picture.column}`,
        alt: toText(cell('alt')),
        title: toText(cell('title')),
        caption: toText(cell('caption')),
        before: toText(cell('before')),
        after: toText(cell('after')),
        captionRule: plan.roles.caption === undefined ? null : `column:${plan.roles.caption}`,
        declaredWidth: toPixels(cell('width')),
        declaredHeight: toPixels(cell('height')),
      }
      const pairId = writer.pair(pair)
      sum.pairs++
      for (const { cells: column, values: found } of numbers) {
        const value = toNumber(column[i])
        if (value === null) continue
        // Beyond these a whole number would be kept as another.
        if (Number.isFinite(value) && Math.abs(value) <= Number.MAX_SAFE_INTEGER) {
          found.push({ pairId, value })
        } else sum.badNumbers++
      }
      for (let k = 0; k < values.length; k++) {
        const value = toNumber(values[k]?.[i])
        if (value === null) continue
        const cosine = toCosine(value, input.unit ?? 'cosine')
        if (cosine !== null) {
          scores[k]?.push({ pairId, cosine })
          continue
        }
        const column = plan.scores[k]?.column ?? ''
        fail(
          row,
          'bad-score',
          `row ${row + 1}: ${column} is ${String(values[k]?.[i])}`,
          picture.url,
        )
        sum.badScores++
      }
    }
    for (const [k, found] of scores.entries()) {
      const text = plan.scores[k]?.text ?? plan.text
      if (text === null) continue
      putScores(db, { modelId: modelIds[k] as number, text, scores: found })
      sum.scores += found.length
    }
    for (const [k, { values: found }] of numbers.entries()) {
      putColumnValues(db, { column: numberIds[k] as number, values: found })
    }
    addCounts(db, archive.id, { records: { row: batch.rows }, notPaired })
  }
}

type Picture =
  | { kind: 'picture'; url: string; column: string; file: string | null }
  | { kind: 'none'; rule: string }
  | { kind: 'bad'; detail: string }

/**
 * The picture of a row: known by its web address where it has one; the file that it names beside
 * that is another place where its bytes are.
 */
function pictureOf(url: Cell, path: Cell, plan: ImportPlan, identity: string): Picture {
  const address = readCell(url, 'url', plan, identity)
  const file = readCell(path, 'path', plan, identity)
  if (address.kind === 'picture') {
    return file.kind === 'picture' && file.url !== address.url
      ? { ...address, file: file.url }
      : address
  }
  if (file.kind === 'picture') return file
  return address.kind === 'none' && address.rule === 'no-address' ? file : address
}

function readCell(cell: Cell, role: 'url' | 'path', plan: ImportPlan, identity: string): Picture {
  if (cell === null || cell === '') return { kind: 'none', rule: 'no-address' }
  const text = role === 'path' && plan.shard !== null ? `${plan.shard}/${cell}` : String(cell)
  const found = readAddress(text, role)
  const column = plan.roles[role] ?? role
  switch (found.kind) {
    case 'address':
      return { kind: 'picture', url: found.url, column, file: null }
    case 'file':
      return { kind: 'picture', url: tableAddress(identity, found.parts), column, file: null }
    default:
      return found
  }
}

/** Text as the database can keep it: no half of a surrogate pair, no NUL. */
function toText(cell: Cell): string | null {
  if (cell === null) return null
  const text = typeof cell === 'string' ? cell : String(cell)
  const whole = text.isWellFormed() ? text : text.toWellFormed()
  return whole.includes('\0') ? whole.replaceAll('\0', '\ufffd') : whole
}

function toPixels(cell: Cell): number | null {
  const value = toNumber(cell)
  if (value === null || !Number.isFinite(value)) return null
  const pixels = Math.round(value)
  return pixels >= 1 && pixels <= 1_000_000 ? pixels : null
}

function ensureScoreModel(
  corpus: Corpus,
  plan: ImportPlan,
  score: { column: string; model: string },
  sha256: string,
  input: ImportInput,
): number {
  const { layout } = plan.info
  const computedBy = (layout && COMPUTED_BY[layout]?.[score.column]) ?? null
  const unit = input.unit ?? 'cosine'
  return ensureModel(corpus.writer, {
    digest: importedDigest(score.model, 'scores'),
    name: score.model,
    title: `${score.model} (imported${computedBy === null ? '' : `: ${computedBy}`})`,
    manifest: JSON.stringify({
      family: 'imported',
      kind: 'scores',
      name: score.model,
      column: score.column,
      unit,
      // What was clipped at 0 cannot be had back.
      negativesClipped: unit !== 'cosine',
      computedBy,
      source: { file: basename(plan.source.path), sha256 },
    }),
  })
}
