/**
 * Makes resources/sample: builds a little site of our own pages, serves it on 127.0.0.1, crawls it
 * over HTTP and keeps what came back as a web archive.
 * node tools/make-sample/main.ts [FOLDER]
 */
import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import { crawl } from './crawler.ts'
import { serve } from './server.ts'
import { buildSite } from './site.ts'

const folder = process.argv[2] ?? fileURLToPath(new URL('../../resources/sample', import.meta.url))

const site = await buildSite()
const server = await serve(site.resources)
const result = await crawl(site.seeds, server.port, new Date('2026-11-14T10:00:00Z'))
await server.close()

const missing = site.truth.flatMap(({ addresses, page }) =>
  addresses
    .filter((address) => address.startsWith('http:') && !result.fetched.has(address))
    .map((address) => `${address} on ${page}`),
)
if (missing.length > 0) throw new Error(`the crawl missed ${missing.length}, first ${missing[0]}`)

await mkdir(folder, { recursive: true })
await writeFile(join(folder, 'gleaner-sample.warc.gz'), result.warc)
const rows = site.truth.map((row) => `  ${JSON.stringify(row)}`)
await writeFile(join(folder, 'truth.json'), `[\n${rows.join(',\n')}\n]\n`)

const count = (label: string, role?: string): number =>
  site.truth.filter((row) => row.label === label && (role === undefined || row.role === role))
    .length
const pictures = new Set(
  site.truth.filter((row) => row.description !== null).map((row) => row.addresses[0]),
)
const pages = new Set(site.truth.map((row) => row.page))
const described = site.truth.filter((row) => row.described !== null)
const figures = [
  ['archive', `${result.warc.length} bytes`],
  ['SHA-256', createHash('sha256').update(result.warc).digest('hex')],
  ['exchanges', `${result.fetched.size}, of which ${result.revisits} are kept as revisits`],
  ['sites', String(new Set([...pages].map((page) => new URL(page).host)).size)],
  ['pages', String(pages.size)],
  ['pictures', String(pictures.size)],
  ['<img>', String(site.truth.length)],
  ['right', `${count('right')} (${count('right', 'teaser')} of them teasers)`],
  ['wrong', String(count('wrong'))],
  [
    'useless',
    `${count('useless')} (${count('useless', 'content')} of them on pictures of the text)`,
  ],
  ['none', `${count('none')} (${count('none', 'content')} of them on pictures of the text)`],
  [
    'described',
    `${described.length} in the text of the page (${described.filter((row) => row.label !== 'right').length} of them have no right alt)`,
  ],
] as const
await writeFile(
  join(folder, 'README.md'),
  `# The sample

A web archive to try Gleaner with. All of it was made for this purpose: the texts were written for
it, the pictures were drawn by \`tools/draw\`, the hosts (\`*.example\`) are invented. A little site was
served on 127.0.0.1 and crawled over HTTP by \`tools/make-sample\`, which makes the same bytes again:

    node tools/make-sample/main.ts

Licence: CC0-1.0 (public domain), texts, pictures and this folder.

| | |
|---|---|
${figures.map(([name, value]) => `| ${name.replace('<', '&lt;').replace('>', '&gt;')} | ${value} |`).join('\n')}

What is in it: figures with captions, galleries, tables, lists, lazy loading with a \`noscript\` twin,
\`srcset\`, \`<picture>\`, \`<base href>\`, captions that only a class gives away, alts that also stand in
the text, alts of another picture, alts that say nothing, no alt, emoji in alts, broken files
(truncated, a page in place of a picture, damaged, empty, 404, 503), a redirect, chunked pages,
pictures inside the page, trackers, navigation and footers on every page, pages in windows-1251,
Shift_JIS and from right to left, and a page whose author asks not to be used for training.

The sites of \`tools/make-sample/texts/told\` say in their running text what their pictures show, each
in a voice and a markup of its own: the notes of a house, an auctioneer, a forum, a field station's
log, a newspaper, stories, a workshop (in German), drawing lessons, letters, a museum guide, a lost
property office, a puppet theatre. The words stand before or after the picture or in its caption, at
the beginning, in the middle or at the end of a sentence; the alt repeats them exactly, in other
case and punctuation, nearly, or not at all. No description stands on two of these sites.

\`truth.json\` says for every \`<img>\` (page, place among the page's \`<img>\` outside of \`<noscript>\`,
addresses) whether its alt is \`right\`, \`wrong\` (the alt of another picture), \`useless\` or \`none\`, what
its caption is, what the picture shows (\`description\`), and which words of the page say so and whether
they stand before it, after it or in its caption (\`described\`; null where the page does not say it).
`,
)
for (const [name, value] of figures) console.log(`${name.padEnd(10)} ${value}`)
