/**
 * How well heads on frozen encoders find descriptions on sites that they were not trained on:
 *
 *     node judge.ts [--folds N] [--seeds N] [--hidden N] [--least N] [--out FILE] ENCODER... -- ARCHIVE...
 *
 * An ENCODER is a folder with a gleaner.json, or one as optimum exports it. What is to be found is
 * the best match of the picture's alt in the words around it. Sites are dealt to folds; each fold is
 * the test once, the next one is for early stopping, the others are trained on. Exact match, IoU and
 * F1 are over code points, means over all texts.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { parseManifest } from '../../src/main/inference/kinds/manifest.ts'
import { encoderOutput } from '../../src/main/inference/kinds/text-encoder/host.ts'
import { inferEncoder } from '../../src/main/inference/kinds/text-encoder/infer.ts'
import { TextEncoderManifest } from '../../src/main/inference/kinds/text-encoder/manifest.ts'
import { loadTextModel } from '../../src/main/inference/kinds/text/session.ts'
import { spanOfTokens } from '../../src/main/inference/tokenize/context-windows.ts'
import { createTokenizers } from '../../src/main/inference/tokenize/tokenizers.ts'
import { decodeHtml, extractPage } from '../../src/main/extraction/index.ts'
import { longestSentence, nearestBlock } from '../../src/main/labeling/baselines.ts'
import { decodeSpans } from '../../src/main/labeling/decode-spans.ts'
import { findAltSpans } from '../../src/main/labeling/find-alt-spans.ts'
import { runHead } from '../../src/main/labeling/span-head.ts'
import type { SpanExample } from '../../src/main/labeling/span-head.ts'
import { exactMatch, iou, overlapF1 } from '../../src/main/labeling/span-metrics.ts'
import type { MaybeSpan } from '../../src/main/labeling/span-metrics.ts'
import { siteOf } from '../../src/main/labeling/split-by-site.ts'
import { examplesOf, trainSpanHead } from '../../src/main/labeling/train-span-head.ts'
import { altJudge } from '../../src/main/labeling/useless-alts.ts'
import {
  classify,
  listInputs,
  openArchive,
  parseHttpResponse,
  targetUri,
} from '../../src/main/warc/index.ts'
import type { ArchiveSource } from '../../src/main/warc/index.ts'
import { fromSource, joinContext } from '../../src/shared/text/context.ts'
import type { PairContext } from '../../src/shared/text/context.ts'
import { trimSpan } from '../../src/shared/text/spans.ts'
import type { Span } from '../../src/shared/text/spans.ts'

const { values, positionals, tokens } = parseArgs({
  allowPositionals: true,
  tokens: true,
  options: {
    folds: { type: 'string', default: '5' },
    seeds: { type: 'string', default: '1' },
    hidden: { type: 'string', default: '64' },
    least: { type: 'string', default: '2' },
    out: { type: 'string' },
  },
})
const bar = tokens.findIndex(({ kind }) => kind === 'option-terminator')
const given = tokens.slice(0, bar).filter(({ kind }) => kind === 'positional').length
const encoders = positionals.slice(0, given)
const archives = positionals.slice(given)
if (bar < 0 || encoders.length === 0 || archives.length === 0) {
  console.error('usage: node judge.ts [options] ENCODER... -- ARCHIVE...')
  process.exit(2)
}

interface Text {
  site: string
  context: PairContext
  gold: Span
  distances: { before: number | null; after: number | null }
}

const isUseless = altJudge()
const texts = new Map<string, Text>()

async function readArchive(source: ArchiveSource): Promise<void> {
  const archive = await openArchive(source, {
    keep: (head) => head.type === 'response' || head.type === 'resource',
  })
  for await (const { records } of archive) {
    for (const record of records) {
      if (record.skipped) continue
      try {
        const http = parseHttpResponse(record.block)
        const url = targetUri(record)
        if (url === null || classify(record, http).kind !== 'page') continue
        const stated = http.status === 0 ? record.headers : http.headers
        const html = decodeHtml(http.body, stated.get('content-type') ?? null, url)
        for (const pair of extractPage(html.text, url, html).pairs) {
          const [best] = isUseless(pair.alt) ? [] : findAltSpans(pair)
          if (!best || best.words < Number(values.least)) continue
          const context = joinContext(pair)
          const key = `${context.picture} ${context.text}`
          // Templates repeat.
          if (texts.has(key)) continue
          texts.set(key, {
            site: siteOf(url),
            context,
            gold: trimSpan(context.text, fromSource(context, best)),
            distances: { before: pair.beforeDistance, after: pair.afterDistance },
          })
        }
      } catch {
        // A page that cannot be read is no example.
      }
    }
  }
}

for (const path of archives) {
  const { sources } = await listInputs(path)
  for (const source of sources) await readArchive(source)
}
const all = [...texts.values()]
const bySite = new Map<string, number>()
for (const { site } of all) bySite.set(site, (bySite.get(site) ?? 0) + 1)
const sites = [...bySite].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
const folds = Math.min(Number(values.folds), sites.length)
// The largest first, each to the fold that has least.
const sizes = new Array<number>(folds).fill(0)
const foldOf = new Map<string, number>()
for (const [site, n] of sites) {
  const least = sizes.indexOf(Math.min(...sizes))
  sizes[least] = (sizes[least] as number) + n
  foldOf.set(site, least)
}
console.log(
  `${all.length} texts with an alt in them, ${sites.length} sites, folds of ${sizes.join(', ')}`,
)

interface Row {
  name: string
  n: number
  exactMatch: number
  iou: number
  f1: number
  encodeSeconds?: number
  trainSeconds?: number
  byFold: { exactMatch: number; iou: number; n: number }[]
}

function row(name: string): Row {
  const byFold = sizes.map(() => ({ exactMatch: 0, iou: 0, n: 0 }))
  return { name, n: 0, exactMatch: 0, iou: 0, f1: 0, byFold }
}

function count(sum: Row, fold: number, predicted: MaybeSpan, gold: Span): void {
  const exact = exactMatch(predicted, gold)
  const overlap = iou(predicted, gold)
  sum.n++
  sum.exactMatch += exact
  sum.iou += overlap
  sum.f1 += overlapF1(predicted ? [predicted] : [], [gold]).f1
  const part = sum.byFold[fold] as Row['byFold'][number]
  part.n++
  part.exactMatch += exact
  part.iou += overlap
}

const fold = ({ site }: Text): number => foldOf.get(site) as number
const results: Row[] = []
function report(one: Row): void {
  const n = Math.max(one.n, 1)
  results.push({
    ...one,
    exactMatch: one.exactMatch / n,
    iou: one.iou / n,
    f1: one.f1 / n,
    byFold: one.byFold.map((part) => ({
      n: part.n,
      exactMatch: part.exactMatch / Math.max(part.n, 1),
      iou: part.iou / Math.max(part.n, 1),
    })),
  })
  const { exactMatch: exact, iou: overlap, f1, encodeSeconds, trainSeconds } = results.at(-1) as Row
  const time =
    encodeSeconds === undefined
      ? ''
      : `  encoding ${encodeSeconds.toFixed(1)} s, training ${(trainSeconds ?? 0).toFixed(1)} s a head`
  console.log(
    `${one.name.padEnd(34)} EM ${exact.toFixed(3)}  IoU ${overlap.toFixed(3)}  F1 ${f1.toFixed(3)}  n = ${one.n}${time}`,
  )
}

for (const [name, guess] of [
  ['nearest block', (text: Text) => nearestBlock(text.context, text.distances)],
  ['longest sentence', (text: Text) => longestSentence(text.context)],
] as const) {
  const sum = row(name)
  for (const text of all) count(sum, fold(text), guess(text), text.gold)
  report(sum)
}

const tokenizers = createTokenizers(
  new URL('../../src/main/inference/tokenize/tokenizer-host.ts', import.meta.url),
)
for (const folder of encoders) {
  const own = join(folder, 'gleaner.json')
  const manifest = existsSync(own)
    ? parseManifest(TextEncoderManifest, readFileSync(own, 'utf8'), own)
    : await inferEncoder(folder, 'judged', folder.split('/').at(-1) ?? folder, tokenizers)
  const model = await loadTextModel(folder, manifest, encoderOutput(manifest), 'cpu', 1, {
    tokenizers,
    signal: new AbortController().signal,
  })
  let began = performance.now()
  const encoded: { examples: SpanExample[]; offsets: Int32Array }[] = []
  for (const [index, text] of all.entries()) {
    const [read] = await model.windows([text.context])
    if (!read) continue
    const { windows, offsets } = read
    const features = windows.map(
      (window) => new Float32Array(window.positions.length * model.columns),
    )
    await model.run(windows, (i) => features[i] as Float32Array)
    let first = -1
    let last = -1
    for (let i = 0; 2 * i < offsets.length; i++) {
      const isIn =
        (offsets[2 * i] as number) < text.gold.end &&
        (offsets[2 * i + 1] as number) > text.gold.start
      if (isIn && first < 0) first = i
      if (isIn) last = i
    }
    encoded.push({
      offsets,
      examples: windows.map((window, i) => {
        const from = first - window.tokenOffset + 1
        const to = last - window.tokenOffset + 1
        const isInside = first >= 0 && from >= 1 && to < window.positions.length
        return {
          document: String(index),
          tokenOffset: window.tokenOffset,
          features: features[i] as Float32Array,
          gold: isInside ? { first: from, last: to } : null,
        }
      }),
    })
  }
  const sum = row(manifest.name)
  sum.encodeSeconds = (performance.now() - began) / 1000
  began = performance.now()
  let heads = 0
  for (let seed = 1; seed <= Number(values.seeds); seed++) {
    for (let test = 0; test < folds; test++) {
      const pick = (wanted: (fold: number) => boolean): SpanExample[] =>
        all.flatMap((text, i) => (wanted(fold(text)) ? (encoded[i]?.examples ?? []) : []))
      const watched = (test + 1) % folds
      const { head } = await trainSpanHead(
        examplesOf(
          pick((one) => one !== test && one !== watched),
          model.columns,
        ),
        examplesOf(
          pick((one) => one === watched),
          model.columns,
        ),
        { hidden: Number(values.hidden), seed },
      )
      heads++
      for (const [i, text] of all.entries()) {
        if (fold(text) !== test) continue
        const { examples, offsets } = encoded[i] as (typeof encoded)[number]
        const windows = examples.map(({ features, tokenOffset }) => ({
          ...runHead(head, features),
          tokenOffset,
        }))
        const { best } = decodeSpans(windows, { nBest: 1 })
        const span = best && spanOfTokens({ offsets }, best.first, best.last)
        count(sum, test, span && trimSpan(text.context.text, span), text.gold)
      }
    }
  }
  sum.trainSeconds = (performance.now() - began) / 1000 / heads
  report(sum)
  await model.release()
}
if (values.out) {
  writeFileSync(
    values.out,
    `${JSON.stringify({ texts: all.length, sites: sites.length, folds: sizes, seeds: Number(values.seeds), hidden: Number(values.hidden), rows: results }, null, 2)}\n`,
  )
}
