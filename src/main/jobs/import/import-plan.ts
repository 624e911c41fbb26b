import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import type { ImportInput } from '#shared/contract/jobs.ts'
import type { CallArgs, CallOutput, RecognisedTable } from '#shared/contract/index.ts'
import { OwnText } from '#shared/domain.ts'
import { AppError } from '#shared/errors.ts'
import { ChoiceNeeded } from '../../tables/choice-needed.ts'
import {
  MOST_SCORES,
  SHARD_KEY,
  checkUnit,
  describeTable,
  openNpy,
  openTable,
  readScoreColumn,
  shardOf,
} from '../../tables/index.ts'
import type { NpyFile, OpenTable, TableInfo, TableInput, TableLayout } from '../../tables/index.ts'

/** What decides how a table is imported. */
export type ImportChoices = Pick<ImportInput, 'columns' | 'modelName' | 'unit' | 'keep'>

/** A similarity column on its way to scores. */
export interface ScoreColumn {
  column: string
  model: string
  /** Which text it belongs to; absent: the one that the plan names. */
  text?: Exclude<OwnText, 'span'>
}

type OnPosition = (position: number) => Promise<void>

/** Why an import would refuse. */
export type Refusal = NonNullable<CallOutput<'tables.recognise'>['refusal']>

/** How one table is imported: everything that can be known before anything is written. */
export interface ImportPlan {
  source: TableInput
  info: TableInfo
  /** The `.tar` that holds its pictures, where the path is a key in it. */
  shard: string | null
  /** Column by role, for the roles that are given once. */
  roles: Partial<Record<SingleRole, string>>
  scores: ScoreColumn[]
  /** Columns whose numbers are kept. */
  numbers: string[]
  /** Which text the scores belong to. */
  text: Extract<OwnText, 'alt' | 'caption' | 'title'> | null
  embeddings: {
    image: string | null
    text: string | null
    rows: number
    dims: number
    model: string
  } | null
}

const SINGLE = [
  'url',
  'path',
  'alt',
  'caption',
  'title',
  'before',
  'after',
  'width',
  'height',
  'page',
  'date',
  'language',
] as const
export type SingleRole = (typeof SINGLE)[number]

/** Of the model that made a column of scores, where a data set says so. */
export const COMPUTED_BY: Partial<Record<TableLayout, Record<string, string>>> = {
  laion: { similarity: 'as LAION computed it, in its English sets with CLIP ViT-B/32 (OpenAI)' },
  coyo: {
    clip_similarity_vitb32: 'CLIP ViT-B/32 (OpenAI), as COYO computed it',
    clip_similarity_vitl14: 'CLIP ViT-L/14 (OpenAI), as COYO computed it',
  },
  datacomp: {
    clip_b32_similarity_score: 'CLIP ViT-B/32 (OpenAI), as DataComp computed it',
    clip_l14_similarity_score: 'CLIP ViT-L/14 (OpenAI), as DataComp computed it',
  },
}

/**
 * Looks at a table and its embeddings and decides how it is imported.
 * @param onPosition told where the whole table has to be read, to count its rows
 * @throws AppError `invalid-input` (no column of pictures, a unit that cannot be, rows that do not
 *   agree), and as `openTable` and `openNpy`
 */
export async function planTable(
  source: TableInput,
  choices: ImportChoices,
  onPosition: OnPosition,
): Promise<ImportPlan> {
  const table = await openTable(source.path)
  try {
    const info = await describeTable(table, choices.columns, choices.keep)
    const plan = namePlan(source, info, choices)
    const name = basename(source.path)
    if (plan.roles.url === undefined && plan.roles.path === undefined) {
      throw new ChoiceNeeded(
        'pictures',
        `No column of ${name} is known to hold addresses or files of pictures.`,
        {
          window: 'Choose the column that holds addresses or files of pictures.',
          command: `Say which: --column url=NAME or --column path=NAME. It has ${info.columns.map((one) => one.name).join(', ')}.`,
        },
      )
    }
    if (plan.scores.length > 0 && plan.text === null) {
      throw new ChoiceNeeded(
        'texts',
        `No column of ${name} is known to hold the words that were scored.`,
        {
          window: 'Choose the column that holds the words that were scored.',
          command: 'Say which: --column alt=NAME.',
        },
      )
    }
    if (plan.scores.length > MOST_SCORES) {
      throw new AppError(
        'invalid-input',
        `${name} has ${plan.scores.length.toLocaleString('en')} columns that look like similarities; up to ${MOST_SCORES} are imported.`,
        'Write it again with the columns that are wanted.',
      )
    }
    for (const { column } of plan.scores) {
      const range = info.columns.find((one) => one.name === column)?.range ?? null
      checkUnit(column, range, choices.unit ?? null)
    }
    if (plan.embeddings) await checkEmbeddings(plan, table, onPosition)
    return plan
  } finally {
    await table.close()
  }
}

function namePlan(source: TableInput, info: TableInfo, choices: ImportChoices): ImportPlan {
  const roles: ImportPlan['roles'] = {}
  for (const role of SINGLE) {
    const column = info.columns.find((one) => one.role === role)
    if (column) roles[role] = column.name
  }
  const columns = info.columns.filter(({ role }) => role === 'score').map(({ name }) => name)
  const hasEmbeddings = source.imageEmbeddings !== null || source.textEmbeddings !== null
  const chosen = choices.modelName
  const scores = columns.map((column): ScoreColumn => ({
    ...ownScore(column),
    column,
    model:
      chosen !== undefined && columns.length === 1 && !hasEmbeddings
        ? chosen
        : `${chosen ?? info.layout ?? source.name}:${readScoreColumn(column)?.model.replace(/^gleaner:/, '') ?? column}`,
  }))
  const text = (['alt', 'caption', 'title'] as const).find((role) => roles[role] !== undefined)
  const shard = shardOf(source.path)
  return {
    source,
    info,
    shard: shard !== null && roles.path === SHARD_KEY ? basename(shard) : null,
    roles,
    scores,
    numbers: info.columns.filter(({ role }) => role === 'number').map(({ name }) => name),
    // Nothing is scored without words.
    text: text ?? null,
    embeddings: hasEmbeddings
      ? {
          image: source.imageEmbeddings,
          text: source.textEmbeddings,
          rows: 0,
          dims: 0,
          model: chosen ?? source.name,
        }
      : null,
  }
}

/** The text that a column of scores of our own names. */
function ownScore(column: string): Pick<ScoreColumn, 'text'> {
  const text = OwnText.exclude(['span']).safeParse(readScoreColumn(column)?.text)
  return text.success ? { text: text.data } : {}
}

async function checkEmbeddings(
  plan: ImportPlan,
  table: OpenTable,
  onPosition: OnPosition,
): Promise<void> {
  const { embeddings } = plan
  if (!embeddings) return
  const files: NpyFile[] = []
  try {
    for (const path of [embeddings.image, embeddings.text]) {
      if (path !== null) files.push(await openNpy(path))
    }
    const first = files[0] as NpyFile
    const other = files[1]
    if (other && other.dims !== first.dims) {
      throw new AppError(
        'invalid-input',
        `${basename(first.path)} has ${first.dims} values a row, ${basename(other.path)} ${other.dims}: they are not of one model`,
      )
    }
    const rows = table.rows ?? (await countRows(table, onPosition))
    for (const file of files) {
      if (file.rows === rows) continue
      throw new AppError(
        'invalid-input',
        `${basename(table.path)} has ${rows} rows, ${basename(file.path)} ${file.rows}: embeddings must stand row by row beside their table`,
        'Give the table and the arrays as they were written together.',
      )
    }
    embeddings.rows = rows
    embeddings.dims = first.dims
  } finally {
    for (const file of files) await file.close()
  }
}

async function countRows(table: OpenTable, onPosition: OnPosition): Promise<number> {
  let rows = 0
  for await (const batch of table.read({ columns: [], onPosition })) rows += batch.rows
  return rows
}

/** By what a table is known to have been imported in the same way. */
export function recipeOf(plan: ImportPlan, choices: ImportChoices): Record<string, unknown> {
  return {
    roles: plan.roles,
    scores: plan.scores,
    unit: plan.scores.length > 0 ? (choices.unit ?? 'cosine') : null,
    ...(plan.numbers.length > 0 ? { numbers: plan.numbers } : {}),
  }
}

/** Scores of one name are scores of one model, whatever table they come in. */
export function importedDigest(name: string, kind: 'scores' | 'embeddings', dims?: number): string {
  return createHash('sha256')
    .update(`imported:${kind}:${dims ?? ''}:${name}`, 'utf8')
    .digest('hex')
}

/** What an import would do with a table, without doing it. What is refused is shown where it can be read. */
export async function lookAtTable(
  source: TableInput,
  choices: CallArgs<'tables.recognise'>,
  onPosition: OnPosition,
): Promise<{ table: RecognisedTable | null; refusal: Refusal | null }> {
  let refusal: Refusal
  try {
    return { table: toRecognised(await planTable(source, choices, onPosition)), refusal: null }
  } catch (error) {
    refusal = toRefusal(error)
  }
  try {
    const table = await openTable(source.path)
    try {
      const plan = namePlan(
        source,
        await describeTable(table, choices.columns, choices.keep),
        choices,
      )
      return { table: toRecognised(plan), refusal }
    } finally {
      await table.close()
    }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return { table: null, refusal }
  }
}

/** @throws what is no AppError */
export function toRefusal(error: unknown): Refusal {
  if (!(error instanceof AppError)) throw error
  return {
    about: error instanceof ChoiceNeeded ? error.about : null,
    message: error.message,
    hint: error.hint ?? null,
    ...(error.commandHint === undefined ? {} : { commandHint: error.commandHint }),
  }
}

function toRecognised({ info, scores, embeddings }: ImportPlan): RecognisedTable {
  return {
    ...info,
    columns: info.columns.map((column) => ({
      ...column,
      model: scores.find((score) => score.column === column.name)?.model ?? null,
    })),
    embeddings: embeddings && {
      image: embeddings.image,
      text: embeddings.text,
      rows: embeddings.rows,
      dims: embeddings.dims,
      model: embeddings.image !== null && embeddings.text !== null ? embeddings.model : null,
    },
  }
}
