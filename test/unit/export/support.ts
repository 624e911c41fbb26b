import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { tableFromIPC } from 'apache-arrow'
import { readParquet } from 'parquet-wasm'
import sharp from 'sharp'
import { onTestFinished } from 'vitest'
import type { ExportFormat } from '#shared/contract/jobs.ts'
import type { Pair } from '#shared/domain.ts'
import { exportDataset } from '../../../src/main/export/dataset.ts'
import { namedRecordId, recordMember, warcinfoMember } from '../../../src/main/warc/index.ts'
import type { ExportResult } from '../../../src/main/export/dataset.ts'
import { Manifest } from '../../../src/main/export/manifest.ts'
import type {
  ArchiveParts,
  ExportCorpus,
  ExportHooks,
  ExportItem,
  ExportRecipe,
  Format,
} from '../../../src/main/export/types.ts'

export const sha256 = (bytes: Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex')

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'gleaner-export-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A real picture of one colour. */
export async function picture(
  type: 'jpeg' | 'png' | 'webp' | 'gif' | 'tiff' | 'avif',
  shade = 0,
): Promise<Uint8Array> {
  return sharp({
    create: { width: 12, height: 8, channels: 3, background: { r: shade % 256, g: 80, b: 160 } },
  })
    .toFormat(type)
    .toBuffer()
}

export function pair(id: number, over: Partial<Pair['image'] & Pair['text']> = {}): Pair {
  return {
    id,
    page: {
      url: `https://example.org/page/${Math.ceil(id / 3)}`,
      archive: 'crawl.warc.gz',
      offset: 5_000_000_000 + id,
      recordId: `<urn:uuid:00000000-0000-4000-8000-${String(id).padStart(12, '0')}>`,
      date: '2019-04-05T06:07:08Z',
      language: id % 2 ? 'en' : null,
      title: 'A page',
    },
    image: {
      url: over.url ?? `https://example.org/i/${id}.jpg`,
      status: 'ok',
      sha256: over.sha256 ?? null,
      width: 12,
      height: 8,
      mime: 'image/jpeg',
      error: null,
    },
    text: {
      alt: over.alt === undefined ? `picture ${id}` : over.alt,
      title: null,
      caption: null,
      before: null,
      after: '',
      span: null,
      best: null,
    },
    scores: [{ model: 'vit-b-32', text: 'alt', cosine: Math.fround(0.25 + id / 1000) }],
    mark: null,
    tags: [],
    note: null,
    columns: [],
  }
}

export function item(id: number, bytes: Uint8Array | null, over: { alt?: string | null } = {}) {
  const made = pair(id, { ...over, sha256: bytes ? sha256(bytes) : null })
  if (!bytes) made.image = { ...made.image, status: 'missing', width: null, height: null }
  const result: ExportItem = {
    pair: made,
    text: made.text.alt,
    cosine: id % 5 === 0 ? null : (made.scores[0]?.cosine ?? null),
    picture: bytes ? () => Promise.resolve(bytes) : null,
  }
  return result
}

export async function* stream(items: Iterable<ExportItem>): AsyncGenerator<ExportItem> {
  for (const one of items) {
    await Promise.resolve()
    yield one
  }
}

export const recipe = (format: ExportFormat, over: Partial<ExportRecipe> = {}): ExportRecipe => ({
  format,
  filter: 'score >= 0.28',
  text: 'alt',
  model: { id: 'vit-b-32', name: 'CLIP ViT-B/32', digest: 'd'.repeat(64) },
  cutoffs: ['score >= 0.28'],
  software: '1.2.3',
  ...over,
})

export const corpus: ExportCorpus = {
  archives: [{ name: 'crawl.warc.gz', bytes: 123_456, sha256: 'a'.repeat(64), complete: true }],
  state: { pairs: 10 },
}

/** Archives whose pages show three pairs each, with the record of each page alone. */
const archive: ArchiveParts = {
  idOf: namedRecordId,
  warcinfo: (filename, id, info) =>
    warcinfoMember({ filename, id, info, date: '2026-01-02T03:04:05Z' }),
  listing: (listing, { id, url, date }) =>
    recordMember({ type: 'metadata', id, url, date, body: Buffer.from(JSON.stringify(listing)) }),
  async of(one, isWritten) {
    const { url, archive: name, offset, language, title } = one.page
    const date = one.page.date as string
    const id = namedRecordId(url)
    const body = Buffer.from('<p>A page')
    const member = await recordMember({ type: 'resource', id, url, date, body })
    const rules = { image: 'src', caption: null, beforeDistance: null, afterDistance: null }
    return {
      ...{ group: url, newPicture: false, refersTo: id, url, date, models: [] },
      records: isWritten(url) ? [] : [{ key: url, member }],
      page: { kind: 'page', url, date, language, title, archive: name, offset, recordId: id },
      pair: {
        position: one.id % 3,
        image: { ...one.image, alternates: [] },
        ...{ texts: one.text, scores: [], labels: [] },
        rules: { ...rules, declaredWidth: null, declaredHeight: null },
      },
    }
  },
}

export function hooks(over: Partial<ExportHooks> = {}): ExportHooks & { warnings: string[] } {
  const warnings: string[] = []
  return {
    signal: new AbortController().signal,
    progress: () => undefined,
    warn: (message) => warnings.push(message),
    warnings,
    archive,
    ...over,
  }
}

export async function write(
  format: ExportFormat,
  items: Iterable<ExportItem>,
  out: string,
  over: { recipe?: Partial<ExportRecipe>; formats?: Record<string, Format> } = {},
): Promise<ExportResult> {
  return exportDataset(
    stream(items),
    recipe(format, over.recipe),
    corpus,
    out,
    hooks(),
    over.formats,
  )
}

/** Rows of a Parquet file as a reader in Rust sees them. */
export function parquetRows(path: string): Record<string, unknown>[] {
  const table = tableFromIPC(readParquet(readFileSync(path)).intoIPCStream())
  return table.toArray().map((row) => {
    const plain: Record<string, unknown> = {}
    for (const field of table.schema.fields) plain[field.name] = (row as never)[field.name]
    return plain
  })
}

export function parquetTypes(path: string): Record<string, string> {
  const table = tableFromIPC(readParquet(readFileSync(path)).intoIPCStream())
  return Object.fromEntries(table.schema.fields.map((field) => [field.name, String(field.type)]))
}

export const jsonLines = (path: string): Record<string, unknown>[] =>
  readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)

export const manifestOf = (out: string): Manifest =>
  Manifest.parse(JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')))

/** Every file below a folder with its bytes, by path, without the manifest. */
export function contents(root: string): Map<string, Buffer> {
  const found = new Map<string, Buffer>()
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const full = join(entry.parentPath, entry.name)
    const path = full.slice(root.length + 1)
    if (path !== 'manifest.json') found.set(path, readFileSync(full))
  }
  return found
}
