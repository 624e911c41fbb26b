import { EXPORT_NEEDS } from '#shared/export-needs.ts'
import type { OutputFile, DatasetFolder } from './folder.ts'
import { toJson } from './json.ts'
import { placeOf } from './picture-place.ts'
import type { DatasetWriter, ExportRecipe, Format, Sample } from './types.ts'

class JsonLinesWriter implements DatasetWriter {
  private readonly folder: DatasetFolder
  private readonly recipe: ExportRecipe
  private file: OutputFile | null = null

  constructor(folder: DatasetFolder, recipe: ExportRecipe) {
    this.folder = folder
    this.recipe = recipe
  }

  async add(sample: Sample): Promise<boolean> {
    this.file ??= await this.folder.open('pairs.jsonl')
    await this.file.write(`${toJson(exportedPair(sample, this.recipe))}\n`)
    return false
  }

  async finish(): Promise<void> {
    await this.file?.close()
  }
}

/** A pair without addresses that only this corpus knows. */
function exportedPair({ pair, source }: Sample, recipe: ExportRecipe): unknown {
  const { url, file } = placeOf(pair.image.url)
  return {
    ...pair,
    image: { ...pair.image, url: url ?? '', file_name: file ?? '' },
    ...(recipe.texts ? { text_source: source ?? '' } : {}),
  }
}

/**
 * Types of the fields for `datasets`, which otherwise guesses them from the first rows: a title or a
 * score that comes late would not load.
 */
const FEATURES = `dataset_info:
  features:
  - name: id
    dtype: int64
  - name: page
    struct:
    - name: url
      dtype: string
    - name: archive
      dtype: string
    - name: offset
      dtype: int64
    - name: recordId
      dtype: string
    - name: date
      dtype: string
    - name: language
      dtype: string
    - name: title
      dtype: string
  - name: image
    struct:
    - name: url
      dtype: string
    - name: status
      dtype: string
    - name: sha256
      dtype: string
    - name: width
      dtype: int64
    - name: height
      dtype: int64
    - name: mime
      dtype: string
    - name: error
      dtype: string
    - name: file_name
      dtype: string
  - name: text
    struct:
    - name: alt
      dtype: string
    - name: title
      dtype: string
    - name: caption
      dtype: string
    - name: before
      dtype: string
    - name: after
      dtype: string
    - name: span
      dtype: string
  - name: scores
    list:
    - name: model
      dtype: string
    - name: text
      dtype: string
    - name: cosine
      dtype: float64
  - name: mark
    dtype: string
  - name: tags
    list: string
  - name: note
    dtype: string
  - name: columns
    list:
    - name: name
      dtype: string
    - name: value
      dtype: float64`

/** JSON Lines: every pair whole. */
export const jsonl: Format = {
  title: 'JSON Lines',
  layout:
    '`pairs.jsonl` has one pair a line, in the form that `gleaner pairs --json` prints: `id`, `page`, `image`, `text`, `scores`, `mark`, `tags`, `note`, `columns`. null = absent, "" = empty.',
  needs: EXPORT_NEEDS.jsonl,
  notes: [
    'Holds every pair that matches the filter, with all its texts and scores, no pictures.',
    '`image.url` is empty for a picture that a table named by a file; `image.file_name` is that file, relative to the table.',
  ],
  cardHeader: `configs:\n- config_name: default\n  data_files:\n  - split: train\n    path: "pairs.jsonl"\n${FEATURES}`,
  open: (folder, recipe) => new JsonLinesWriter(folder, recipe),
}
