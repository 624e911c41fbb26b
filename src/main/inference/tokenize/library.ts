import type { Encoding, Tokenizer } from 'tokenizers'
import { AppError, systemMessage } from '#shared/errors.ts'

/** Of the library that cuts texts into tokens: the reference implementation's own Node binding. */
export const TOKENIZERS_VERSION = '0.23.2'

export interface LoadOptions {
  /** The file, as messages begin with it. */
  about: string
  /** Without the added tokens that are special: what a text says is text, "[SEP]" is no separator. */
  plain: boolean
}

/** Special tokens that stand around one text or two, and the segments of the texts. */
export interface Edges {
  before: number[]
  between: number[]
  betweenTypes: number[]
  after: number[]
  firstType: number
  secondType: number
}

export interface TokenizerFacts {
  /** The model's type in tokenizer.json: `BPE`, `WordPiece`, `Unigram`, `WordLevel`. */
  kind: string
  /** What the file pads with; null = it does not say. */
  padId: number | null
  /** Around one text and around two. */
  single: Edges
  pair: Edges
}

/** A `tokenizer.json` in this process. It may be ended by a text: see `tokenizer-host.ts`. */
export interface LoadedTokenizer {
  facts: TokenizerFacts
  /** Ids of those of the spellings that are added tokens. */
  addedIds(names: readonly string[]): Record<string, number>
  /** Ids with the special tokens, not cut. */
  ids(texts: readonly string[]): Promise<number[][]>
  /** What the library says of texts; offsets count code points. `special`: with special tokens. */
  encode(texts: readonly string[], how: { special: boolean }): Promise<Encoding[]>
}

type Json = Record<string, unknown>

/**
 * Opens the content of a `tokenizer.json`. Its `truncation` and `padding` are not applied: the
 * caller says both.
 * @throws AppError `model` for what the library does not read, and where it does not run
 */
export async function loadTokenizer(
  tokenizerJson: string,
  { about, plain }: LoadOptions,
): Promise<LoadedTokenizer> {
  const json = parse(tokenizerJson, about)
  const added = list(json.added_tokens)
  const text = plain
    ? JSON.stringify({ ...json, added_tokens: added.filter(({ special }) => special !== true) })
    : tokenizerJson
  const tokenizers = await library(about)
  const tokenizer = await said(`${about} cannot be used`, () =>
    tokenizers.Tokenizer.fromString(text),
  )
  tokenizer.disableTruncation()
  tokenizer.disablePadding()

  const read = <T>(run: () => Promise<T>): Promise<T> => said(`${about} cannot read a text`, run)
  const encode: LoadedTokenizer['encode'] = (texts, { special }) =>
    read(() => tokenizer.encodeBatch([...texts], { addSpecialTokens: special }))
  const model = object(json.model)
  const padding: unknown = object(json.padding).pad_id
  return {
    facts: {
      kind: String(model.type ?? 'BPE'),
      padId: isId(padding) ? padding : null,
      single: edgesOf(await read(() => tokenizer.encode('a'))),
      pair: edgesOf(await read(() => tokenizer.encode('a', 'a'))),
    },
    addedIds: (names) => idsOf(added, names),
    ids: async (texts) => (await encode(texts, { special: true })).map((one) => one.getIds()),
    encode,
  }
}

function parse(tokenizerJson: string, about: string): Json {
  try {
    return object(JSON.parse(tokenizerJson))
  } catch (error) {
    throw new AppError('model', `${about} is not JSON`, GET_AGAIN, {
      cause: error,
      details: systemMessage(error),
    })
  }
}

const GET_AGAIN = 'Get the files of the model again.'

async function library(about: string): Promise<{ Tokenizer: typeof Tokenizer }> {
  try {
    return await import('tokenizers')
  } catch (error) {
    throw new AppError(
      'model',
      `${about} cannot be read: the library "tokenizers" does not run here (${process.platform} ${process.arch})`,
      'Install Gleaner again; it is made for Windows, macOS and Linux on x64 and arm64.',
      { cause: error, details: systemMessage(error) },
    )
  }
}

/** What the library throws, in our words. */
async function said<T>(what: string, run: () => T | Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    throw new AppError('model', `${what} (${systemMessage(error)})`, GET_AGAIN, { cause: error })
  }
}

function edgesOf(encoding: Encoding): Edges {
  const ids = encoding.getIds()
  const typeIds = encoding.getTypeIds()
  const texts = encoding.getSequenceIds()
  const first = texts.indexOf(0)
  const firstEnd = texts.lastIndexOf(0) + 1
  const second = texts.indexOf(1)
  const last = Math.max(firstEnd, texts.lastIndexOf(1) + 1)
  return {
    before: ids.slice(0, Math.max(first, 0)),
    between: second < 0 ? [] : ids.slice(firstEnd, second),
    betweenTypes: second < 0 ? [] : typeIds.slice(firstEnd, second),
    after: ids.slice(last),
    firstType: typeIds[first] ?? 0,
    secondType: typeIds[second] ?? 0,
  }
}

function idsOf(added: readonly Json[], names: readonly string[]): Record<string, number> {
  const found = names.flatMap((name): [string, number][] => {
    const id = added.find(({ content }) => content === name)?.id
    return isId(id) ? [[name, id]] : []
  })
  return Object.fromEntries(found)
}

export function isId(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0
}

function object(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {}
}

function list(value: unknown): Json[] {
  return Array.isArray(value) ? value.map(object) : []
}
