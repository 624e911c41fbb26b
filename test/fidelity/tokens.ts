/** CLIP's real tokenizer beside transformers', on chosen and generated strings. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { TextRecipe } from '../../src/main/inference/kinds/picture-text/manifest.ts'
import { createTextTokenizer } from '../../src/main/inference/tokenize/tokenizer.ts'
import { clipTokenizerJson } from '../support/clip-tokenizer.ts'
import { numbers } from '../support/numbers.ts'
import { FIXTURES, type Row } from './checks.ts'
import { merges } from './models.ts'

interface Reference {
  madeBy: Record<string, string>
  chosen: { text: string; ids: number[] }[]
  fragments: string[]
  seed: number
  count: number
  digests: string[]
}

/** null where CLIP's merges are not on this machine. */
export function tokenizerRow(): Row | null {
  const gz = merges()
  if (gz === null) return null
  const path = join(FIXTURES, '../inference/clip-tokens.json')
  const reference = JSON.parse(readFileSync(path, 'utf8')) as Reference
  const recipe = { contextLength: 77, padId: 49407, endId: 49407, padding: 'longest' }
  const own = createTextTokenizer(JSON.stringify(clipTokenizerJson(gz)), TextRecipe.parse(recipe))
  let wrong = reference.chosen.filter(({ text, ids }) => own.ids(text).join() !== ids.join()).length
  const { below } = numbers(reference.seed)
  const digests: string[] = []
  let hash = createHash('sha256')
  for (let i = 0; i < reference.count; i++) {
    let text = ''
    for (let parts = 1 + below(24); parts > 0; parts--) {
      text += reference.fragments[below(reference.fragments.length)] as string
      if (below(3) === 0) text += ' '
    }
    hash.update(own.ids(text).join(' ') + '\n')
    if (i % 1000 === 999) {
      digests.push(hash.digest('hex').slice(0, 16))
      hash = createHash('sha256')
    }
  }
  wrong += digests.filter((digest, i) => digest !== reference.digests[i]).length
  return {
    what: "CLIP's tokenizer with its real vocabulary: token ids",
    n: `${reference.chosen.length} chosen and ${reference.count.toLocaleString('en-US')} generated strings`,
    reference: `transformers ${reference.madeBy.transformers ?? '?'}, tokenizers ${reference.madeBy.tokenizers ?? '?'}`,
    bound: 0,
    largest: wrong,
    ok: wrong === 0,
    note: 'counts strings (the generated ones by the thousand) whose ids are not exactly equal',
  }
}
