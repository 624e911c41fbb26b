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
): string {
  const rows: [string, string][] = [
    ['Format', format.title],
    ['Filter', recipe.filter === '' ? 'every pair' : code(recipe.filter)],
    ['Text', format.needs.text ? `\`${recipe.text}\`` : 'all'],
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
    ...(format.cardHeader === null ? [] : [`---\n${format.cardHeader}\n---\n`]),
    '# Image-text pairs from a web archive\n',
    `${number(counts.exported)} pairs. ${format.layout}\n`,
    ...format.notes.map((note) => `- ${note}`),
    ...(format.needs.pictures === null
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
