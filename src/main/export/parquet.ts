import { EXPORT_NEEDS } from '#shared/export-needs.ts'
import type { DatasetFolder } from './folder.ts'
import { laionHash } from './murmur3.ts'
import { ParquetFile } from './parquet-file.ts'
import type { Column } from './parquet-file.ts'
import { placeOf } from './picture-place.ts'
import { chosenColumns, columnsOf, exportedColumns } from './provenance.ts'
import type { DatasetWriter, ExportRecipe, Format, Sample } from './types.ts'

const ROWS_PER_FILE = 1_000_000

const COLUMNS: readonly Column[] = [
  { name: 'URL', type: 'string' },
  { name: 'TEXT', type: 'string' },
  { name: 'WIDTH', type: 'int32' },
  { name: 'HEIGHT', type: 'int32' },
  { name: 'similarity', type: 'double' },
  { name: 'hash', type: 'int64' },
  { name: 'sha256', type: 'string' },
  { name: 'mime', type: 'string' },
  { name: 'pair_id', type: 'int64' },
  { name: 'page_url', type: 'string' },
  { name: 'page_date', type: 'string' },
  { name: 'page_language', type: 'string' },
  { name: 'archive', type: 'string' },
  { name: 'record_offset', type: 'int64' },
  { name: 'record_id', type: 'string' },
  { name: 'file_name', type: 'string' },
  { name: 'mark', type: 'string' },
  { name: 'tags', type: 'string' },
  { name: 'note', type: 'string' },
]
const TAKEN: ReadonlySet<string> = new Set(COLUMNS.map(({ name }) => name))

class LaionParquetWriter implements DatasetWriter {
  private readonly folder: DatasetFolder
  private readonly recipe: ExportRecipe
  private readonly columns: readonly Column[]
  private readonly rowsPerFile: number
  private table: ParquetFile | null = null
  private rows = 0
  private files = 0

  constructor(folder: DatasetFolder, recipe: ExportRecipe, rowsPerFile: number) {
    this.folder = folder
    this.recipe = recipe
    this.columns = [
      ...COLUMNS,
      ...chosenColumns(recipe),
      ...exportedColumns(recipe, TAKEN).map(([, name]): Column => ({ name, type: 'double' })),
    ]
    this.rowsPerFile = recipe.shardSize ?? rowsPerFile
  }

  async add({ pair, text, source, cosine }: Sample): Promise<boolean> {
    if (!this.table) {
      const name = `part-${String(this.files++).padStart(5, '0')}.parquet`
      this.table = new ParquetFile(await this.folder.open(name), this.columns)
    }
    const { image, page } = pair
    const place = placeOf(image.url)
    await this.table.add([
      place.url,
      text,
      image.width,
      image.height,
      cosine,
      laionHash(place.url ?? '', text),
      image.sha256,
      image.mime,
      pair.id,
      page.url,
      page.date,
      page.language,
      page.archive,
      page.offset,
      page.recordId,
      place.file,
      pair.mark,
      pair.tags.join(','),
      pair.note,
      ...(this.recipe.texts ? [source] : []),
      ...Object.values(columnsOf(pair, this.recipe, TAKEN)),
    ])
    if (++this.rows === this.rowsPerFile) await this.finish()
    return false
  }

  async finish(): Promise<void> {
    await this.table?.close()
    this.table = null
    this.rows = 0
  }
}

/** Parquet with the column names of LAION. */
export const parquet: Format = parquetOf(ROWS_PER_FILE)

/** @param rowsPerFile when the next file begins. */
export function parquetOf(rowsPerFile: number): Format {
  return {
    title: 'Parquet (LAION columns)',
    layout:
      '`part-00000.parquet`, ... hold up to 1,000,000 rows each: URL, TEXT, WIDTH, HEIGHT (int32), similarity (double), hash (int64), then where the pair comes from, what people said of it, and the numbers of imported tables.',
    needs: EXPORT_NEEDS.parquet,
    notes: [
      'Holds addresses and texts, no pictures. WIDTH, HEIGHT, sha256 and mime are null where the corpus has no picture.',
      'URL is null for a picture that a table named by a file; `file_name` is that file, relative to the table.',
      "`hash` is LAION's: the first half of MurmurHash3 x64 128 over URL and TEXT, so that tables join on it.",
    ],
    cardHeader:
      'configs:\n- config_name: default\n  data_files:\n  - split: train\n    path: "*.parquet"',
    open: (folder, recipe) => new LaionParquetWriter(folder, recipe, rowsPerFile),
  }
}
