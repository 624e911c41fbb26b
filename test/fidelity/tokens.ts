/** CLIP's real tokenizer beside transformers', on chosen and generated strings. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { TextRecipe } from '../../src/main/inference/kinds/picture-text/manifest.ts'
import { openTextTokenizer } from '../../src/main/inference/tokenize/text-tokenizer.ts'
import {
  clipReference,
  clipStrings,
  clipTokenizerJson,
  idDigest,
} from '../support/clip-tokenizer.ts'
import { thousands } from '../support/subword-strings.ts'
import { tokenizers } from '../support/tokenizers.ts'
import type { Row } from './checks.ts'
import { merges } from './models.ts'

/** null where CLIP's merges are not on this machine. */
export async function tokenizerRow(): Promise<Row | null> {
  const gz = merges()
  if (gz === null) return null
  const reference = clipReference()
  const recipe = { contextLength: 77, padId: 49407, endId: 49407, padding: 'longest' }
  const folder = mkdtempSync(join(tmpdir(), 'gleaner-clip-'))
  let wrong = 0
  try {
    const path = join(folder, 'tokenizer.json')
    writeFileSync(path, JSON.stringify(clipTokenizerJson(gz)))
    const own = await openTextTokenizer(tokenizers, path, TextRecipe.parse(recipe))
    const chosen = await own.ids(reference.chosen.map(({ text }) => text))
    wrong += chosen.filter((ids, i) => ids.join() !== reference.chosen[i]?.ids.join()).length
    const digests: string[] = []
    for (const part of thousands(clipStrings(reference, reference.count))) {
      digests.push(idDigest(await own.ids(part)))
    }
    wrong += digests.filter((digest, i) => digest !== reference.digests[i]).length
  } finally {
    rmSync(folder, { recursive: true })
    await tokenizers.close()
  }
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
