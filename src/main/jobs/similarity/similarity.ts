import { existsSync, renameSync, rmSync } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'
import { similarity } from '#shared/contract/jobs/similarity.ts'
import type { SimilarityFormat, SimilarityInput } from '#shared/contract/jobs/similarity.ts'
import type { RecognisedTable } from '#shared/contract/index.ts'
import { AppError } from '#shared/errors.ts'
import { formatCount, formatSeconds } from '#shared/format.ts'
import { SOFTWARE } from '#shared/version.ts'
import { OutputFile } from '../../export/folder.ts'
import type { ColumnType } from '../../export/parquet-file.ts'
import { writeTable } from '../../export/table-file.ts'
import type { TableCell, TableFile } from '../../export/table-file.ts'
import { notAFile, readError } from '../../files/read-error.ts'
import { removeTemporary, temporaryName, writeWhole } from '../../files/write-whole.ts'
import type { FetchOptions } from '../../images/fetch-options.ts'
import { createInferenceHost } from '../../inference/host/client.ts'
import { pictureText } from '../../inference/kinds/picture-text/kind.ts'
import type { LoadedPictureText } from '../../inference/kinds/picture-text/types.ts'
import { resolveModel } from '../../inference/models/registry.ts'
import { openTokenCounter } from '../../inference/tasks/count-tokens.ts'
import type { TokenCounter } from '../../inference/tasks/count-tokens.ts'
import type { ModelsFolders } from '../../inference/models/types.ts'
import type { RowBatch } from '../../tables/index.ts'
import { createTableReader } from '../import/table-calls.ts'
import type { TableReader } from '../import/table-calls.ts'
import { implementJob } from '../run/implement.ts'
import type { JobContext } from '../run/job.ts'
import { addedNames, columnsOf } from './columns.ts'
import type { Columns } from './columns.ts'
import { createPictureFinder } from './find-pictures.ts'
import { createGroups, inUnit, scaleOf, softmaxOf } from './in-unit.ts'
import { createRowScorer } from './row-scores.ts'
import type { Answer, RowScorer } from './row-scores.ts'
import { logText, peakMemoryOf } from './run-log.ts'

/** Rows that are scored together: enough for whole batches, few in memory. */
const WINDOW = 512

/** A row on its way out. */
interface Row {
  cells: TableCell[]
  /** Of the text, one a model where they are wanted; null = there is no text. */
  tokens: (number | null)[]
  answer: Answer
}

interface Totals {
  rows: number
  scored: number
  /** By the first words of the reason. */
  problems: Map<string, number>
  /** Rows with more tokens than the model reads, and those that were counted, one a model. */
  cut: { cut: number; counted: number }[]
}

/**
 * Writes a table again with a similarity a model beside each row. Every row keeps its place: one that
 * cannot be scored has its reason. Memory stays flat however many rows there are.
 * @param options.fetching for tests, which have servers of their own
 * @throws AppError `conflict` where `out` is there already, `invalid-input` where no column holds
 *   pictures or words, what tables and models throw; an abort throws its reason
 */
export async function runSimilarity(
  input: SimilarityInput,
  folders: ModelsFolders,
  ctx: JobContext,
  {
    fetching = {},
    goesOn = false,
  }: {
    fetching?: Partial<FetchOptions>
    /** A run before may have been killed after its table was whole: that one is replaced. */
    goesOn?: boolean
  } = {},
): Promise<void> {
  const started = performance.now()
  if (existsSync(input.out) && !input.replace && !goesOn) {
    throw new AppError('conflict', `${input.out} is there already.`, {
      window: 'Choose another file.',
      command: 'Choose another file, or write over it with --replace.',
    })
  }
  const reader = createTableReader(ctx.entries.tableReader)
  const host = createInferenceHost(ctx.entries.inferenceHost, { signal: ctx.signal })
  const root = resolve(input.root ?? dirname(input.file))
  const finder = createPictureFinder(root, ctx.settings.fetch, ctx.signal, fetching)
  try {
    const table = await lookAt(input.file, reader, ctx.signal)
    const columns = columnsOf(table, input)
    if (columns.dropped.length > 0) {
      ctx.warn(
        `${columns.dropped.join(', ')}: lists, structures and bytes have no single value and are not carried over.`,
      )
    }
    ctx.progress({ done: 0, total: table.rows, unit: 'rows', note: 'loading the model' })
    const models: LoadedPictureText[] = []
    const ids = input.models.length === 0 ? [undefined] : input.models
    for (const id of ids) {
      const model = await resolveModel(folders, pictureText, id, ctx.settings)
      const device = input.device === 'auto' ? ctx.settings.device : input.device
      models.push(await host.open(model, device))
    }
    const scorer = createRowScorer(models, finder, ctx.signal)
    const totals: Totals = {
      rows: 0,
      scored: 0,
      problems: new Map(),
      cut: models.map(() => ({ cut: 0, counted: 0 })),
    }
    const counters: TokenCounter[] = []
    if (input.tokens) {
      for (const { model } of models) {
        counters.push(await openTokenCounter(folders.tokenizers, model))
      }
    }
    await writeOut(input, table, columns, models, async (out) => {
      await eachRow({ input, table, columns, models, counters, scorer, reader, ctx, totals }, out)
    })
    tell(ctx, input, models, counters, scorer, totals, performance.now() - started, host.pid)
  } finally {
    await Promise.all([reader.close(), host.close(), finder.close()])
  }
}

async function lookAt(
  file: string,
  reader: TableReader,
  signal: AbortSignal,
): Promise<RecognisedTable> {
  const path = resolve(file)
  const found = await stat(path).catch((error: unknown) => {
    throw readError(path, error)
  })
  // Opening a pipe or a device may never end.
  if (!found.isFile()) throw notAFile(path)
  const source = { path, name: basename(path), imageEmbeddings: null, textEmbeddings: null }
  const choices = { path, columns: [] }
  const about = basename(path)
  const { value } = await reader.call('look', { source, choices }, { about, signal })
  if (value.table) return value.table
  const { message, hint } = value.refusal ?? { message: `${path} is no table.`, hint: null }
  throw new AppError('invalid-input', message, hint ?? undefined)
}

const TYPES: Partial<Record<RecognisedTable['columns'][number]['type'], ColumnType>> = {
  integer: 'int64',
  number: 'double',
}

/** Writes beside the file and gives it its name once it is whole. */
async function writeOut(
  input: SimilarityInput,
  table: RecognisedTable,
  columns: Columns,
  models: readonly LoadedPictureText[],
  write: (out: TableFile) => Promise<void>,
): Promise<void> {
  const part = temporaryName(input.out)
  // What a kill left of an earlier run.
  removeTemporary(dirname(input.out), basename(input.out))
  const handle = await open(part, 'wx')
  const file = new OutputFile(part, handle, () => Promise.resolve())
  try {
    const names = columns.read.map(({ name }) => name)
    const added = addedNames(
      names,
      models.map(({ model }) => model.id),
    )
    const out = await writeTable(file, input.format ?? formatOf(table.format), [
      ...columns.read.map(({ name, type }) => ({ name, type: TYPES[type] ?? 'string' })),
      ...(input.tokens ? added.tokens : []).map((name) => ({ name, type: 'int64' as const })),
      ...added.scores.map((name) => ({ name, type: 'double' as const })),
      { name: added.problem, type: 'string' },
    ])
    await write(out)
    await out.close()
    renameSync(part, input.out)
  } catch (error) {
    await file.abandon()
    rmSync(part, { force: true })
    throw error
  }
}

function formatOf(format: RecognisedTable['format']): SimilarityFormat {
  return format === 'json' || format === 'coco' ? 'jsonl' : format
}

interface Work {
  input: SimilarityInput
  table: RecognisedTable
  columns: Columns
  models: readonly LoadedPictureText[]
  /** One a model, or none. */
  counters: readonly TokenCounter[]
  scorer: RowScorer
  reader: TableReader
  ctx: JobContext
  totals: Totals
}

async function eachRow(work: Work, out: TableFile): Promise<void> {
  const { input, table, columns, models, counters, scorer, reader, ctx, totals } = work
  const scales = models.map(({ model }) => scaleOf(model.manifest.logits.scale))
  const groups = createGroups<Row>(input.over)
  const device = [...new Set(models.map((one) => one.device))].join(', ')
  const began = performance.now()

  /** Counts of each row's text, those of one text once. */
  const countTokens = async (texts: readonly (string | null)[]): Promise<(number | null)[][]> => {
    const distinct = [...new Set(texts.filter((text) => text !== null && text !== ''))] as string[]
    const counts: (number | null)[][] = texts.map(() => [])
    for (const [m, counter] of counters.entries()) {
      const found = await counter.tokens(distinct)
      const of = new Map(distinct.map((text, i) => [text, found[i] as number]))
      const { [m]: total } = totals.cut
      for (const [i, text] of texts.entries()) {
        const tokens = text === null ? null : (of.get(text) ?? null)
        counts[i]?.push(tokens)
        if (total === undefined || tokens === null) continue
        total.counted++
        if (tokens > counter.limit) total.cut++
      }
    }
    return counts
  }

  const write = async (
    { cells, tokens, answer }: Row,
    values: (number | null)[],
  ): Promise<void> => {
    const problem = 'problem' in answer ? answer.problem : null
    if (problem === null) totals.scored++
    else {
      const reason = problem.split(':')[0] as string
      totals.problems.set(reason, (totals.problems.get(reason) ?? 0) + 1)
    }
    await out.add([...cells, ...tokens, ...values, problem])
  }
  const writeGroup = async (group: Row[]): Promise<void> => {
    if (group.length === 0) return
    const answers = group.map(({ answer }) => answer)
    const shares = scales.map((scale, m) => softmaxOf(answers, m, scale))
    for (const [i, row] of group.entries()) {
      await write(
        row,
        shares.map((of) => of[i] ?? null),
      )
    }
  }

  const take = async (batch: RowBatch): Promise<void> => {
    const failures = new Map(batch.failures.map((one) => [one.row, one]))
    for (let from = 0; from < batch.rows; from += WINDOW) {
      ctx.signal.throwIfAborted()
      const n = Math.min(WINDOW, batch.rows - from)
      const cells = Array.from({ length: n }, (_, i) =>
        columns.read.map((_column, c) => batch.values[c]?.[from + i] ?? null),
      )
      const textOf = (row: TableCell[], at: number): string | null => {
        const cell = row[at] ?? null
        return cell === null ? null : String(cell)
      }
      const answers = await scorer.score(
        cells.map((row) => ({
          picture: textOf(row, columns.image),
          text: textOf(row, columns.text),
        })),
      )
      const counts = await countTokens(cells.map((row) => textOf(row, columns.text)))
      for (const [i, row] of cells.entries()) {
        const tokens = counts[i] as (number | null)[]
        const failure = failures.get(batch.from + from + i)
        const answer = failure
          ? { problem: `row: ${failure.reason}: ${failure.detail}` }
          : (answers[i] as Answer)
        if (input.unit === 'softmax') {
          const key = textOf(row, input.over === 'texts' ? columns.image : columns.text)
          await writeGroup(groups.add(failure ? null : key, { cells: row, tokens, answer }))
        } else {
          const { unit } = input
          const values = models.map((_, m) =>
            'problem' in answer ? null : inUnit(answer.cosines[m] as number, unit),
          )
          await write({ cells: row, tokens, answer }, values)
        }
      }
      totals.rows += n
      const rate = totals.rows / Math.max((performance.now() - began) / 1000, 1e-3)
      const note = `device ${device} · ${rate.toFixed(rate < 10 ? 1 : 0)} rows/s`
      ctx.progress({ done: totals.rows, total: table.rows, unit: 'rows', note })
    }
  }

  const names = columns.read.map(({ name }) => name)
  await reader.call(
    'rows',
    // A large batch outlives the young generation, and then lies about for seconds.
    { path: table.path, columns: names, from: 0, rows: 2 * WINDOW },
    {
      about: basename(table.path),
      signal: ctx.signal,
      async onEvent(event) {
        if ('batch' in event) await take(event.batch)
      },
    },
  )
  ctx.signal.throwIfAborted()
  await writeGroup(groups.end())
}

/** What came out, for people and for the log. */
function tell(
  ctx: JobContext,
  input: SimilarityInput,
  models: readonly LoadedPictureText[],
  counters: readonly TokenCounter[],
  scorer: RowScorer,
  totals: Totals,
  tookMs: number,
  hostPid: number | null,
): void {
  const memory = (pid: number | null): string => {
    const bytes = peakMemoryOf(pid)
    return bytes === null ? 'not known on this system' : `${(bytes / 1e6).toFixed(0)} MB`
  }
  const left = [...totals.problems].map(([reason, n]) => `${formatCount(n)} ${reason}`).join('; ')
  const lines: [string, string][] = [
    ['Rows', `${formatCount(totals.rows)}, ${formatCount(totals.scored)} of them scored`],
    ...(left === '' ? [] : [['Not scored', left] as [string, string]]),
    [
      'Encoded',
      `${formatCount(scorer.counts.pictures)} pictures, ${formatCount(scorer.counts.texts)} texts`,
    ],
    ...models.map(({ model, device }): [string, string] => [
      'Model',
      `${model.id}, digest ${model.digest}, device ${device}`,
    ]),
    ...counters.map(({ limit }, m): [string, string] => {
      const { cut, counted } = totals.cut[m] ?? { cut: 0, counted: 0 }
      const name = models[m]?.model.id ?? ''
      return [
        'Cut',
        `${formatCount(cut)} of ${formatCount(counted)} texts at ${limit} tokens, ${name}`,
      ]
    }),
    [
      'Unit',
      input.unit === 'softmax'
        ? `softmax over the ${input.over} of one ${input.over === 'texts' ? 'picture' : 'text'}, rows that follow each other; scale ${models.map(({ model }) => `${scaleOf(model.manifest.logits.scale)}${model.manifest.logits.scale === null ? ' (the model does not say its own)' : ''}`).join(', ')}`
        : input.unit === 'x100'
          ? '100 * max(cosine, 0)'
          : 'cosine',
    ],
    ['Time', formatSeconds(tookMs / 1000)],
    ['Peak memory', `${memory(process.pid)}; inference process ${memory(hostPid)}`],
    ['Table', input.out],
  ]
  // A job shows one value a label.
  const byLabel = new Map<string, string[]>()
  for (const [label, value] of lines) byLabel.set(label, [...(byLabel.get(label) ?? []), value])
  for (const [label, values] of byLabel) ctx.result(label, values.join('; '))
  if (input.log !== undefined) {
    const about: [string, string][] = [
      ['Software', SOFTWARE],
      ['Date', new Date().toISOString()],
      ['Input', input.file],
    ]
    writeWhole(input.log, logText([...about, ...lines]))
    ctx.result('Run log', input.log)
  }
}

export const similarityJob = implementJob(similarity, ({ input, context, machine, goesOn }) =>
  runSimilarity(input, machine.folders, context, { goesOn }),
)
