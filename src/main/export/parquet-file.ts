import { ByteWriter, ParquetWriter } from 'hyparquet-writer'
import type { SchemaElement } from 'hyparquet-writer'
import type { OutputFile } from './folder.ts'

export type ColumnType = 'string' | 'int32' | 'int64' | 'double'
export interface Column {
  name: string
  type: ColumnType
}
/** Numbers for int64 too: they are converted; a bigint where a number would not hold it. */
export type Cell = string | number | bigint | null

const ROWS_PER_GROUP = 20_000
const CHARACTERS_PER_GROUP = 16 << 20

const elements: Record<ColumnType, Omit<SchemaElement, 'name'>> = {
  string: { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } },
  int32: { type: 'INT32' },
  int64: { type: 'INT64' },
  double: { type: 'DOUBLE' },
}

/** A Parquet file, written a row group at a time; memory is that of one group. */
export class ParquetFile {
  private readonly file: OutputFile
  private readonly columns: readonly Column[]
  private readonly bytes = new ByteWriter()
  private readonly writer: ParquetWriter
  private values: Cell[][]
  private rows = 0
  private characters = 0

  constructor(file: OutputFile, columns: readonly Column[]) {
    this.file = file
    this.columns = columns
    this.values = columns.map(() => [])
    this.writer = new ParquetWriter({
      writer: this.bytes,
      schema: [
        { name: 'schema', num_children: columns.length },
        ...columns.map(({ name, type }): SchemaElement => ({
          name,
          repetition_type: 'OPTIONAL',
          ...elements[type],
        })),
      ],
      createdBy: 'gleaner',
    })
  }

  /** @param row one cell a column, in their order. */
  async add(row: readonly Cell[]): Promise<void> {
    for (let i = 0; i < this.columns.length; i++) {
      const cell = row[i] ?? null
      const column = this.values[i] as Cell[]
      if (typeof cell === 'string') this.characters += cell.length
      column.push(
        typeof cell === 'number' && this.columns[i]?.type === 'int64' ? BigInt(cell) : cell,
      )
    }
    this.rows++
    if (this.rows >= ROWS_PER_GROUP || this.characters >= CHARACTERS_PER_GROUP) await this.flush()
  }

  async close(): Promise<void> {
    await this.flush()
    await this.writer.finish()
    await this.drain()
    await this.file.close()
  }

  private async flush(): Promise<void> {
    if (this.rows === 0) return
    const columnData = this.columns.map(({ name }, i) => ({
      name,
      data: this.values[i] as Cell[],
    }))
    await this.writer.write({ columnData, rowGroupSize: this.rows })
    this.values = this.columns.map(() => [])
    this.rows = 0
    this.characters = 0
    await this.drain()
  }

  /** Hands on what is encoded; the writer's offsets count on. */
  private async drain(): Promise<void> {
    await this.file.write(this.bytes.getBytes().slice())
    this.bytes.index = 0
  }
}
