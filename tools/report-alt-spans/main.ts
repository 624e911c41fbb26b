/**
 * What alts are found where, by kind of match, over archives:
 *
 *     node tools/report-alt-spans/main.ts [--examples N] [--seed N] [--threshold T] [--distinct] ARCHIVE...
 *
 * Prints the numbers, then random examples of each kind and of what fell short, to be read by eye.
 * `--distinct` counts an alt with the same words around it once: templates repeat. An ARCHIVE may be
 * a folder.
 */
import { parseArgs } from 'node:util'
import { decodeHtml, extractPage } from '../../src/main/extraction/index.ts'
import { altSpanReport, formatAltSpanReport } from '../../src/main/labeling/alt-span-report.ts'
import {
  classify,
  listInputs,
  openArchive,
  parseHttpResponse,
  targetUri,
} from '../../src/main/warc/index.ts'
import type { ArchiveSource } from '../../src/main/warc/index.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    examples: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    threshold: { type: 'string' },
    distinct: { type: 'boolean', default: false },
  },
})
if (positionals.length === 0) {
  console.error(
    'usage: node tools/report-alt-spans/main.ts [--examples N] [--seed N] [--threshold T] [--distinct] ARCHIVE...',
  )
  process.exit(2)
}
const examples = Number(values.examples)
const tool = altSpanReport({
  examples,
  seed: Number(values.seed),
  ...(values.threshold === undefined ? {} : { threshold: Number(values.threshold) }),
})
const seen = new Set<string>()
const unread = new Map<string, number>()
let finding = 0

const skip = (reason: string): void => {
  unread.set(reason, (unread.get(reason) ?? 0) + 1)
}

async function readArchive(source: ArchiveSource): Promise<void> {
  const archive = await openArchive(source, {
    keep: (head) => head.type === 'response' || head.type === 'resource',
  })
  for await (const { records, failures } of archive) {
    for (const failure of failures) if (failure.lost) skip(failure.reason)
    for (const record of records) {
      if (record.skipped) continue
      try {
        const http = parseHttpResponse(record.block)
        const url = targetUri(record)
        if (url === null || classify(record, http).kind !== 'page') continue
        const stated = http.status === 0 ? record.headers : http.headers
        const html = decodeHtml(http.body, stated.get('content-type') ?? null, url)
        const { pairs } = extractPage(html.text, url, html)
        for (const pair of pairs) {
          const key = JSON.stringify([pair.alt, pair.caption, pair.before, pair.after])
          if (values.distinct && seen.has(key)) continue
          seen.add(key)
          const began = performance.now()
          tool.add(`${url} #${pair.position}`, pair)
          finding += performance.now() - began
        }
      } catch (error) {
        skip(error instanceof Error ? error.message : String(error))
      }
    }
  }
}

for (const path of positionals) {
  const { sources, failures } = await listInputs(path)
  for (const failure of failures) skip(JSON.stringify(failure))
  for (const source of sources) await readArchive(source)
}
const report = tool.report()
process.stdout.write(formatAltSpanReport(report, examples))
console.log(
  `time in judging and matching: ${(finding / 1000).toFixed(2)} s, ${((1000 * finding) / Math.max(report.pairs, 1)).toFixed(0)} us a pair`,
)
for (const [reason, n] of unread) console.log(`not read: ${n} x ${reason}`)
