import { createHash } from 'node:crypto'
import { basename, dirname } from 'node:path'
import { SOFTWARE } from '#shared/version.ts'
import { toStoreError } from '../../store/errors.ts'
import type { Corpus } from '../../store/open.ts'
import {
  addArchive,
  addCounts,
  advanceArchive,
  archiveByFingerprint,
  completeArchive,
} from '../../store/repositories/archives.ts'
import type { ArchiveRow } from '../../store/repositories/archives.ts'
import { keyFromHex, putEmbeddings } from '../../store/repositories/embeddings.ts'
import { insertFailure } from '../../store/repositories/failures.ts'
import { ensureModel } from '../../store/repositories/models.ts'
import { putScores } from '../../store/repositories/scores.ts'
import { addressKey, pairsOfRows } from '../../store/repositories/table-rows.ts'
import type { RowPair } from '../../store/repositories/table-rows.ts'
import { transaction } from '../../store/statements.ts'
import { openNpy } from '../../tables/index.ts'
import type { NpyFile } from '../../tables/index.ts'
import { sha256OfFile } from '../../files/digest.ts'
import { fingerprintFile } from '../../files/fingerprint.ts'
import { importedDigest } from './import-plan.ts'
import type { ImportPlan } from './import-plan.ts'
import type { JobContext } from '../run/job.ts'
import type { Totals } from './import-totals.ts'

/** Rows of embeddings of a commit: at most 2 x 2,000 x 768 float32, 12 MB. */
const VECTOR_ROWS = 2_000
const VECTOR_NUMBERS = VECTOR_ROWS * 768

/** Where the embeddings of a table come from. */
export function folderOf(plan: ImportPlan): string {
  return dirname(plan.embeddings?.image ?? plan.embeddings?.text ?? plan.source.path)
}

/** Brings the embeddings beside a complete table in, with the cosine of each row as a score. */
export async function importEmbeddings(
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
  const step = Math.max(1, Math.min(VECTOR_ROWS, Math.floor(VECTOR_NUMBERS / dims)))
  for (let from = archive.nextOffset; from < rows; from += step) {
    if (ctx.signal.aborted) return
    const to = Math.min(rows, from + step)
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
