import { DATASET_SPLITS } from './types.ts'
import type { ExportCounts, ExportRecipe, Format } from './types.ts'

/** What a reader must know, by what was chosen. */
export function notesOf(format: Format, recipe: ExportRecipe, counts: ExportCounts): string[] {
  const { pictures, split, texts } = recipe
  const notes = [...format.notes]
  if (!pictures) notes.push(...(format.notesOfOriginals ?? []))
  else {
    const size =
      pictures.resize === 'none'
        ? 'in their size'
        : pictures.resize === 'longest'
          ? `no side longer than ${pictures.size} px (smaller ones as they are)`
          : `cropped to the square in the middle and resized to ${pictures.size} x ${pictures.size} px${(counts.enlarged ?? 0) > 0 ? ` (${counts.enlarged} were smaller and were enlarged)` : ''}`
    notes.push(
      `Pictures were written anew: ${pictures.format === 'keep' ? 'in their own type (JPEG, PNG, WebP; others as PNG)' : pictures.format.toUpperCase()}${pictures.format === 'png' ? '' : `, quality ${pictures.quality}`}, ${size}. ${pictures.how}. Width, height and sha256 are those of the new file; \`original_width\`, \`original_height\` and \`original_sha256\` those of the picture as it was.`,
    )
  }
  if (texts) {
    notes.push(
      `The caption is the first that a pair has of: ${texts.join(', ')}; \`text_source\` says which.`,
    )
  }
  if (split) {
    const parts = DATASET_SPLITS.map((part) => {
      const { pairs, sites } = counts.splits?.[part] ?? { pairs: 0, sites: 0 }
      const share = counts.exported === 0 ? 0 : (100 * pairs) / counts.exported
      return `${part}/ ${pairs} pairs of ${sites} sites (${share.toFixed(1)} %, asked for ${(100 * split[part]).toFixed(1)} %)`
    })
    notes.push(
      `Split by site with the seed ${split.seed}, so that a site, and sites that share a text, stand in one part: ${parts.join('; ')}.`,
    )
  }
  return notes
}
