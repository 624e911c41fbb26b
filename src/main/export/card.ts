import { DATASET_SPLITS } from './types.ts'
import type { ExportCorpus, ExportCounts, ExportRecipe, Format } from './types.ts'

const number = (n: number): string => n.toLocaleString('en-US')
/** Text from the corpus or from a person, inside a table of Markdown. */
const cell = (text: string): string => text.replace(/\s+/g, ' ').replace(/[|`<>]/g, '\\$&')
/** Escapes do nothing in a code span, but for the table's own bar. */
const code = (text: string): string =>
  `\`${text.replace(/\s+/g, ' ').replaceAll('|', '\\|').replaceAll('`', "'")}\``

/** The README of a dataset: what it is and how the numbers came about. Holds no date. */
export function datasetCard(
  format: Format,
  recipe: ExportRecipe,
  corpus: ExportCorpus,
  counts: ExportCounts,
  notes: readonly string[] = format.notes,
): string {
  const rows: [string, string][] = [
    ['Format', format.title],
    ['Filter', recipe.filter === '' ? 'every pair' : code(recipe.filter)],
    [
      'Text',
      recipe.texts
        ? recipe.texts.map(code).join(', else ')
        : format.needs.text
          ? `\`${recipe.text}\``
          : 'all',
    ],
    ...(recipe.version
      ? [
          ['Version', `${cell(recipe.version.name)}, content hash ${recipe.version.hash}`] as [
            string,
            string,
          ],
        ]
      : []),
    ...(recipe.onePerPicture
      ? [['Pictures', 'one pair a picture: the best scored, else the first'] as [string, string]]
      : []),
    [
      'Scores',
      recipe.model
        ? `raw cosine of ${cell(recipe.model.name)} (${cell(recipe.model.id)}), model digest ${recipe.model.digest}`
        : 'none',
    ],
    ['Cutoffs', recipe.cutoffs.length > 0 ? recipe.cutoffs.map(code).join(', ') : 'none'],
    ['Made with', `Gleaner ${recipe.software}`],
  ]
  const skipped = Object.entries(counts.skipped).map(
    ([reason, n]) => `| left out: ${cell(reason)} | ${number(n)} |`,
  )
  const parts = [
    ...(format.cardHeader === null
      ? []
      : [`---\n${headerOf(format.cardHeader, recipe, counts)}\n---\n`]),
    '# Image-text pairs from a web archive\n',
    `${number(counts.exported)} pairs. ${format.layout}\n`,
    ...notes.map((note) => `- ${note}`),
    ...(format.needs.pictures === null || recipe.pictures
      ? []
      : ['- Pictures are the original bytes, never encoded again.']),
    '\n## How the numbers came about\n',
    '| | |\n| --- | --- |',
    ...rows.map(([name, value]) => `| ${name} | ${value} |`),
    '\n| pairs | n |\n| --- | ---: |',
    `| match the filter | ${number(counts.matched)} |`,
    ...skipped,
    `| exported | ${number(counts.exported)} |`,
    ...(format.needs.pictures === null ? [] : [`| picture files | ${number(counts.pictures)} |`]),
    '\n| archive | bytes | SHA-256 |\n| --- | ---: | --- |',
    ...corpus.archives.map(
      ({ name, bytes, sha256, complete }) =>
        `| ${cell(name)}${complete ? '' : ' (read in part)'} | ${number(bytes)} | ${sha256 ?? 'not known'} |`,
    ),
    '\n`manifest.json` says the same for programs, with the content hash. `sha256sum -c SHA256SUMS` checks the files.\n',
    'Texts and pictures belong to the publishers of the pages; their licences are not known to this export.\n',
  ]
  return parts.join('\n')
}

/** The header for readers, with a line for each part of a split and for columns that were chosen. */
function headerOf(header: string, recipe: ExportRecipe, counts: ExportCounts): string {
  const typed =
    recipe.texts && header.includes('  - name: scores\n')
      ? `${header}\n  - name: text_source\n    dtype: string`
      : header
  if (!recipe.split) return typed
  return typed.replace(/  - split: train\n    path: "(?:train\/)?(.*)"/, (_, path: string) =>
    DATASET_SPLITS.filter((part) => counts.splits?.[part]?.pairs !== 0)
      .map((part) => `  - split: ${part}\n    path: "${part}/${path}"`)
      .join('\n'),
  )
}
