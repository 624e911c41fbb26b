import { join } from 'node:path'
import { z } from 'zod'
import type { ExportFormat } from '#shared/contract/choices.ts'
import type { VersionPair } from '#shared/versions/pair-line.ts'
import { CHECKSUMS } from '../../export/folder.ts'
import type { Manifest } from '../../export/manifest.ts'
import { linesOfFile } from '../../files/lines.ts'
import type { Cell, RowBatch } from '../../tables/index.ts'
import { createTableReader } from '../import/table-calls.ts'
import type { RowsEvent, TableReader } from '../import/table-calls.ts'
import type { JobContext } from '../run/job.ts'

/** Where the rows of a format stand, and the columns that say what a pair is. */
const TABLES: Partial<Record<ExportFormat, { file: RegExp; text: string }>> = {
  webdataset: { file: /^(?:[^/]+\/)?\d{5}\.parquet$/, text: 'caption' },
  imagefolder: { file: /(^|\/)metadata\.jsonl$/, text: 'text' },
  kohya: { file: /(^|\/)pairs\.jsonl$/, text: 'text' },
  coco: { file: /(^|\/)annotations\/captions\.json$/, text: 'caption' },
  parquet: { file: /(^|\/)part-\d{5}\.parquet$/, text: 'TEXT' },
}

/** A line of the format JSON Lines: every pair whole. */
const WholePair = z.object({
  page: z.object({ url: z.string() }),
  image: z.object({ sha256: z.string().nullable() }),
  text: z.record(z.string(), z.string().nullable()),
  text_source: z.string().optional(),
  scores: z.array(z.object({ model: z.string(), text: z.string(), cosine: z.number() })),
})

interface Row {
  page: string
  text: string
  cosine: number | null
  sha256: string | null
}

const keyOf = ({ page, text, cosine, sha256 }: Row): string =>
  JSON.stringify([page, text, cosine, sha256])

/**
 * Looks whether each row of a dataset is a pair of the list, with its text, score and picture, and
 * none stands there more often than in the list.
 * @returns what was compared, in words
 */
export async function compareRows(args: {
  folder: string
  manifest: Manifest
  pairs: readonly VersionPair[]
  ctx: JobContext
  say: (problem: string) => void
}): Promise<string> {
  const { folder, manifest, pairs, ctx, say } = args
  const { format } = manifest.recipe
  if (format === 'warc') return 'not compared: of a web archive only the files are'
  const left = new Map<string, number>()
  for (const pair of pairs) {
    const key = keyOf(pair)
    left.set(key, (left.get(key) ?? 0) + 1)
  }
  let n = 0
  const take = (path: string, row: Row): void => {
    n++
    if (n % 5000 === 0) {
      const { exported } = manifest.counts
      ctx.progress({ done: n, total: exported, unit: 'rows', note: 'comparing rows' })
    }
    const key = keyOf(row)
    const there = left.get(key) ?? 0
    if (there === 0) say(`a row of ${path} is no pair of the list: ${row.text.slice(0, 80)}`)
    else left.set(key, there - 1)
  }
  for (const path of await tablesOf(folder, format)) {
    if (format === 'jsonl') await readWhole(join(folder, path), path, manifest, take, say)
    else await readTable(join(folder, path), path, manifest, ctx, take, say)
  }
  if (n !== manifest.counts.exported) {
    say(`there are ${n} rows, and the manifest states ${manifest.counts.exported}`)
  }
  return `${n} are pairs of the list, with text, score and picture`
}

async function tablesOf(folder: string, format: ExportFormat): Promise<string[]> {
  const wanted = format === 'jsonl' ? /(^|\/)pairs\.jsonl$/ : TABLES[format]?.file
  const paths: string[] = []
  for await (const line of linesOfFile(join(folder, CHECKSUMS))) {
    const path = line.slice(66)
    if (wanted?.test(path) && !path.split('/').includes('..')) paths.push(path)
  }
  return paths
}

async function readWhole(
  full: string,
  path: string,
  manifest: Manifest,
  take: (path: string, row: Row) => void,
  say: (problem: string) => void,
): Promise<void> {
  const { model, text } = manifest.recipe
  for await (const line of linesOfFile(full)) {
    let read: unknown
    try {
      read = JSON.parse(line)
    } catch {
      read = null
    }
    const { data } = WholePair.safeParse(read)
    if (!data) {
      say(`a line of ${path} cannot be read`)
      continue
    }
    const source = data.text_source ?? text
    const score = data.scores.find((one) => one.model === model?.id && one.text === source)
    take(path, {
      page: data.page.url,
      text: data.text[source] ?? '',
      cosine: score?.cosine ?? null,
      sha256: data.image.sha256,
    })
  }
}

async function readTable(
  full: string,
  path: string,
  manifest: Manifest,
  ctx: JobContext,
  take: (path: string, row: Row) => void,
  say: (problem: string) => void,
): Promise<void> {
  const { format, pictures } = manifest.recipe
  const text = TABLES[format]?.text ?? 'text'
  const columns = ['page_url', text, 'similarity', pictures ? 'original_sha256' : 'sha256']
  const reader: TableReader = createTableReader(ctx.entries.tableReader)
  try {
    await reader.call(
      'rows',
      { path: full, columns, from: 0 },
      {
        about: path,
        signal: ctx.signal,
        onEvent: (event: RowsEvent) => {
          if ('batch' in event) takeBatch(event.batch, (row) => take(path, row))
        },
      },
    )
  } catch (error) {
    if (ctx.signal.aborted) throw error
    say(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`)
  } finally {
    await reader.close()
  }
}

function takeBatch({ rows, values }: RowBatch, take: (row: Row) => void): void {
  const words = (cell: Cell | undefined): string | null =>
    cell === null || cell === undefined || cell === '' ? null : String(cell)
  for (let at = 0; at < rows; at++) {
    const [page, text, cosine, sha256] = values.map((column) => column[at])
    take({
      page: words(page) ?? '',
      text: words(text) ?? '',
      cosine: typeof cosine === 'number' ? cosine : null,
      sha256: words(sha256),
    })
  }
}
