import type { VersionInfo } from '#shared/contract/versions.ts'
import type { ExportCounts, ExportRecipe, Format } from '../types.ts'

export const VERSION_FILE = 'version.json'
export const VERSION_PAIRS = 'version-pairs.jsonl'

/** What is known when the files of a version are written. */
export interface VersionExport {
  version: VersionInfo
  /** Every pair of it as a line, whatever the format took. */
  lines: Iterable<string>
  counts: ExportCounts
  format: Format
  recipe: ExportRecipe
}
