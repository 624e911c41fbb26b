/**
 * Tokens a second and core: our tokenizers, ids with offsets, beside @huggingface/tokenizers, which
 * gives ids alone. All in this run and over the same texts.
 *
 *     node test/bench/tokenize.ts [TOKENIZER.json...]
 *
 * Without files: the small vocabularies of test/fixtures/inference/tokenizers. Two kinds of text:
 * real captions where ../shared/data is there, and generated strings of rare characters.
 */
import { readFileSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { Tokenizer } from '@huggingface/tokenizers'
import { loadTokenizer } from '../../src/main/inference/tokenize/tokenizer.ts'
import { sharedData } from '../support/shared-data.ts'
import { generatedStrings, subwordReference, subwordTokenizer } from '../support/subword-strings.ts'

const reference = subwordReference()
const captions = sharedData('tables/coco_captions_val2017.json')
const texts: Record<string, string[]> = {
  'rare characters': [...generatedStrings(reference, 1999)].slice(reference.texts.length),
}
if (captions !== null) {
  const read = JSON.parse(readFileSync(captions, 'utf8')) as { annotations: { caption: string }[] }
  texts.captions = read.annotations.slice(0, 10_000).map(({ caption }) => caption)
  texts['pages of 10,000 characters'] = Array.from({ length: 40 }, (_, i) =>
    (texts.captions as string[])
      .slice(i * 200, i * 200 + 200)
      .join(' ')
      .slice(0, 10_000),
  )
}

/** Best of three, tokens a second. */
function rate(run: (text: string) => number, all: string[]): number {
  let best = 0
  for (let round = 0; round < 3; round++) {
    const start = performance.now()
    const tokens = all.reduce((sum, text) => sum + run(text), 0)
    best = Math.max(best, tokens / (performance.now() - start))
  }
  return best * 1000
}

const files = process.argv.slice(2)
const tokenizers = files.length
  ? files.map((file) => [
      `${basename(dirname(file))}/${basename(file)}`,
      readFileSync(file, 'utf8'),
    ])
  : ['bert-uncased', 'siglip', 't5', 'roberta', 'gemma'].map((kind) => [
      kind,
      subwordTokenizer(kind),
    ])
const shown = (n: number): string => Math.round(n).toLocaleString('en').padStart(11)

console.log('tokens/s, one core'.padEnd(44), 'own, offsets', '   own, ids', '    other', ' ratio')
for (const [name, json] of tokenizers as [string, string][]) {
  const own = loadTokenizer(json)
  const other = new Tokenizer(
    { ...(JSON.parse(json) as object), truncation: null, padding: null },
    {},
  )
  for (const [what, all] of Object.entries(texts)) {
    const offsets = rate((text) => own.encode(text).ids.length, all)
    const ids = rate((text) => own.ids(text).length, all)
    const theirs = rate((text) => other.encode(text).ids.length, all)
    console.log(
      `${name}, ${what}`.padEnd(44),
      shown(offsets),
      shown(ids),
      shown(theirs),
      (ids / theirs).toFixed(1).padStart(6),
    )
  }
}
