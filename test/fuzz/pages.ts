/**
 * `npm run fuzz -- --pages 40000 [--from 0]`: compares broken pages with parse5, picture by picture
 * with alt and sources, first those of the generator beside the checkout, then those of our own.
 * Where the former is not there, it says so and goes on with ours. Ends with 1 where one differs.
 */
import { parseArgs } from 'node:util'
import { brokenPage } from '../support/broken-pages.ts'
import { differentPages, sharedGenerator } from '../support/page-differences.ts'

const { values } = parseArgs({
  options: { pages: { type: 'string' }, from: { type: 'string', default: '0' } },
})
const count = Number(values.pages)
const from = Number(values.from)
if (!(Number.isSafeInteger(count) && count > 0) || !(Number.isSafeInteger(from) && from >= 0)) {
  console.error('--pages is a whole number above 0, --from one from 0 on.')
  process.exit(2)
}

const STEP = 1000
const MOST_NAMED = 20
for (const [name, page] of [
  ['the shared generator', await sharedGenerator()],
  ['our generator', brokenPage],
] as const) {
  if (page === null) continue
  const different: number[] = []
  for (let at = from; at < from + count; at += STEP) {
    different.push(...differentPages(page, at, Math.min(at + STEP, from + count)))
  }
  const named = different.slice(0, MOST_NAMED).join(', ')
  const more = different.length > MOST_NAMED ? ', ...' : ''
  console.log(
    `${count.toLocaleString('en')} pages of ${name}: ${different.length} differ from parse5` +
      (different.length > 0 ? ` (seeds ${named}${more})` : ''),
  )
  if (different.length > 0) process.exitCode = 1
}
