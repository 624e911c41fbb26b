import { EXPORT_NEEDS } from '#shared/export-needs.ts'
import type { OutputFile, OutputFolder } from './folder.ts'
import type { DatasetWriter, Format, Sample } from './types.ts'

class JsonLinesWriter implements DatasetWriter {
  private readonly folder: OutputFolder
  private file: OutputFile | null = null

  constructor(folder: OutputFolder) {
    this.folder = folder
  }

  async add({ pair }: Sample): Promise<boolean> {
    this.file ??= await this.folder.open('pairs.jsonl')
    await this.file.write(`${JSON.stringify(pair)}\n`)
    return false
  }

  async finish(): Promise<void> {
    await this.file?.close()
  }
}

/** JSON Lines: every pair whole. */
export const jsonl: Format = {
  title: 'JSON Lines',
  layout:
    '`pairs.jsonl` has one pair a line, in the form that `gleaner pairs --json` prints: `id`, `page`, `image`, `text`, `scores`. null = absent, "" = empty.',
  needs: EXPORT_NEEDS.jsonl,
  notes: ['Holds every pair that matches the filter, with all its texts and scores, no pictures.'],
  cardHeader:
    'configs:\n- config_name: default\n  data_files:\n  - split: train\n    path: "pairs.jsonl"',
  open: (folder) => new JsonLinesWriter(folder),
}
