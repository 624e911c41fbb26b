import { EXPORT_NEEDS } from '#shared/export-needs.ts'
import type { OutputFile, DatasetFolder } from './folder.ts'
import { rowJson } from './json.ts'
import { SHARD_SIZE, sampleKey, shardName } from './keys.ts'
import { ParquetFile } from './parquet-file.ts'
import type { Column } from './parquet-file.ts'
import { placeOf } from './picture-place.ts'
import { chosenColumns, columnsOf, exportedColumns, provenance } from './provenance.ts'
import { TAR_END, tarHeader, tarPadding } from './tar.ts'
import type { DatasetWriter, ExportRecipe, Format, Sample } from './types.ts'

/** img2dataset's order: what came with the address, then what became of it. */
const COLUMNS: readonly Column[] = [
  { name: 'url', type: 'string' },
  { name: 'caption', type: 'string' },
  { name: 'similarity', type: 'double' },
  { name: 'pair_id', type: 'int64' },
  { name: 'page_url', type: 'string' },
  { name: 'page_date', type: 'string' },
  { name: 'page_language', type: 'string' },
  { name: 'archive', type: 'string' },
  { name: 'record_offset', type: 'int64' },
  { name: 'record_id', type: 'string' },
  { name: 'mark', type: 'string' },
  { name: 'tags', type: 'string' },
  { name: 'note', type: 'string' },
  { name: 'mime', type: 'string' },
  { name: 'key', type: 'string' },
  { name: 'status', type: 'string' },
  { name: 'error_message', type: 'string' },
  { name: 'width', type: 'int32' },
  { name: 'height', type: 'int32' },
  { name: 'original_width', type: 'int32' },
  { name: 'original_height', type: 'int32' },
  { name: 'exif', type: 'string' },
  { name: 'sha256', type: 'string' },
]

const TAKEN: ReadonlySet<string> = new Set(COLUMNS.map(({ name }) => name))

class WebDatasetWriter implements DatasetWriter {
  private readonly folder: DatasetFolder
  private readonly recipe: ExportRecipe
  private readonly columns: readonly Column[]
  private readonly shardSize: number
  private index = 0
  private shard: { name: string; tar: OutputFile; table: ParquetFile; count: number } | null = null

  constructor(folder: DatasetFolder, recipe: ExportRecipe) {
    this.folder = folder
    this.recipe = recipe
    this.shardSize = recipe.shardSize ?? SHARD_SIZE
    this.columns = [
      ...COLUMNS,
      ...chosenColumns(recipe).filter(({ name }) => !TAKEN.has(name)),
      ...exportedColumns(recipe, TAKEN).map(([, name]): Column => ({ name, type: 'double' })),
    ]
  }

  async add(sample: Sample): Promise<boolean> {
    const { pair, text, cosine, picture, original } = sample
    if (!picture) throw new Error('webdataset: a sample without picture')
    const key = sampleKey(this.index, this.shardSize)
    this.shard ??= await this.openShard(shardName(Math.floor(this.index / this.shardSize)))
    const { width, height } = pair.image
    const meta = {
      url: placeOf(pair.image.url).url ?? '',
      caption: text,
      similarity: cosine,
      ...provenance(sample, this.recipe),
      mime: picture.mime,
      key,
      status: 'success',
      error_message: null,
      width,
      height,
      original_width: original ? original.width : width,
      original_height: original ? original.height : height,
      exif: null,
      sha256: picture.sha256,
      ...columnsOf(pair, this.recipe, TAKEN),
    }
    const { tar, table } = this.shard
    // Readers want the same members in every sample, and know pictures by their bytes.
    await member(tar, `${key}.jpg`, picture.bytes)
    await member(tar, `${key}.txt`, Buffer.from(text, 'utf8'))
    await member(tar, `${key}.json`, Buffer.from(rowJson(meta, 4), 'utf8'))
    await table.add(this.columns.map(({ name }) => meta[name as keyof typeof meta] ?? null))
    this.index++
    this.shard.count++
    if (this.shard.count === this.shardSize) await this.closeShard()
    return true
  }

  async finish(): Promise<void> {
    await this.closeShard()
  }

  private async openShard(name: string) {
    const tar = await this.folder.open(`${name}.tar`)
    const table = new ParquetFile(await this.folder.open(`${name}.parquet`), this.columns)
    return { name, tar, table, count: 0 }
  }

  private async closeShard(): Promise<void> {
    if (!this.shard) return
    const { name, tar, table, count } = this.shard
    this.shard = null
    await tar.write(TAR_END)
    await tar.close()
    await table.close()
    const stats = {
      count,
      successes: count,
      failed_to_download: 0,
      failed_to_resize: 0,
      duration: 0,
      status_dict: { success: count },
    }
    await this.folder.put(`${name}_stats.json`, `${JSON.stringify(stats, null, 4)}\n`)
  }
}

async function member(tar: OutputFile, name: string, bytes: Uint8Array): Promise<void> {
  await tar.write(tarHeader(name, bytes.byteLength))
  await tar.write(bytes)
  await tar.write(tarPadding(bytes.byteLength))
}

/** WebDataset in the layout of img2dataset. */
export const webdataset: Format = {
  title: 'WebDataset',
  layout:
    '`00000.tar`, `00001.tar`, ... hold 10,000 samples each: KEY.jpg, KEY.txt and KEY.json, KEY being five digits for the shard and four for the place in it. Beside each shard lie its table (`00000.parquet`) and `00000_stats.json`, with the columns that img2dataset writes.',
  needs: EXPORT_NEEDS.webdataset,
  notes: [
    'Every picture is named KEY.jpg, whatever it is, as common readers refuse shards whose samples differ in their members; `mime` says what it is. Decoders go by the bytes.',
    'Texts are as on the page, line breaks included, in UTF-8.',
    '`exif` is not read (null). `duration` in the stats is always 0, so that the same recipe gives the same bytes.',
    'Pairs that were skipped have no row and no key; they are counted in `manifest.json`.',
  ],
  notesOfOriginals: [
    '`original_width` and `original_height` equal `width` and `height`: nothing was resized.',
  ],
  cardHeader:
    'configs:\n- config_name: default\n  data_files:\n  - split: train\n    path: "*.tar"',
  open: (folder, recipe) => new WebDatasetWriter(folder, recipe),
}
