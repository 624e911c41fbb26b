import { EXPORT_NEEDS } from '#shared/export-needs.ts'
import { within } from './folder.ts'
import type { OutputFile, DatasetFolder } from './folder.ts'
import { rowJson } from './json.ts'
import { SHARD_SIZE, sampleKey, shardName } from './keys.ts'
import { placeOf } from './picture-place.ts'
import { columnsOf, provenance } from './provenance.ts'
import type { DatasetWriter, ExportRecipe, Format, Sample } from './types.ts'

class ImageFolderWriter implements DatasetWriter {
  private readonly folder: DatasetFolder
  private readonly recipe: ExportRecipe
  private metadata: OutputFile | null = null
  private index = 0

  constructor(folder: DatasetFolder, recipe: ExportRecipe) {
    // Each split has a folder of its own already.
    this.folder = recipe.split ? folder : within(folder, 'train')
    this.recipe = recipe
  }

  async add(sample: Sample): Promise<boolean> {
    const { pair, text, cosine, picture } = sample
    if (!picture) throw new Error('imagefolder: a sample without picture')
    this.metadata ??= await this.folder.open('metadata.jsonl')
    const name = fileName(this.index, picture.extension, this.recipe.shardSize)
    await this.folder.put(name, picture.bytes)
    const row = {
      file_name: name,
      text,
      similarity: cosine,
      url: placeOf(pair.image.url).url ?? '',
      width: pair.image.width,
      height: pair.image.height,
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
  }
}

/** The first 10,000 pictures lie beside the metadata, the next ones in folders of 10,000. */
export function fileName(index: number, extension: string, shardSize = SHARD_SIZE): string {
  const name = `${sampleKey(index, shardSize)}.${extension}`
  return index < shardSize ? name : `${shardName(Math.floor(index / shardSize))}/${name}`
}

/** Hugging Face ImageFolder. */
export const imagefolder: Format = {
  title: 'Hugging Face ImageFolder',
  layout:
    '`train/metadata.jsonl` has one line a picture: `file_name` (relative to `train/`), `text`, `similarity`, then where the pair comes from. The first 10,000 pictures lie beside it, the next ones in folders of 10,000.',
  needs: EXPORT_NEEDS.imagefolder,
  notes: [
    'The extension of a picture is that of its bytes.',
    'Texts are as on the page, line breaks included, in UTF-8.',
  ],
  cardHeader:
    'configs:\n- config_name: default\n  data_files:\n  - split: train\n    path: "train/**"',
  open: (folder, recipe) => new ImageFolderWriter(folder, recipe),
}
