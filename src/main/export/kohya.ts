import { EXPORT_NEEDS } from '#shared/export-needs.ts'
import type { OutputFile, DatasetFolder } from './folder.ts'
import { rowJson } from './json.ts'
import { SHARD_SIZE, sampleKey, shardName } from './keys.ts'
import { placeOf } from './picture-place.ts'
import { columnsOf, provenance } from './provenance.ts'
import { oneLine } from './text.ts'
import type { DatasetWriter, ExportRecipe, Format, Sample } from './types.ts'

class KohyaWriter implements DatasetWriter {
  private readonly folder: DatasetFolder
  private readonly folders: string[] = []
  private metadata: OutputFile | null = null
  private index = 0
  private readonly recipe: ExportRecipe
  private readonly perFolder: number

  constructor(folder: DatasetFolder, recipe: ExportRecipe, perFolder: number) {
    this.folder = folder
    this.recipe = recipe
    this.perFolder = recipe.shardSize ?? perFolder
  }

  async add(sample: Sample): Promise<boolean> {
    const { pair, text, cosine, picture } = sample
    if (!picture) throw new Error('kohya: a sample without picture')
    const shard = Math.floor(this.index / this.perFolder)
    // The trainer does not look into folders below `image_dir`: each folder is a subset.
    const folder = shard === 0 ? 'images' : `images-${shardName(shard)}`
    if (this.folders.length <= shard) this.folders.push(folder)
    const key = sampleKey(this.index, this.recipe.shardSize)
    const file = `${folder}/${key}.${picture.extension}`
    await this.folder.put(file, picture.bytes)
    await this.folder.put(`${folder}/${key}.txt`, `${oneLine(text)}\n`)
    this.metadata ??= await this.folder.open('pairs.jsonl')
    const row = {
      file_name: file,
      text,
      similarity: cosine,
      url: placeOf(pair.image.url).url ?? '',
      sha256: picture.sha256,
      ...provenance(sample, this.recipe),
    }
    const columns = columnsOf(pair, this.recipe, new Set(Object.keys(row)))
    await this.metadata.write(`${rowJson({ ...row, ...columns })}\n`)
    this.index++
    return true
  }

  async finish(): Promise<void> {
    await this.metadata?.close()
    const subsets = this.folders.map(
      (folder) => `\n  [[datasets.subsets]]\n  image_dir = "${folder}"\n  num_repeats = 1\n`,
    )
    await this.folder.put(
      'dataset.toml',
      `# For --dataset_config of kohya's sd-scripts. image_dir is relative: start the training in this
# folder, or put the full path in front. Set resolution and batch_size to suit your model.
[general]
caption_extension = ".txt"
shuffle_caption = false
keep_tokens = 0

[[datasets]]
resolution = 512
batch_size = 1
enable_bucket = true
${subsets.join('')}`,
    )
  }
}

/** Pictures with captions beside them, for kohya's sd-scripts. */
export const kohya: Format = kohyaOf(SHARD_SIZE)

/** @param perFolder when the next folder, and with it the next subset, begins. */
export function kohyaOf(perFolder: number): Format {
  return {
    title: 'kohya (sd-scripts)',
    layout:
      '`images/` holds each picture with a `.txt` of the same name, 10,000 pictures a folder (then `images-00001/`, ...). `dataset.toml` names each folder as a subset with `num_repeats`. `pairs.jsonl` says where each comes from.',
    needs: EXPORT_NEEDS.kohya,
    notes: [
      'The extension of a picture is that of its bytes.',
      'A caption is one line: the trainer reads the first line of a file and drops the rest. Line breaks, tabs and runs of spaces became one space; `pairs.jsonl` holds the text as on the page.',
      'Left out as `picture-type`: GIF, TIFF and others that the trainer does not list.',
    ],
    cardHeader: null,
    open: (folder, recipe) => new KohyaWriter(folder, recipe, perFolder),
  }
}
