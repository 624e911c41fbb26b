import { basename, dirname, resolve } from 'node:path'
import type { RecognisedTable } from '#shared/contract/index.ts'
import { promptEvaluation } from '#shared/contract/jobs/prompt-base.ts'
import type { PromptEvaluationInput } from '#shared/contract/jobs/prompt-base.ts'
import type { PromptEvaluationReport } from '#shared/contract/prompt-evaluation.ts'
import { AppError } from '#shared/errors.ts'
import { formatCount } from '#shared/format.ts'
import { SOFTWARE } from '#shared/version.ts'
import { sha256Of, sha256OfFile } from '../../files/digest.ts'
import { writeWhole } from '../../files/write-whole.ts'
import { createInferenceHost } from '../../inference/host/client.ts'
import { openPromptBase } from '../../store/open-prompt-base.ts'
import { keptPrompts, promptModels } from '../../store/repositories/prompt-base.ts'
import type { PromptModel } from '../../store/repositories/prompt-base.ts'
import { openNpy } from '../../tables/index.ts'
import { createTableReader } from '../import/table-calls.ts'
import type { TableReader } from '../import/table-calls.ts'
import { implementJob } from '../run/implement.ts'
import type { Machine } from '../run/implement.ts'
import type { JobContext } from '../run/job.ts'
import { columnsOf } from '../similarity/columns.ts'
import { createPictureFinder } from '../similarity/find-pictures.ts'
import type { PictureFinder } from '../similarity/find-pictures.ts'
import { promptColumn, unit } from './add-files.ts'
import { importedClip, openClip, openSentences } from './base-models.ts'
import type { ClipSide } from './base-models.ts'
import { embedByClip, embedSentences } from './embed.ts'
import { encodePictures } from './pictures.ts'
import { refuseOver, requirePrompts } from './predict.ts'
import { startPromptWorker } from './prompt-calls.ts'

const BATCH = 64
const TEXTS = 256

interface Pair {
  row: number
  image: string
  truth: string
}

/** Pairs whose picture has a row. */
interface Pictured {
  pairs: Pair[]
  pictures: Float32Array
  pictureOf: Int32Array
}

interface LeftOut {
  row: number
  reason: string
}

/** Judges a base by pairs of pictures and true prompts, and writes a report (`PromptEvaluationReport`). */
export async function evaluatePrompts(
  input: PromptEvaluationInput,
  { folders, promptBases: root }: Pick<Machine, 'folders' | 'promptBases'>,
  ctx: JobContext,
): Promise<void> {
  refuseOver(input)
  if (input.figure !== undefined) refuseOver({ out: input.figure, replace: input.replace })
  const reader = createTableReader(ctx.entries.tableReader)
  const host = createInferenceHost(ctx.entries.inferenceHost, { signal: ctx.signal })
  const worker = startPromptWorker(ctx.entries.promptWorker)
  const finder = createPictureFinder(
    resolve(input.root ?? dirname(input.file)),
    ctx.settings.fetch,
    ctx.signal,
  )
  const { db, close } = openPromptBase(root, input.base)
  try {
    const leftOut: LeftOut[] = []
    const { pairs, rows } = await readPairs(input, reader, leftOut, ctx)
    ctx.progress({ done: 0, total: null, unit: 'pictures', note: 'loading the models' })
    const sentences = await openSentences(db, input, folders, host, ctx)
    const kept = requirePrompts(keptPrompts(db))
    await embedSentences(db, sentences, kept, ctx)
    let clip: { row: PromptModel; loaded: ClipSide['loaded'] | null }
    let pictured: Pictured
    if (input.source !== undefined) {
      if (input.space === 'clip') throw noTexts()
      clip = { row: importedClip(promptModels(db)), loaded: null }
      pictured = await picturesOfFile(input.source, pairs, rows, clip.row.dim)
    } else {
      const opened = await openClip(db, input, folders, host, ctx)
      await embedByClip(db, opened, kept, ctx)
      clip = opened
      pictured = await encodeAll(opened, pairs, finder, leftOut, ctx)
    }
    const truths = pictured.pairs.map(({ truth }) => truth)
    const truthRows = await encodeTruths(truths, ctx, (texts) =>
      input.space === 'clip' && clip.loaded
        ? clip.loaded.encodeTexts(texts)
        : sentences.loaded.encodeSentences(texts),
    )
    const { ks, weights, averaging, space, heldOut, seed, resamples, projection } = input
    const { value } = await worker.call(
      'evaluate',
      {
        ...{ root, name: input.base, clip: clip.row, sentence: sentences.row },
        ...{ pictures: pictured.pictures, pictureOf: pictured.pictureOf, truths, truthRows },
        ...{ ks, weights, averaging, space, heldOut, seed, resamples, projection },
      },
      {
        signal: ctx.signal,
        graceMs: 0,
        onEvent: ({ done, total, note }) => ctx.progress({ done, total, unit: 'steps', note }),
      },
    )
    const { heldOutPictures, ...found } = value
    const names = new Map(pictured.pairs.map(({ image }, i) => [pictured.pictureOf[i], image]))
    const report: PromptEvaluationReport = {
      ...found,
      heldOutImages: heldOutPictures.map((place) => names.get(place) ?? ''),
      base: { name: input.base, ...value.base },
      file: input.file,
      rowsRead: rows,
      leftOut: Object.fromEntries(
        [...Map.groupBy(leftOut, ({ reason }) => reason.split(':')[0] as string)].map(
          ([reason, of]) => [reason, of.length],
        ),
      ),
      leftOutRows: leftOut.slice(0, 10_000),
      models: {
        clip: { id: clip.row.model, digest: clip.row.digest },
        sentence: {
          id: sentences.row.model,
          digest: sentences.row.digest,
          madeForSentences: sentences.madeForSentences,
        },
      },
      software: SOFTWARE,
    }
    writeWhole(input.out, JSON.stringify(report, null, 2) + '\n')
    if (input.figure !== undefined) {
      const svg = await worker.call('curve', { report: value }, { signal: ctx.signal })
      writeWhole(input.figure, svg.value)
    }
    tell(report, ctx, input.out)
  } finally {
    await Promise.all([worker.close(), host.close(), reader.close(), finder.close()])
    close()
  }
}

function noTexts(): AppError {
  return new AppError(
    'invalid-input',
    'The true prompts cannot be embedded in the space of imported vectors.',
    'Judge in the space of the sentence encoder, or install the picture-text model.',
  )
}

/** A line for each row of the table, as the job shows them. */
function tell(report: PromptEvaluationReport, ctx: JobContext, out: string): void {
  const { heldOut, base, rows } = report
  const number = (value: number): string => value.toFixed(4)
  ctx.result(
    'Held out',
    `${formatCount(heldOut.pairs)} pairs of ${formatCount(heldOut.pictures)} pictures`,
  )
  ctx.result(
    'Base',
    `${formatCount(base.prompts - base.removed)} prompts; ${formatCount(base.removed)} left out as they are true prompts of these pictures`,
  )
  const left = Object.entries(report.leftOut).map(([reason, n]) => `${formatCount(n)} ${reason}`)
  if (left.length > 0) ctx.result('Not judged', left.join('; '))
  for (const { name, mean, interval } of rows) {
    const range = interval ? ` (${interval.map(number).join(' to ')})` : ''
    ctx.result(name, `${number(mean)}${range}`)
  }
  ctx.result('Report', out)
}

async function readPairs(
  input: PromptEvaluationInput,
  reader: TableReader,
  leftOut: LeftOut[],
  ctx: JobContext,
): Promise<{ pairs: Pair[]; rows: number }> {
  const path = resolve(input.file)
  const about = basename(path)
  const source = { path, name: about, imageEmbeddings: null, textEmbeddings: null }
  const asked = { source, choices: { path, columns: [] } }
  const { value } = await reader.call('look', asked, { about, signal: ctx.signal })
  if (!value.table) {
    const { message, hint } = value.refusal ?? { message: `${path} is no table.`, hint: null }
    throw new AppError('invalid-input', message, hint ?? undefined)
  }
  const columns = pairColumns(value.table, input)
  const pairs: Pair[] = []
  let rows = 0
  await reader.call(
    'rows',
    { path, columns, from: 0 },
    {
      about,
      signal: ctx.signal,
      onEvent(event) {
        if (!('batch' in event)) return
        const { batch } = event
        const failures = new Map(batch.failures.map((one) => [one.row, one]))
        for (let i = 0; i < batch.rows; i++) {
          const row = rows++
          const failure = failures.get(batch.from + i)
          const [image, truth] = [0, 1].map((c) => String(batch.values[c]?.[i] ?? '').trim())
          const reason = failure
            ? `row: ${failure.reason}`
            : image === ''
              ? 'no picture'
              : truth === ''
                ? 'no prompt'
                : null
          if (reason === null) pairs.push({ row, image: image as string, truth: truth as string })
          else leftOut.push({ row: row + 1, reason })
        }
      },
    },
  )
  ctx.signal.throwIfAborted()
  return { pairs, rows }
}

/** `image` and `prompt` by name first. */
function pairColumns(
  table: RecognisedTable,
  { imageColumn, textColumn }: Pick<PromptEvaluationInput, 'imageColumn' | 'textColumn'>,
): [string, string] {
  const text = promptColumn(table, textColumn)
  const asked = { ...(imageColumn === undefined ? {} : { imageColumn }), textColumn: text }
  const { read, image } = columnsOf(table, asked)
  return [(read[image] as (typeof read)[number]).name, text]
}

/** Encodes each distinct picture once; pictures of the same bytes are one. */
async function encodeAll(
  { loaded, row }: ClipSide,
  pairs: readonly Pair[],
  finder: PictureFinder,
  leftOut: LeftOut[],
  ctx: JobContext,
): Promise<Pictured> {
  const byKey = Map.groupBy(pairs, ({ image }) => finder.keyOf(image) ?? image)
  const all = [...byKey]
  const places = new Map<string, number>()
  const rows: Float32Array[] = []
  const kept: { pair: Pair; picture: number }[] = []
  for (let from = 0; from < all.length; from += BATCH) {
    ctx.signal.throwIfAborted()
    ctx.progress({ done: from, total: all.length, unit: 'pictures', note: 'encoding pictures' })
    const part = all.slice(from, from + BATCH)
    const sources = await Promise.all(part.map(([key]) => finder.find(key)))
    const encoded = await encodePictures(loaded, sources)
    for (const [i, place] of encoded.places.entries()) {
      const [, of] = part[i] as (typeof part)[number]
      if (typeof place !== 'number') {
        for (const pair of of)
          leftOut.push({ row: pair.row + 1, reason: `picture: ${place.failure}` })
        continue
      }
      const source = sources[i] as Exclude<(typeof sources)[number], { failure: string }>
      const digest =
        'path' in source
          ? await sha256OfFile(source.path)
          : sha256Of(Buffer.from(source.base64, 'base64'))
      const known = places.get(digest) ?? rows.length
      if (known === rows.length) {
        rows.push(encoded.rows.slice(place * row.dim, (place + 1) * row.dim))
        places.set(digest, known)
      }
      for (const pair of of) kept.push({ pair, picture: known })
    }
  }
  return inOrder(kept, rows, row.dim)
}

function inOrder(
  kept: { pair: Pair; picture: number }[],
  rows: readonly Float32Array[],
  dim: number,
): Pictured {
  kept.sort((a, b) => a.pair.row - b.pair.row)
  const pictures = new Float32Array(rows.length * dim)
  for (const [i, one] of rows.entries()) pictures.set(one, i * dim)
  return {
    pairs: kept.map(({ pair }) => pair),
    pictures,
    pictureOf: Int32Array.from(kept, ({ picture }) => picture),
  }
}

/** Rows of a `.npy` beside the table; pairs that name one picture share its first row. */
async function picturesOfFile(
  path: string,
  pairs: readonly Pair[],
  rows: number,
  dim: number,
): Promise<Pictured> {
  const file = await openNpy(path)
  try {
    if (file.rows !== rows || file.dims !== dim) {
      throw new AppError(
        'invalid-input',
        `${path} holds ${formatCount(file.rows)} vectors of ${file.dims} numbers; the table has ${formatCount(rows)} rows, and those of the base have ${dim} numbers.`,
        'Give the vectors of these pictures by the same model, row by row.',
      )
    }
    const places = new Map<string, number>()
    const vectors: Float32Array[] = []
    const kept: { pair: Pair; picture: number }[] = []
    for (const pair of pairs) {
      const known = places.get(pair.image) ?? vectors.length
      if (known === vectors.length) {
        vectors.push(unit(await file.read(pair.row, 1), path, pair.row))
        places.set(pair.image, known)
      }
      kept.push({ pair, picture: known })
    }
    return inOrder(kept, vectors, dim)
  } finally {
    await file.close()
  }
}

async function encodeTruths(
  truths: readonly string[],
  ctx: JobContext,
  encode: (texts: string[]) => Promise<Float32Array>,
): Promise<Float32Array> {
  const parts: Float32Array[] = []
  for (let from = 0; from < truths.length; from += TEXTS) {
    ctx.signal.throwIfAborted()
    ctx.progress({
      done: from,
      total: truths.length,
      unit: 'prompts',
      note: 'encoding true prompts',
    })
    parts.push(await encode(truths.slice(from, from + TEXTS)))
  }
  const out = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

export const promptEvaluationJob = implementJob(promptEvaluation, ({ input, context, machine }) =>
  evaluatePrompts(input, machine, context),
)
