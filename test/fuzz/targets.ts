import { Buffer } from 'node:buffer'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { AppError } from '#shared/errors.ts'
import { PROMPT_FORMATS } from '#shared/contract/prompts.ts'
import { parseQuery, printQuery, QueryError } from '#shared/query/index.ts'
import { parseGeneration } from '../../src/main/evaluation/generated/parse-generation.ts'
import { readManifest } from '../../src/main/evaluation/generated/manifest.ts'
import { readPrompts } from '../../src/main/evaluation/prompts/read-prompts.ts'
import { decodeHtml, extractPage } from '../../src/main/extraction/index.ts'
import { inertPage } from '../../src/main/extraction/inert.ts'
import { cssBudget, inertSheet } from '../../src/main/extraction/inert-css.ts'
import { parseSrcset } from '../../src/main/extraction/srcset.ts'
import { PictureError } from '../../src/main/images/decode.ts'
import { createPictureHost, type PictureHost } from '../../src/main/images/host-client.ts'
import { headerOptOut, parseRobots } from '../../src/main/images/opt-out.ts'
import { KINDS } from '../../src/main/inference/kinds/index.ts'
import { createTokenizers, type Tokenizers } from '../../src/main/inference/tokenize/tokenizers.ts'
import { openPackageFile } from '../../src/main/jobs/evaluate/package-file.ts'
import { readSpans, SPAN_FORMATS } from '../../src/main/labeling/span-formats.ts'
import { tableRows } from '../../src/main/store/repositories/rating-table.ts'
import { openNpy, openTable, recogniseTable } from '../../src/main/tables/index.ts'
import {
  classify,
  fileSource,
  listInputs,
  openArchive,
  parseHttpResponse,
  targetUri,
  type ArchiveSource,
} from '../../src/main/warc/index.ts'
import * as seeds from './seeds.ts'

/** A reader of what strangers write. */
export interface Target {
  name: string
  /** Sound inputs, and ones that were attacked with before. Made once in a process. */
  seeds(): Promise<Buffer[]> | Buffer[]
  /**
   * Reads one input as the program does. What the program counts or tells a person is no fault: an
   * error of the kinds in `isExpected` is swallowed by the caller.
   * @param folder of its own, empty at the beginning, for readers that want a file
   */
  read(bytes: Buffer, folder: string): Promise<unknown>
}

/** Errors that are the program's answer to bad input. */
export function isExpected(error: unknown): boolean {
  return (
    error instanceof QueryError ||
    error instanceof PictureError ||
    (error instanceof AppError && error.kind !== 'internal')
  )
}

function put(folder: string, name: string, bytes: Buffer): string {
  const path = join(folder, name)
  writeFileSync(path, bytes)
  return path
}

async function readArchive(source: ArchiveSource): Promise<void> {
  const archive = await openArchive(source)
  for await (const { records } of archive) {
    for (const record of records) {
      if (record.type !== 'response') continue
      targetUri(record)
      const http = parseHttpResponse(record.block)
      if (classify(record, http).kind === 'page') readPage(http.body)
    }
  }
}

const PAGE = 'https://harbour.example/boats/index.html?q=1'

function readPage(body: Uint8Array): void {
  const { text, charset, charsetSource } = decodeHtml(body, null, PAGE)
  const page = extractPage(text, PAGE, { charset, charsetSource })
  // A place outside the page, or words that no database takes, would be found much later.
  for (const pair of page.pairs) {
    if (!(pair.tagStart >= 0 && pair.tagStart <= pair.tagEnd && pair.tagEnd <= text.length)) {
      throw new Error(`A tag from ${pair.tagStart} to ${pair.tagEnd} of ${text.length}.`)
    }
  }
  if (!JSON.stringify(page).isWellFormed()) throw new Error('Half characters in what was read.')
}

async function readTable(path: string): Promise<void> {
  await recogniseTable(path)
  const table = await openTable(path)
  try {
    const columns = table.columns.map(({ name }) => name)
    for await (const { rows, values } of table.read({ columns })) {
      if (values.some((column) => column.length !== rows))
        throw new Error('A column has other rows.')
    }
  } finally {
    await table.close()
  }
}

let tokenizers: Tokenizers | undefined
let host: PictureHost | undefined
const pictures = (): PictureHost =>
  (host ??= createPictureHost(new URL('../../src/main/images/picture-host.ts', import.meta.url), {
    parallel: 1,
  }))

/** A decoder that needs all of its time is a fault; what else it says is an answer. */
function said<T extends { ok: true }>(reply: T | { ok: false; reason: string; detail: string }): T {
  if (reply.ok) return reply
  if (reply.reason === 'decoder-timeout') throw new Error(`${reply.reason} ${reply.detail}`)
  throw new PictureError(reply.reason, reply.detail)
}

const table = (name: string, ending: string, make: Target['seeds']): Target => ({
  name,
  seeds: make,
  read: (bytes, folder) => readTable(put(folder, `table.${ending}`, bytes)),
})

const text = (read: (text: string) => unknown): Target['read'] => {
  return async (bytes) => void (await read(bytes.toString('utf8')))
}

export const TARGETS: readonly Target[] = [
  {
    name: 'warc',
    seeds: seeds.archives,
    read: (bytes, folder) => readArchive(fileSource(put(folder, 'crawl.warc', bytes))),
  },
  {
    name: 'warc-gz',
    seeds: seeds.packedArchives,
    read: (bytes, folder) => readArchive(fileSource(put(folder, 'crawl.warc.gz', bytes))),
  },
  {
    name: 'wacz',
    seeds: seeds.wacz,
    async read(bytes, folder) {
      const { sources } = await listInputs(put(folder, 'crawl.wacz', bytes))
      for (const source of sources) await readArchive(source)
    },
  },
  { name: 'http', seeds: seeds.responses, read: async (bytes) => parseHttpResponse(bytes) },
  { name: 'page', seeds: seeds.pages, read: async (bytes) => readPage(bytes) },
  {
    name: 'inert-page',
    seeds: seeds.pages,
    read: text((html) =>
      inertPage(html, PAGE, { tagStart: 0, before: 'a', after: 'b', caption: null }, () => null),
    ),
  },
  { name: 'css', seeds: seeds.sheets, read: text((css) => inertSheet(css, cssBudget())) },
  { name: 'srcset', seeds: seeds.srcsets, read: text(parseSrcset) },
  {
    name: 'robots',
    seeds: seeds.robots,
    read: text((robots) => {
      parseRobots(robots)
      headerOptOut(robots.split('\n'))
    }),
  },
  table('csv', 'csv', seeds.csv),
  table('jsonl', 'jsonl', seeds.jsonl),
  table('json', 'json', seeds.json),
  table('parquet', 'parquet', seeds.parquet),
  {
    name: 'npy',
    seeds: seeds.npy,
    read: async (bytes, folder) => (await openNpy(put(folder, 'vectors.npy', bytes))).close(),
  },
  {
    name: 'npz',
    seeds: seeds.npz,
    read: async (bytes, folder) => (await openNpy(put(folder, 'vectors.npz', bytes))).close(),
  },
  {
    name: 'prompts',
    seeds: seeds.prompts,
    read: text((prompts) => {
      for (const format of PROMPT_FORMATS) {
        try {
          readPrompts(prompts, format, 'prompts')
        } catch (error) {
          if (!isExpected(error)) throw error
        }
      }
    }),
  },
  {
    name: 'manifest',
    seeds: seeds.manifests,
    read: (bytes, folder) => readManifest(put(folder, 'manifest.jsonl', bytes)),
  },
  {
    name: 'rater-package',
    seeds: seeds.packages,
    async read(bytes, folder) {
      const file = await openPackageFile(put(folder, 'study.zip', bytes))
      try {
        await file.words()
      } finally {
        file.close()
      }
    },
  },
  {
    name: 'ratings',
    seeds: seeds.ratings,
    async read(bytes, folder) {
      for await (const row of tableRows(put(folder, 'ratings.csv', bytes))) void row
    },
  },
  {
    name: 'spans',
    seeds: seeds.spans,
    read: text((content) => {
      for (const format of SPAN_FORMATS) {
        try {
          readSpans(format, content)
        } catch (error) {
          if (!isExpected(error)) throw error
        }
      }
    }),
  },
  {
    name: 'query',
    seeds: seeds.queries,
    read: text((source) => {
      const query = parseQuery(source)
      const again = printQuery(query)
      if (printQuery(parseQuery(again)) !== again) throw new Error(`Printed otherwise: ${again}`)
    }),
  },
  {
    // The decoder takes what a header promises, and its process ends where that is too much.
    name: 'picture',
    seeds: seeds.pictures,
    read: async (bytes) => said(await pictures().decode(bytes)),
  },
  {
    name: 'picture-metadata',
    seeds: seeds.markedPictures,
    read: async (bytes) => parseGeneration(said(await pictures().metadata(bytes)).metadata),
  },
  {
    name: 'model-manifest',
    seeds: seeds.modelManifests,
    read: text((json) => {
      let value: unknown
      try {
        value = JSON.parse(json)
      } catch {
        return
      }
      for (const kind of KINDS) kind.manifest.safeParse(value)
    }),
  },
  {
    // The library may end its process, which then costs the program nothing but an answer.
    name: 'tokenizer',
    seeds: seeds.tokenizers,
    async read(bytes, folder) {
      tokenizers ??= createTokenizers(
        new URL('../../src/main/inference/tokenize/tokenizer-host.ts', import.meta.url),
        { patienceMs: 5000 },
      )
      const tokenizer = await tokenizers.open(put(folder, `${bytes.length}.json`, bytes))
      await tokenizer.ids(['Two red boats, 東京 👍', ''])
    },
  },
]

/** For the tests of the fuzzing itself: what it must find. */
export const PLANTED: readonly Target[] = [
  {
    name: 'planted-crash',
    seeds: () => [Buffer.from('boat')],
    async read(bytes) {
      if (bytes.includes('o') && !bytes.includes('boat')) throw new TypeError('planted')
    },
  },
  {
    name: 'planted-hang',
    seeds: () => [Buffer.from('boat')],
    async read(bytes) {
      while (bytes.length > 20) void bytes
    },
  },
  {
    name: 'planted-exit',
    seeds: () => [Buffer.from('boat')],
    async read(bytes) {
      if (bytes.length > 300) process.kill(process.pid, 'SIGKILL')
    },
  },
  {
    name: 'planted-memory',
    seeds: () => [Buffer.from('boat')],
    async read(bytes) {
      if (bytes.length > 8) kept.push(Buffer.alloc(2 ** 29, 1))
    },
  },
]
const kept: Buffer[] = []

export function targetNamed(name: string): Target {
  const found = [...TARGETS, ...PLANTED].find((one) => one.name === name)
  if (found === undefined) throw new Error(`There is no target ${name}.`)
  return found
}
