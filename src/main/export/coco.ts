import { EXPORT_NEEDS } from '#shared/export-needs.ts'
import { DigestTable } from './digest-table.ts'
import type { OutputFile, DatasetFolder } from './folder.ts'
import { fileName } from './imagefolder.ts'
import { rowJson, toJson } from './json.ts'
import { placeOf } from './picture-place.ts'
import { columnsOf, provenance } from './provenance.ts'
import type { DatasetWriter, ExportRecipe, Format, Sample } from './types.ts'

const SCRATCH = '.annotations'

class CocoWriter implements DatasetWriter {
  private readonly folder: DatasetFolder
  private readonly recipe: ExportRecipe
  private readonly images = new DigestTable()
  private files: { captions: OutputFile; annotations: OutputFile } | null = null
  private annotations = 0

  constructor(folder: DatasetFolder, recipe: ExportRecipe) {
    this.folder = folder
    this.recipe = recipe
  }

  async add(sample: Sample): Promise<boolean> {
    const { pair, text, cosine, picture } = sample
    if (!picture) throw new Error('coco: a sample without picture')
    this.files ??= await this.begin()
    const { captions, annotations } = this.files
    const known = this.images.size
    const imageId = this.images.getOrAdd(picture.sha256, () => known + 1)
    if (imageId > known) {
      const name = fileName(known, picture.extension, this.recipe.shardSize)
      await this.folder.put(`images/${name}`, picture.bytes)
      const image = {
        id: imageId,
        width: pair.image.width,
        height: pair.image.height,
        file_name: name,
        coco_url: placeOf(pair.image.url).url ?? '',
        sha256: picture.sha256,
      }
      await captions.write(`${known === 0 ? '' : ','}\n${toJson(image)}`)
    }
    const annotation = {
      id: this.annotations + 1,
      image_id: imageId,
      caption: text,
      similarity: cosine,
      url: placeOf(pair.image.url).url ?? '',
      ...provenance(sample, this.recipe),
    }
    const columns = columnsOf(pair, this.recipe, new Set(Object.keys(annotation)))
    await annotations.write(
      `${this.annotations === 0 ? '' : ','}\n${rowJson({ ...annotation, ...columns })}`,
    )
    this.annotations++
    return imageId > known
  }

  async finish(): Promise<void> {
    const { captions, annotations } = (this.files ??= await this.begin())
    await annotations.close()
    await captions.write('\n],\n"annotations": [')
    await this.folder.drain(SCRATCH, captions)
    await captions.write('\n]}\n')
    await captions.close()
  }

  /** Both lists grow at once and stand one after the other in one file: one waits beside it. */
  private async begin() {
    const captions = await this.folder.open('annotations/captions.json')
    const info = {
      description: 'Image-text pairs from a web archive',
      version: '1.0',
      contributor: `Gleaner ${this.recipe.software}`,
      url: '',
    }
    await captions.write(`{"info": ${toJson(info)},\n"licenses": [],\n"images": [`)
    return { captions, annotations: await this.folder.scratch(SCRATCH) }
  }
}

/** COCO captions. */
export const coco: Format = {
  title: 'COCO captions',
  layout:
    '`annotations/captions.json` in the form of COCO: `info`, `licenses`, `images` (`file_name` is relative to `images/`), `annotations` (`image_id`, `caption`). The first 10,000 pictures lie in `images/`, the next ones in folders of 10,000 below it.',
  needs: EXPORT_NEEDS.coco,
  notes: [
    'The extension of a picture is that of its bytes.',
    'Pairs with the same picture (by SHA-256) share one entry in `images` and are several annotations of it.',
    'Where a pair comes from stands in extra fields of its annotation. `licenses` is empty: the licences are not known.',
    'Texts are as on the page, line breaks included, in UTF-8.',
  ],
  cardHeader: null,
  open: (folder, recipe) => new CocoWriter(folder, recipe),
}
