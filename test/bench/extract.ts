/**
 * MB of HTML a second and core: our extraction, and the same task written on htmlparser2 and on
 * parse5, all in this run and over the same pages.
 *
 *     node test/bench/extract.ts [FOLDER with .warc(.gz) files]
 *
 * The task: title, language, every img with its resolved address, alt, title, figcaption, and the
 * text of the blocks before and after it up to 1,000 characters, without scripts, styles and
 * navigation. The other two do less of it (no srcset, lazy loading, twins, caption classes, hidden
 * text, link lists), so the comparison flatters them.
 */
import { Parser } from 'htmlparser2'
import { parse, type DefaultTreeAdapterTypes as Tree } from 'parse5'
import { decodeHtml, extractPage } from '../../src/main/extraction/index.ts'
import { scan } from '../../src/main/extraction/scan.ts'
import { DEFAULT_LIMITS } from '../../src/main/extraction/page.ts'
import { realPages } from '../unit/extraction/real-pages.ts'
import { sharedData } from '../support/shared-data.ts'

interface Found {
  pairs: {
    url: string
    alt: string | null
    before: string
    after: string
    caption: string | null
  }[]
  title: string | null
}

const BLOCKS = new Set(
  'address article aside blockquote body center dd details div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section table tbody td tfoot th thead tr ul'.split(
    ' ',
  ),
)
const SKIPPED = new Set(
  'script style template nav noscript select button textarea svg title iframe'.split(' '),
)

/** Collects blocks and pictures in document order, then looks around each picture. */
class Collector {
  blocks: string[] = []
  open = ''
  skipped = 0
  title: string | null = null
  inTitle = false
  figures: { caption: string | null }[] = []
  captionStart = -1
  images: {
    url: string
    alt: string | null
    block: number
    figure: { caption: string | null } | null
  }[] = []
  readonly base: string

  constructor(base: string) {
    this.base = base
  }

  start(name: string, attributes: Record<string, string>): void {
    if (BLOCKS.has(name)) this.endBlock()
    if (SKIPPED.has(name)) this.skipped++
    if (name === 'title' && this.title === null) this.inTitle = true
    else if (name === 'figure') this.figures.push({ caption: null })
    else if (name === 'figcaption') this.captionStart = this.blocks.length
    else if (name === 'br') this.open += '\n'
    else if (name === 'img') {
      const url = URL.parse(attributes['src'] ?? '', this.base)
      if (!url || !/^https?:$/.test(url.protocol)) return
      const block = this.blocks.length
      this.images.push({
        url: url.href,
        alt: attributes['alt'] ?? null,
        block,
        figure: this.figures.at(-1) ?? null,
      })
    }
  }

  text(text: string): void {
    if (this.inTitle) this.title = (this.title ?? '') + text
    else if (this.skipped === 0) this.open += text
  }

  end(name: string): void {
    if (BLOCKS.has(name)) this.endBlock()
    if (SKIPPED.has(name)) this.skipped--
    if (name === 'title') this.inTitle = false
    else if (name === 'figcaption' && this.captionStart >= 0) {
      const figure = this.figures.at(-1)
      if (figure) figure.caption = this.blocks.slice(this.captionStart).join(' ')
    } else if (name === 'figure') this.figures.pop()
  }

  endBlock(): void {
    const text = this.open.replace(/[\t\n\f\r ]+/g, ' ').trim()
    this.open = ''
    if (text !== '') this.blocks.push(text)
  }

  finish(): Found {
    this.endBlock()
    const { blocks } = this
    const pairs = this.images.map(({ url, alt, block, figure }) => {
      const before: string[] = []
      for (
        let i = block - 1, n = 0;
        i >= 0 && (n === 0 || n + (blocks[i] as string).length <= 1000);
        i--
      ) {
        before.unshift(blocks[i] as string)
        n += (blocks[i] as string).length
      }
      const after: string[] = []
      for (
        let i = block, n = 0;
        i < blocks.length && (n === 0 || n + (blocks[i] as string).length <= 1000);
        i++
      ) {
        after.push(blocks[i] as string)
        n += (blocks[i] as string).length
      }
      return {
        url,
        alt,
        before: before.join('\n'),
        after: after.join('\n'),
        caption: figure?.caption ?? null,
      }
    })
    return { pairs, title: this.title }
  }
}

function byHtmlparser2(html: string, url: string): Found {
  const collector = new Collector(url)
  const parser = new Parser({
    onopentag: (name, attributes) => collector.start(name, attributes),
    ontext: (text) => collector.text(text),
    onclosetag: (name) => collector.end(name),
  })
  parser.write(html)
  parser.end()
  return collector.finish()
}

function byParse5(html: string, url: string): Found {
  const collector = new Collector(url)
  const stack: (Tree.Node | string)[] = [parse(html, { scriptingEnabled: false })]
  while (stack.length > 0) {
    const node = stack.pop() as Tree.Node | string
    if (typeof node === 'string') collector.end(node)
    else if (node.nodeName === '#text') collector.text((node as Tree.TextNode).value)
    else {
      if ('tagName' in node) {
        const attributes: Record<string, string> = {}
        for (const { name, value } of node.attrs) attributes[name] = value
        collector.start(node.tagName, attributes)
        stack.push(node.tagName)
      }
      if ('childNodes' in node) {
        for (let i = node.childNodes.length - 1; i >= 0; i--)
          stack.push(node.childNodes[i] as Tree.Node)
      }
    }
  }
  return collector.finish()
}

const folder = process.argv[2] ?? sharedData('warc')
if (folder === null) process.exit(0)
const pages = await realPages(folder)
const bytes = pages.reduce((sum, page) => sum + page.body.length, 0)
console.log(`${pages.length} pages, ${(bytes / 1e6).toFixed(1)} MB of HTML`)

interface Task {
  name: string
  run: () => number
  best: number
  pairs: number
}
const task = (name: string, run: () => number): Task => ({ name, run, best: Infinity, pairs: 0 })
const sum = (count: (page: (typeof pages)[number]) => number): number =>
  pages.reduce((total, page) => total + count(page), 0)

const tasks = [
  task('decode only', () =>
    sum((page) => (decodeHtml(page.body, page.contentType, page.url).text ? 0 : 0)),
  ),
  task('scan only', () => sum(({ html }) => scan(html, DEFAULT_LIMITS, Infinity).images.length)),
  task('Gleaner: decode and extract', () =>
    sum((page) => {
      const { text, charset, charsetSource } = decodeHtml(page.body, page.contentType, page.url)
      return extractPage(text, page.url, { charset, charsetSource }).pairs.length
    }),
  ),
  task('htmlparser2, same task, decoded before', () =>
    sum(({ html, url }) => byHtmlparser2(html, url).pairs.length),
  ),
  task('parse5, same task, decoded before', () =>
    sum(({ html, url }) => byParse5(html, url).pairs.length),
  ),
]
// CPU time, not wall time: other work on the machine then counts less. Rounds go in turn.
for (let round = 0; round < 8; round++) {
  for (const one of tasks) {
    const from = process.cpuUsage()
    one.pairs = one.run()
    const { user, system } = process.cpuUsage(from)
    one.best = Math.min(one.best, (user + system) / 1e6)
  }
}
const ours = (tasks[2] as Task).best
for (const { name, best, pairs } of tasks) {
  const rate = (bytes / 1e6 / best).toFixed(0).padStart(5)
  console.log(
    `${name.padEnd(42)} ${rate} MB/s  ${(best / ours).toFixed(2)} x our time  ${pairs} pictures`,
  )
}
