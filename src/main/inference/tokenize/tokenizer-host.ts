/**
 * Entry of the tokenizer host: the one program that loads the library of tokenizers. A pattern of a
 * `tokenizer.json` can keep it busy for ever, fill its memory or make it abort, so it is a process
 * with limits (`createTokenizers`) and does nothing else.
 */
import { readFileSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import { AppError } from '#shared/errors.ts'
import { serveParent } from '../../processes/child.ts'
import { clipTokenizerJson } from './clip-files.ts'
import { loadTokenizer } from './library.ts'
import type { LoadedTokenizer } from './library.ts'
import { stampOf } from './protocol.ts'
import type { TokenizerCalls, TokenizerFile } from './protocol.ts'

/** Several times what the largest vocabularies take. */
const MOST_BYTES = 200_000_000
/** Tokenizers that are kept open. */
const MOST_OPEN = 3

const opened = new Map<string, Promise<LoadedTokenizer>>()

function tokenizerOf(file: TokenizerFile): Promise<LoadedTokenizer> {
  const key = JSON.stringify(file)
  const known = opened.get(key)
  if (known) return known
  const loading = loadTokenizer(contentOf(file), { about: file.path, plain: file.plain })
  for (const old of [...opened.keys()].slice(0, opened.size - MOST_OPEN + 1)) opened.delete(old)
  opened.set(key, loading)
  loading.catch(() => opened.delete(key))
  return loading
}

function contentOf({ path, stamp }: TokenizerFile): string {
  const stat = statSync(path)
  if (stampOf(stat) !== stamp) {
    throw new AppError(
      'model',
      `${path} was changed while it was in use`,
      'Start again with the files as they are now.',
    )
  }
  if (stat.size > MOST_BYTES) {
    throw new AppError(
      'model',
      `${path} is too large: ${Math.round(stat.size / 1e6)} MB, ${MOST_BYTES / 1e6} MB are read`,
      'No tokenizer that is in use comes near; get the files of the model again.',
    )
  }
  return basename(path) === 'vocab.json' ? clipTokenizerJson(path) : readFileSync(path, 'utf8')
}

function answerOf(lists: readonly number[][], width: number) {
  const numbers = new Int32Array(lists.reduce((sum, list) => sum + list.length, 0))
  let at = 0
  for (const list of lists) {
    numbers.set(list, at)
    at += list.length
  }
  return {
    value: { lengths: lists.map(({ length }) => length / width) },
    bytes: new Uint8Array(numbers.buffer),
  }
}

serveParent<TokenizerCalls>({
  async open({ file, names }) {
    const { facts, addedIds } = await tokenizerOf(file)
    return { value: { ...facts, addedIds: addedIds(names) } }
  },
  async ids({ file, texts }) {
    return answerOf(await (await tokenizerOf(file)).ids(texts), 1)
  },
  async tokens({ file, texts }) {
    const encodings = await (await tokenizerOf(file)).encode(texts, { special: false })
    const lists = encodings.map((encoding) => {
      const offsets = encoding.getOffsets()
      return encoding.getIds().flatMap((id, i) => [id, ...(offsets[i] as [number, number])])
    })
    return answerOf(lists, 3)
  },
})
