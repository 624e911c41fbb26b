import { EXPORT_NEEDS } from '#shared/export-needs.ts'
import type { OutputFile, OutputFolder } from './folder.ts'
import { rowJson } from './json.ts'
import { SHARD_SIZE, sampleKey, shardName } from './keys.ts'
import { placeOf } from './picture-place.ts'
import { columnsOf, provenance } from './provenance.ts'
import type { DatasetWriter, ExportRecipe, Format, Sample } from './types.ts'

class ImageFolderWriter implements DatasetWriter {
  private readonly folder: OutputFolder
  private metadata: OutputFile | null = null
  private index = 0

  private readonly recipe: ExportRecipe

  constructor(folder: OutputFolder, recipe: ExportRecipe) {
    this.folder = folder
    this.recipe = recipe
  }

  async add({ pair, text, cosine, picture }: Sample): Promise<boolean> {
    if (!picture) throw new Error('imagefolder: a sample without picture')
    this.metadata ??= await this.folder.open('train/metadata.jsonl')
    const name = fileName(this.index, picture.extension)
    await this.folder.put(`train/${name}`, picture.bytes)
    const row = {
      file_name: name,
      text,
      similarity: cosine,
      url: placeOf(pair.image.url).url ?? '',
      width: pair.image.width,
      height: pair.image.height,
      sha256: picture.sha256,
      ...provenance(pair),
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
export function fileName(index: number, extension: string): string {
  const name = `${sampleKey(index)}.${extension}`
  return index < SHARD_SIZE ? name : `${shardName(Math.floor(index / SHARD_SIZE))}/${name}`
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
