import { VERSION_RULES } from '../../files/version-hash.ts'
import type { OutputFolder } from '../folder.ts'
import { bibtexOf } from './bibtex.ts'
import { croissantOf } from './croissant.ts'
import { dataCardOf } from './data-card.ts'
import { methodsOf } from './methods.ts'
import { VERSION_FILE, VERSION_PAIRS } from './types.ts'
import type { VersionExport } from './types.ts'

/**
 * Writes what a version says of itself beside the dataset: recipe and list, by which its hash can be
 * worked out again, and metadata in Croissant, a data card, a paragraph of methods, and BibTeX.
 */
export async function putVersionFiles(folder: OutputFolder, what: VersionExport): Promise<void> {
  const { name, note, hash, pairs, createdAt, recipe, counts } = what.version
  const about = { rules: VERSION_RULES, name, note, hash, pairs, createdAt, counts, recipe }
  await folder.put(VERSION_FILE, `${JSON.stringify(about, null, 2)}\n`)
  const list = await folder.open(VERSION_PAIRS)
  for (const line of what.lines) await list.write(`${line}\n`)
  const listed = await list.close()
  await folder.put('METHODS.md', `${methodsOf(what)}\n`)
  await folder.put('CITATION.bib', bibtexOf(what.version))
  await folder.put('DATACARD.md', dataCardOf(what))
  const croissant = croissantOf(what, listed, folder.listed, folder.files)
  await folder.put('croissant.json', `${JSON.stringify(croissant, null, 2)}\n`)
}
