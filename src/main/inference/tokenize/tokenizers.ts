import { stat } from 'node:fs/promises'
import { AppError, systemMessage } from '#shared/errors.ts'
import { createWatched } from '../../processes/watched.ts'
import { stampOf } from './protocol.ts'
import type { TokenizerCalls, TokenizerFile } from './protocol.ts'

/** Tokens of a text without special ones. */
export interface TextTokens {
  ids: Int32Array
  /** Start and end of each in Unicode code points of the text: 2 numbers a token. */
  offsets: Int32Array
}

/** An opened `tokenizer.json`. What it is asked ends within half a second of its signal. */
export interface Tokenizer {
  readonly facts: TokenizerCalls['open']['value']
  /** Ids with the special tokens, not cut. */
  ids(texts: readonly string[], signal?: AbortSignal): Promise<Int32Array[]>
  tokens(texts: readonly string[], signal?: AbortSignal): Promise<TextTokens[]>
}

export interface OpenOptions {
  /** Without the added tokens that are special: what a text says is text. Default: with them. */
  plain?: boolean
  /** Spellings of added tokens whose ids are wanted (`facts.addedIds`). */
  names?: readonly string[]
  signal?: AbortSignal | undefined
}

/**
 * Opens tokenizers and cuts texts into tokens in a process of its own, which a `tokenizer.json` can
 * block, fill or break without harm. It starts when it is needed, and ends when it is idle.
 */
export interface Tokenizers {
  /**
   * What is known of a file that did not change is said at once; so is what is wrong with it.
   * @throws AppError `model` for a file that cannot be used: what it is lacking, or what it does to
   *   the process; `canceled`
   */
  open(path: string, options?: OpenOptions): Promise<Tokenizer>
  close(): Promise<void>
}

const IDLE_MS = 30_000
/** How long it is remembered that a file cannot be used. */
const FORGET_MS = 60_000
/** Files whose facts are kept. */
const MOST_KNOWN = 100

/** @param entry the program `tokenizer-host.ts`, as it lies in the sources or in the build */
export function createTokenizers(
  entry: URL,
  { patienceMs }: { patienceMs?: number } = {},
): Tokenizers {
  const host = createWatched<TokenizerCalls>({
    name: 'The tokenizer process',
    entry,
    hint: 'Its tokenizer.json may be damaged, or made to keep programs busy. Get the model again, or use another one.',
    idleMs: IDLE_MS,
  })
  const known = new Map<string, Promise<TokenizerCalls['open']['value']>>()
  /** Texts are cut one call after the other, so that one process does it, whose tokenizers are open. */
  let last: Promise<unknown> = Promise.resolve()

  async function ask<N extends keyof TokenizerCalls>(
    name: N,
    input: TokenizerCalls[N]['input'],
    path: string,
    signal: AbortSignal | undefined,
  ) {
    try {
      return await host.call(name, input, { about: path, signal, patienceMs })
    } catch (error) {
      const isGuilty =
        error instanceof AppError && (error.kind === 'refused' || error.kind === 'damaged')
      if (!isGuilty) throw error
      throw new AppError('model', error.message, error.hint, {
        cause: error,
        details: error.details,
      })
    }
  }

  function factsOf(file: TokenizerFile, names: readonly string[], signal?: AbortSignal) {
    const key = JSON.stringify([file, names])
    const found = known.get(key)
    if (found) return found
    const asked = ask('open', { file, names }, file.path, signal).then(({ value }) => value)
    for (const old of [...known.keys()].slice(0, known.size - MOST_KNOWN + 1)) known.delete(old)
    known.set(key, asked)
    asked.catch((error: unknown) => {
      // A file that takes all of its time is not tried each time that models are listed.
      if (!(error instanceof AppError) || error.kind !== 'model') known.delete(key)
      else setTimeout(() => known.delete(key), FORGET_MS).unref()
    })
    return asked
  }

  async function lists(
    name: 'ids' | 'tokens',
    file: TokenizerFile,
    texts: readonly string[],
    signal: AbortSignal | undefined,
  ): Promise<Int32Array[]> {
    if (texts.length === 0) return []
    const run = () => ask(name, { file, texts }, file.path, signal)
    const mine = last.then(run)
    last = mine.catch(() => undefined)
    const { value, bytes } = await mine
    const numbers = new Int32Array(new Uint8Array(bytes).buffer)
    const width = name === 'ids' ? 1 : 3
    let at = 0
    return value.lengths.map((length) => numbers.subarray(at, (at += width * length)))
  }

  return {
    async open(path, { plain = false, names = [], signal } = {}) {
      const file = { path, stamp: await stampNow(path), plain }
      const facts = await factsOf(file, names, signal)
      return {
        facts,
        ids: (texts, more) => lists('ids', file, texts, more),
        tokens: async (texts, more) =>
          (await lists('tokens', file, texts, more)).map((numbers) => ({
            ids: numbers.filter((_, i) => i % 3 === 0),
            offsets: numbers.filter((_, i) => i % 3 !== 0),
          })),
      }
    },
    close: () => host.close(),
  }
}

async function stampNow(path: string): Promise<string> {
  try {
    return stampOf(await stat(path))
  } catch (error) {
    throw new AppError('model', `${path} cannot be read`, 'Get the files of the model again.', {
      cause: error,
      details: systemMessage(error),
    })
  }
}
