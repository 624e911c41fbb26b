import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { tableFromArrays, tableToIPC } from 'apache-arrow'
import type { Table as ArrowTable } from 'apache-arrow'
import { Compression, Table, WriterPropertiesBuilder, writeParquet } from 'parquet-wasm'
import { afterAll } from 'vitest'
import { openTable } from '../../../src/main/tables/index.ts'
import type { Cell, RowFailure } from '../../../src/main/tables/index.ts'

const made: string[] = []
afterAll(() => {
  for (const path of made) rmSync(path, { recursive: true, force: true })
})

export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'tables-'))
  made.push(path)
  return path
}

export function file(name: string, content: string | Uint8Array): string {
  const path = join(folder(), name)
  writeFileSync(path, content)
  return path
}

/** Every row of a table, as lists of cells in the order of the columns. */
export async function allRows(
  path: string,
  options: { columns?: string[]; from?: number; rows?: number } = {},
): Promise<{ columns: string[]; rows: Cell[][]; failures: RowFailure[]; batches: number }> {
  const table = await openTable(path)
  try {
    const columns = options.columns ?? table.columns.map(({ name }) => name)
    const rows: Cell[][] = []
    const failures: RowFailure[] = []
    let batches = 0
    for await (const batch of table.read({ ...options, columns })) {
      batches++
      failures.push(...batch.failures)
      for (let i = 0; i < batch.rows; i++) {
        rows.push(batch.values.map((column) => column[i] ?? null))
      }
    }
    return { columns, rows, failures, batches }
  } finally {
    await table.close()
  }
}

export const CODECS = ['UNCOMPRESSED', 'SNAPPY', 'GZIP', 'BROTLI', 'ZSTD', 'LZ4_RAW'] as const

/** Parquet as a writer in Rust makes it (dictionaries, pages, statistics). */
export function parquet(
  columns: Record<string, unknown[]> | ArrowTable,
  options: { codec?: (typeof CODECS)[number]; groupRows?: number } = {},
): Uint8Array {
  const arrow =
    'schema' in columns
      ? (columns as ArrowTable)
      : tableFromArrays(columns as Record<string, never>)
  let builder = new WriterPropertiesBuilder().setCompression(Compression[options.codec ?? 'SNAPPY'])
  if (options.groupRows !== undefined) builder = builder.setMaxRowGroupSize(options.groupRows)
  return writeParquet(Table.fromIPCStream(tableToIPC(arrow, 'stream')), builder.build())
}

/** A `.npy` file of two dimensions, as numpy writes it. */
export function npy(
  descr: string,
  rows: number,
  dims: number,
  data: Uint8Array,
  more: { fortran?: boolean; version?: number; shape?: string } = {},
): Uint8Array {
  const version = more.version ?? 1
  const shape = more.shape ?? `(${rows}, ${dims})`
  let header = `{'descr': '${descr}', 'fortran_order': ${more.fortran ? 'True' : 'False'}, 'shape': ${shape}, }`
  const fixed = version === 1 ? 10 : 12
  header = header.padEnd(Math.ceil((fixed + header.length + 1) / 64) * 64 - fixed - 1) + '\n'
  const head = Buffer.alloc(fixed)
  head.write('\x93NUMPY', 'latin1')
  head[6] = version
  if (version === 1) head.writeUInt16LE(header.length, 8)
  else head.writeUInt32LE(header.length, 8)
  return Buffer.concat([head, Buffer.from(header, 'latin1'), data])
}

export function floats(values: readonly number[]): Uint8Array {
  return new Uint8Array(Float32Array.from(values).buffer)
}
