/**
 * Tokens a second: the library of tokenizers in this process, and as the program reaches it, in a
 * process of its own; ids, and tokens with offsets. All in this run and over the same texts, 64 a
 * call.
 *
 *     node test/bench/tokenize.ts [TOKENIZER.json...]
 *
 * Without files: the small vocabularies of test/fixtures/inference/tokenizers. Two kinds of text:
 * real captions where ../shared/data is there, and generated strings of rare characters.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { loadTokenizer } from '../../src/main/inference/tokenize/library.ts'
import { sharedData } from '../support/shared-data.ts'
import { generatedStrings, subwordReference, subwordTokenizer } from '../support/subword-strings.ts'
import { tokenizers } from '../support/tokenizers.ts'

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

const CALL = 64

/** Best of three, tokens a second. */
async function rate(
  run: (part: string[]) => Promise<{ length: number }[]>,
  all: string[],
): Promise<number> {
  let best = 0
  for (let round = 0; round < 3; round++) {
    const start = performance.now()
    let tokens = 0
    for (let at = 0; at < all.length; at += CALL) {
      for (const { length } of await run(all.slice(at, at + CALL))) tokens += length
    }
    best = Math.max(best, tokens / (performance.now() - start))
  }
  return best * 1000
}

const files = process.argv.slice(2)
const kinds = ['bert-uncased', 'siglip', 't5', 'roberta', 'gemma']
const folder = mkdtempSync(join(tmpdir(), 'gleaner-bench-'))
const paths =
  files.length > 0
    ? files
    : kinds.map((kind) => {
        const path = join(folder, `${kind}.json`)
        writeFileSync(path, subwordTokenizer(kind))
        return path
      })
const shown = (n: number): string => Math.round(n).toLocaleString('en').padStart(11)

console.log('tokens/s'.padEnd(52), 'here, ids', '       ids', 'with offsets', 'ms a text')
for (const path of paths) {
  const here = await loadTokenizer(readFileSync(path, 'utf8'), { about: path, plain: false })
  const there = await tokenizers.open(path)
  for (const [what, all] of Object.entries(texts)) {
    const direct = await rate((part) => here.ids(part), all)
    const ids = await rate((part) => there.ids(part), all)
    const offsets = await rate(
      async (part) => (await there.tokens(part)).map((tokens) => tokens.ids),
      all,
    )
    const tokens = (await there.ids(all)).reduce((sum, list) => sum + list.length, 0)
    console.log(
      `${basename(path)}, ${what}`.padEnd(50),
      shown(direct),
      shown(ids),
      shown(offsets),
      ((1000 * tokens) / ids / all.length).toFixed(3).padStart(9),
    )
  }
}
rmSync(folder, { recursive: true })
await tokenizers.close()
