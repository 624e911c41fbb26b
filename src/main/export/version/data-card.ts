import { citationKey } from './bibtex.ts'
import type { VersionExport } from './types.ts'
import { methodsOf } from './methods.ts'

const count = (n: number): string => n.toLocaleString('en-US')
/** Text from the corpus or from a person, inside a table of Markdown. */
const cell = (text: string): string => text.replace(/\s+/g, ' ').replace(/[|`<>]/g, '\\$&')

/** What a version is, what it is made of, and what is not known about it. */
export function dataCardOf(what: VersionExport): string {
  const { version, counts: written, format } = what
  const { recipe, counts, note } = version
  const rows: [string, string][] = [
    ['Version', cell(version.name)],
    ['Content hash', `\`${version.hash}\``],
    ['Made', `${version.createdAt}, Gleaner ${cell(recipe.software)}`],
    ['Pairs', count(version.pairs)],
    ['Distinct pictures', count(counts.pictures)],
    ['Pairs with the bytes of their picture', count(counts.held)],
    ['Hosts', count(counts.hosts)],
    ['Scored', count(counts.scored)],
    ['Written here', `${count(written.exported)} as ${format.title}`],
  ]
  const archives = recipe.archives.map(
    ({ name, bytes, sha256, complete }) =>
      `| ${cell(name)}${complete ? '' : ' (read in part)'} | ${count(bytes)} | ${sha256 ?? 'not known'} |`,
  )
  const models = recipe.models.map(
    ({ id, name, digest }) => `| ${cell(name)} | ${cell(id)} | ${digest} |`,
  )
  return `# ${cell(version.name)}

${note === '' ? '' : `${note.trim()}\n\n`}| | |
| --- | --- |
${rows.map(([name, value]) => `| ${name} | ${value} |`).join('\n')}

## How it was made

${methodsOf(what)}

## What it is made of

| archive | bytes | SHA-256 |
| --- | ---: | --- |
${archives.join('\n')}
${models.length === 0 ? '' : `\n| model | id | digest |\n| --- | --- | --- |\n${models.join('\n')}\n`}
## What is not known

- Licences: texts and pictures belong to the publishers of the pages. The archives do not say under which terms.
- Consent: nobody was asked whether a page, a picture or a text may be used for training.
- Content: pictures and texts were chosen by filter and score, not looked at one by one; people may be shown or named.
- Bias: the score is that of a model, with what that model has learned; languages and subjects that it knows badly score low.

## How to cite and to check it

\`CITATION.bib\` holds the entry \`${citationKey(version)}\`. \`gleaner version verify FOLDER\` works the content hash out again
from \`version.json\` and \`version-pairs.jsonl\` and holds the files and rows of this folder against them; docs/versions.md
of Gleaner says how any other program does. \`croissant.json\` describes the files for programs (Croissant 1.0).
`
}
