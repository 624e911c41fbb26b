import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import type { ImportInput } from '#shared/contract/jobs.ts'
import { AppError } from '#shared/errors.ts'
import { SOFTWARE } from '#shared/version.ts'
import { toStoreError } from '../../store/errors.ts'
import type { Corpus } from '../../store/open.ts'
import {
  addArchive,
  addCounts,
  advanceArchive,
  archiveByFingerprint,
  completeArchive,
  moveArchive,
} from '../../store/repositories/archives.ts'
import type { ArchiveRow } from '../../store/repositories/archives.ts'
import { keyFromHex, putEmbeddings } from '../../store/repositories/embeddings.ts'
import { insertFailure } from '../../store/repositories/failures.ts'
import { imageIds } from '../../store/repositories/images.ts'
import type { ImageIds } from '../../store/repositories/images.ts'
import { ensureModel, listModels } from '../../store/repositories/models.ts'
import { putScores } from '../../store/repositories/scores.ts'
import {
  addressKey,
  importRecipe,
  pairsOfRows,
  rowWriter,
  setImportRecipe,
} from '../../store/repositories/table-rows.ts'
import type { NewRowPair, RowPair } from '../../store/repositories/table-rows.ts'
import { transaction } from '../../store/statements.ts'
import {
  openNpy,
  openTable,
  readAddress,
  tableAddress,
  toCosine,
  toNumber,
} from '../../tables/index.ts'
import type { Cell, NpyFile, RowBatch, TableInput } from '../../tables/index.ts'
import { findTables } from '../../tables/index.ts'
import { COMPUTED_BY, importedDigest, planTable, recipeOf } from './import-plan.ts'
import type { ImportPlan, SingleRole } from './import-plan.ts'
import type { JobContext } from '../run/job.ts'
import { runPictures } from '../pictures/pictures.ts'
import { importTables } from '#shared/contract/jobs/import.ts'
import { implementJob } from '../run/implement.ts'
import { sha256OfFile } from '../../files/digest.ts'
import { fingerprintFile } from '../../files/fingerprint.ts'

/** Rows of a commit: some tens of milliseconds, so that the window is answered in between. */
const ROWS = 5_000
/** Rows of embeddings of a commit: 2 x 2,000 x 768 float32 are 12 MB. */
const VECTOR_ROWS = 2_000

interface Totals {
  tables: number
  skipped: number
  rows: number
  pairs: number
  failures: number
  notPaired: number
  scores: number
  badScores: number
  vectors: number
  badVectors: number
}

/** A table whose plan is made, with its identity. */
interface Planned {
  plan: ImportPlan
  identity: string
}

/**
 * Brings tables that others made into the corpus: a pair for each row, scores from columns of
 * similarities, embeddings from `.npy` files that stand beside a table row by row, with each row's
 * own cosine as a score. All tables are looked at before the first is imported, so that what must
 * be refused leaves nothing half done. Rows and how far it is are committed together: a run that was
 * killed or canceled goes on where it stopped, and a table that is complete adds nothing again,
 * under whatever name it comes.
 *
 * Pictures that tables name by files are read at the end, from below the table's folder; others
 * wait, or are looked for as `images` says.
 *
 * @throws AppError as `findTables` and `planTable`; `conflict` where a table was begun in another
 *   way; `damaged` where a table breaks off: what stands before is kept
 */
export async function runImport(
  corpus: Corpus,
  input: ImportInput,
  ctx: JobContext,
): Promise<void> {
  const sources: TableInput[] = []
  for (const path of input.inputs) sources.push(...(await findTables(path)))
  const planned: Planned[] = []
  for (const source of sources) {
    if (ctx.signal.aborted) return
    ctx.progress({
      done: planned.length,
      total: sources.length,
      unit: 'tables',
      note: `looking at ${basename(source.path)}`,
    })
    const plan = await planTable(source, input)
    planned.push({ plan, identity: await fingerprintFile(source.path) })
  }
  checkNames(corpus, planned, ctx)

  const totals: Totals = {
    tables: 0,
    skipped: 0,
    rows: 0,
    pairs: 0,
    failures: 0,
    notPaired: 0,
    scores: 0,
    badScores: 0,
    vectors: 0,
    badVectors: 0,
  }
  try {
    await importAll(corpus, planned, input, totals, ctx)
  } finally {
    report(totals, ctx)
  }
  if (ctx.signal.aborted) return
  if (input.images === 'fetch') {
    await runPictures(corpus, { corpus: input.corpus, images: 'fetch', retryFailed: false }, ctx)
  }
}

async function importAll(
  corpus: Corpus,
  planned: readonly Planned[],
  input: ImportInput,
  totals: Totals,
  ctx: JobContext,
): Promise<void> {
  const ids = imageIds(corpus.writer)
  const total = planned.reduce((sum, { plan }) => sum + plan.info.bytes, 0)
  let before = 0
  for (const one of planned) {
    if (ctx.signal.aborted) return
    const start = before
    await importTable(corpus, one, input, ids, totals, ctx, (position) =>
      ctx.progress({
        done: start + position,
        total,
        unit: 'bytes',
        note: `${basename(one.plan.source.path)}: ${totals.pairs.toLocaleString('en')} pairs`,
      }),
    )
    before += one.plan.info.bytes
  }
  ctx.changed(['pairs', 'images', 'scores'])
  if (ctx.signal.aborted) return
  await localStage(corpus, input, ctx)
  for (const { plan, identity } of planned) {
    if (ctx.signal.aborted) return
    if (plan.embeddings) await importEmbeddings(corpus, plan, identity, totals, ctx)
  }
}

/** What can be had from this machine's disk, before embeddings are tied to pictures. */
async function localStage(corpus: Corpus, input: ImportInput, ctx: JobContext): Promise<void> {
  if (input.images === 'none') return
  if (input.images.startsWith('folder:')) {
    const pictures = { corpus: input.corpus, images: input.images, retryFailed: false }
    await runPictures(corpus, pictures, ctx)
    return
  }
  // Whatever archives there are hold none of these, and web addresses are not searched unasked.
  const pictures = { corpus: input.corpus, images: 'archive', retryFailed: false }
  await runPictures(corpus, pictures, ctx, { named: 'files' })
}

function report(totals: Totals, ctx: JobContext): void {
  const n = (value: number): string => value.toLocaleString('en')
  ctx.result('Tables', n(totals.tables))
  if (totals.skipped > 0) ctx.result('Already complete', n(totals.skipped))
  ctx.result('Rows', n(totals.rows))
  ctx.result('Pairs', n(totals.pairs))
  if (totals.notPaired > 0) ctx.result('Rows without a picture', n(totals.notPaired))
  if (totals.scores > 0) ctx.result('Scores', n(totals.scores))
  if (totals.vectors > 0) ctx.result('Rows of embeddings', n(totals.vectors))
  if (totals.failures > 0) ctx.result('Failures', n(totals.failures))
  if (totals.badScores > 0) {
    ctx.warn(`${n(totals.badScores)} values are no cosines in the unit given and were left out.`)
  }
  if (totals.badVectors > 0) {
    ctx.warn(`${n(totals.badVectors)} embeddings are all zero or not finite and were left out.`)
  }
}

/** Says it when new scores would come under a name that other scores bear already. */
function checkNames(corpus: Corpus, planned: readonly Planned[], ctx: JobContext): void {
  const known = new Map(listModels(corpus.reader).map((model) => [model.digest, model]))
  const said = new Set<string>()
  for (const { plan } of planned) {
    if (!plan.embeddings) continue
    const { model, dims } = plan.embeddings
    const earlier = known.get(importedDigest(model, 'embeddings', dims))
    if (!earlier || said.has(model)) continue
    const folder = (JSON.parse(earlier.manifest) as { source?: { folder?: string } }).source?.folder
    if (folder === undefined || folder === folderOf(plan)) continue
    said.add(model)
    ctx.warn(
      `Embeddings named ${model} are here already, from the folder ${folder}. If these are of another model, import them under another name.`,
    )
  }
}

function folderOf(plan: ImportPlan): string {
  return dirname(plan.embeddings?.image ?? plan.embeddings?.text ?? plan.source.path)
}

async function importTable(
  corpus: Corpus,
  { plan, identity }: Planned,
  input: ImportInput,
  ids: ImageIds,
  totals: Totals,
  ctx: JobContext,
  progress: (position: number) => void,
): Promise<void> {
  const db = corpus.writer
  const { path } = plan.source
  const recipe = JSON.stringify(recipeOf(plan, input))
  const earlier = importRecipe(db, identity)
  const same = earlier === null || readRecipe(earlier).recipe === recipe
  let archive = archiveByFingerprint(db, identity)
  if (archive?.state === 'complete') {
    totals.skipped++
    if (archive.path !== path && !existsSync(archive.path)) moveArchive(db, archive.id, path)
    if (!same) {
      ctx.warn(
        `${basename(path)} was imported before with other columns or another unit; nothing was added.`,
      )
    }
    progress(plan.info.bytes)
    return
  }
  if (archive && !same) {
    throw new AppError(
      'conflict',
      `${basename(path)} was begun with other columns or another unit, and ${archive.nextOffset} rows are here`,
      'Import it with the same choices as before, or into a new corpus.',
    )
  }
  if (archive && archive.path !== path) moveArchive(db, archive.id, path)
  let sha256 = earlier === null ? null : readRecipe(earlier).sha256
  try {
    sha256 ??= await sha256OfFile(path, ctx.signal)
  } catch (error) {
    if (ctx.signal.aborted) return
    throw error
  }
  const known = sha256
  archive ??= transaction(db, () => {
    setImportRecipe(db, identity, JSON.stringify({ recipe, sha256: known }))
    return addArchive(db, {
      path,
      bytes: plan.info.bytes,
      fingerprint: identity,
      software: SOFTWARE,
    })
  })
  await importRows(corpus, plan, archive, known, input, ids, totals, ctx, progress)
}

function readRecipe(json: string): { recipe: string; sha256: string } {
  return JSON.parse(json) as { recipe: string; sha256: string }
}

async function importRows(
  corpus: Corpus,
  plan: ImportPlan,
  archive: ArchiveRow,
  sha256: string,
  input: ImportInput,
  ids: ImageIds,
  totals: Totals,
  ctx: JobContext,
  progress: (position: number) => void,
): Promise<void> {
  const db = corpus.writer
  const roles = Object.entries(plan.roles) as [SingleRole, string][]
  const columns = [...roles.map(([, column]) => column), ...plan.scores.map(({ column }) => column)]
  const modelIds = plan.scores.map((score) => ensureScoreModel(corpus, plan, score, sha256, input))
  const writer = rowWriter(db, ids, archive.id)
  const table = await openTable(plan.source.path)
  let told = performance.now()
  try {
    const batches = table.read({
      columns,
      from: archive.nextOffset,
      rows: ROWS,
      signal: ctx.signal,
    })
    for await (const batch of batches) {
      const sum = { pairs: 0, failures: 0, scores: 0, badScores: 0 }
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
      totals.scores += sum.scores
      totals.badScores += sum.badScores
      for (const n of Object.values(notPaired)) totals.notPaired += n
      progress(batch.position)
      if (performance.now() - told > 1000) {
        told = performance.now()
        ctx.changed(['pairs', 'images', 'scores'])
      }
      if (ctx.signal.aborted) return
    }
  } finally {
    await table.close()
  }
  if (ctx.signal.aborted) return
  transaction(db, () => completeArchive(db, archive.id, { sha256, bytes: table.bytes }))
  totals.tables++
  progress(plan.info.bytes)

  function keepBatch(
    batch: RowBatch,
    sum: { pairs: number; failures: number; scores: number; badScores: number },
    notPaired: Record<string, number>,
  ): void {
    const cells = new Map(roles.map(([role], i) => [role, batch.values[i] as Cell[]]))
    const values = plan.scores.map((_, i) => batch.values[roles.length + i] as Cell[])
    const scores = plan.scores.map((): { pairId: number; cosine: number }[] => [])
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
        fail(row, 'bad-address', `row ${row + 1}: ${picture.detail}`)
        continue
      }
      writer.page({
        offset: row,
        url: toText(cell('page')) ?? '',
        date: toText(cell('date')),
        language: toText(cell('language')),
      })
      const pair: NewRowPair = {
        row,
        imageUrl: picture.url,
        imageRule: `column:${picture.column}`,
        alt: toText(cell('alt')),
        title: toText(cell('title')),
        caption: toText(cell('caption')),
        captionRule: plan.roles.caption === undefined ? null : `column:${plan.roles.caption}`,
        declaredWidth: toPixels(cell('width')),
        declaredHeight: toPixels(cell('height')),
      }
      const pairId = writer.pair(pair)
      sum.pairs++
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
    for (let k = 0; plan.text !== null && k < scores.length; k++) {
      const found = scores[k] ?? []
      putScores(db, { modelId: modelIds[k] as number, text: plan.text, scores: found })
      sum.scores += found.length
    }
    addCounts(db, archive.id, { records: { row: batch.rows }, notPaired })
  }
}

type Picture =
  | { kind: 'picture'; url: string; column: string }
  | { kind: 'none'; rule: string }
  | { kind: 'bad'; detail: string }

/** The picture of a row: its web address, else the file it names. */
function pictureOf(url: Cell, path: Cell, plan: ImportPlan, identity: string): Picture {
  let left: Picture = { kind: 'none', rule: 'no-address' }
  for (const [role, cell] of [
    ['url', url],
    ['path', path],
  ] as const) {
    if (cell === null || cell === '') continue
    const found = readAddress(String(cell), role)
    const column = plan.roles[role] ?? role
    if (found.kind === 'address') return { kind: 'picture', url: found.url, column }
    if (found.kind === 'file')
      return { kind: 'picture', url: tableAddress(identity, found.parts), column }
    if (left.kind === 'none' && left.rule === 'no-address') left = found
  }
  return left
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

async function importEmbeddings(
  corpus: Corpus,
  plan: ImportPlan,
  tableIdentity: string,
  totals: Totals,
  ctx: JobContext,
): Promise<void> {
  const { embeddings } = plan
  const table = archiveByFingerprint(corpus.writer, tableIdentity)
  if (!embeddings || table?.state !== 'complete') return
  const db = corpus.writer
  const paths = [embeddings.image, embeddings.text]
  const hash = createHash('sha256').update(`embeddings\n${tableIdentity}\n${embeddings.model}`)
  for (const path of paths) {
    hash.update(`\n${path === null ? '' : await fingerprintFile(path)}`)
  }
  const identity = `embeddings:${hash.digest('hex')}`
  let archive = archiveByFingerprint(db, identity)
  if (archive?.state === 'complete') return
  const first = (embeddings.image ?? embeddings.text) as string
  const image = embeddings.image === null ? null : await openNpy(embeddings.image)
  const text = embeddings.text === null ? null : await openNpy(embeddings.text)
  try {
    const bytes = (image?.bytes ?? 0) + (text?.bytes ?? 0)
    archive ??= addArchive(db, { path: first, bytes, fingerprint: identity, software: SOFTWARE })
    let sha256: string
    try {
      sha256 = await sha256OfFile(first, ctx.signal)
    } catch (error) {
      if (ctx.signal.aborted) return
      throw error
    }
    const modelId = ensureModel(db, {
      digest: importedDigest(embeddings.model, 'embeddings', embeddings.dims),
      name: embeddings.model,
      title: `${embeddings.model} (imported embeddings)`,
      manifest: JSON.stringify({
        family: 'imported',
        kind: 'embeddings',
        name: embeddings.model,
        dims: embeddings.dims,
        unit: 'cosine',
        source: { folder: folderOf(plan), file: basename(first), sha256 },
      }),
    })
    await importVectors(corpus, plan, archive, table.id, modelId, { image, text }, totals, ctx)
    if (ctx.signal.aborted) return
    const done = archive.id
    transaction(db, () => completeArchive(db, done, { sha256, bytes }))
  } finally {
    await image?.close()
    await text?.close()
    ctx.changed(['scores'])
  }
}

async function importVectors(
  corpus: Corpus,
  plan: ImportPlan,
  archive: ArchiveRow,
  tableId: number,
  modelId: number,
  files: { image: NpyFile | null; text: NpyFile | null },
  totals: Totals,
  ctx: JobContext,
): Promise<void> {
  const db = corpus.writer
  const { dims, rows } = plan.embeddings as NonNullable<ImportPlan['embeddings']>
  for (let from = archive.nextOffset; from < rows; from += VECTOR_ROWS) {
    if (ctx.signal.aborted) return
    const to = Math.min(rows, from + VECTOR_ROWS)
    const image = (await files.image?.read(from, to - from)) ?? null
    const text = (await files.text?.read(from, to - from)) ?? null
    const items = {
      image: [] as { key: Uint8Array; vector: Float32Array }[],
      text: [] as { key: Uint8Array; vector: Float32Array }[],
    }
    const scores: { pairId: number; cosine: number }[] = []
    const bad: { row: number; reason: string; url: string }[] = []
    for (const pair of pairsOfRows(db, { archiveId: tableId, from, to })) {
      const at = (pair.row - from) * dims
      const pictured = image && unitVector(image.subarray(at, at + dims))
      const worded = text && unitVector(text.subarray(at, at + dims))
      const words = wordsOf(pair, plan)
      const fail = (side: string): void =>
        void bad.push({ row: pair.row, reason: `bad-${side}-embedding`, url: pair.imageUrl })
      if (pictured) items.image.push({ key: imageKey(pair), vector: pictured.vector })
      else if (image) fail('image')
      if (worded && words !== '') items.text.push({ key: textKey(words), vector: worded.vector })
      else if (text && !worded) fail('text')
      if (pictured && worded && words !== '') {
        scores.push({ pairId: pair.pairId, cosine: cosineOf(pictured, worded) })
      }
    }
    try {
      transaction(db, () => {
        putEmbeddings(db, { modelId, kind: 'image', items: items.image })
        putEmbeddings(db, { modelId, kind: 'text', items: items.text })
        if (plan.text !== null) putScores(db, { modelId, text: plan.text, scores })
        for (const { row, reason, url } of bad) {
          const detail = `row ${row + 1}: all zero, or not finite`
          insertFailure(db, {
            stage: 'score',
            reason,
            archiveId: archive.id,
            offset: row,
            url,
            detail,
          })
        }
        addCounts(db, archive.id, { records: { embedding: to - from } })
        advanceArchive(db, archive.id, to)
      })
    } catch (error) {
      throw toStoreError(error, corpus.path)
    }
    totals.vectors += to - from
    totals.scores += scores.length
    totals.badVectors += bad.length
    ctx.progress({ done: to, total: rows, unit: 'rows', note: `embeddings of ${plan.source.name}` })
  }
}

function wordsOf(pair: RowPair, plan: ImportPlan): string {
  return (
    (plan.text === 'alt' ? pair.alt : plan.text === 'caption' ? pair.caption : pair.title) ?? ''
  )
}

/** Of the bytes where the corpus has them; a picture that is not here is known by its address. */
function imageKey(pair: RowPair): Uint8Array {
  return pair.status === 'ok' && pair.sha256 !== null
    ? keyFromHex(pair.sha256)
    : addressKey(pair.imageUrl)
}

function textKey(text: string): Uint8Array {
  return createHash('sha256').update(text, 'utf8').digest()
}

interface UnitVector {
  /** As it came. */
  raw: Float32Array
  length: number
  /** Of length 1, float32. */
  vector: Float32Array
}

/** null for a vector that has no direction: all zero, or with a value that is not finite. */
function unitVector(raw: Float32Array): UnitVector | null {
  let sum = 0
  for (let i = 0; i < raw.length; i++) sum += (raw[i] as number) ** 2
  const length = Math.sqrt(sum)
  if (!Number.isFinite(length) || length === 0) return null
  const vector = new Float32Array(raw.length)
  for (let i = 0; i < raw.length; i++) vector[i] = (raw[i] as number) / length
  return { raw, length, vector }
}

/** Summed in float64 over the values as they came, rounded to float32 once. */
function cosineOf(a: UnitVector, b: UnitVector): number {
  let sum = 0
  for (let i = 0; i < a.raw.length; i++) sum += (a.raw[i] as number) * (b.raw[i] as number)
  return Math.fround(Math.min(1, Math.max(-1, sum / (a.length * b.length))))
}

export const importJob = implementJob(importTables, ({ corpus, input, context }) =>
  runImport(corpus, input, context),
)
