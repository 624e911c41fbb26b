import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { AppError } from '#shared/errors.ts'
import { readSmall } from '../../files/read-small.ts'

type Json = Record<string, unknown>

/**
 * The `tokenizer.json` that transformers' CLIPTokenizer works as, out of the files that older folders
 * hold: `vocab.json`, with `merges.txt`, `tokenizer_config.json` and `special_tokens_map.json` beside
 * it. The token that pads is a special one: where it is "!", as in Stable Diffusion 2 and in the second
 * tokenizer of XL, an exclamation mark of a text becomes that very token.
 * @param path of `vocab.json`
 * @throws AppError `model` for what is lacking or no JSON
 */
export function clipTokenizerJson(path: string): string {
  const folder = dirname(path)
  const vocab = json(path)
  const config = optional(join(folder, 'tokenizer_config.json'))
  const map = optional(join(folder, 'special_tokens_map.json'))
  const special = (name: string, usual: string): Json => {
    const said = config[name] ?? map[name] ?? usual
    const token = typeof said === 'string' ? { content: said } : (said as Json)
    const content = String(token['content'])
    const id = vocab[content]
    if (typeof id !== 'number') {
      throw new AppError(
        'model',
        `${path} has no ${name} "${content}"`,
        'Get the files of the model again.',
      )
    }
    return {
      id,
      content,
      single_word: token['single_word'] === true,
      lstrip: token['lstrip'] === true,
      rstrip: token['rstrip'] === true,
      normalized: token['normalized'] === true,
      special: true,
    }
  }
  const start = special('bos_token', '<|startoftext|>')
  const end = special('eos_token', '<|endoftext|>')
  const unknown = special('unk_token', '<|endoftext|>')
  const pad = special('pad_token', '<|endoftext|>')
  const added = new Map([start, end, unknown, pad].map((token) => [token['id'], token]))
  const merges = text(join(folder, 'merges.txt'))
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#version'))
  return JSON.stringify({
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [...added.values()].sort((a, b) => Number(a['id']) - Number(b['id'])),
    normalizer: {
      type: 'Sequence',
      normalizers: [
        { type: 'NFC' },
        { type: 'Replace', pattern: { Regex: '\\s+' }, content: ' ' },
        { type: 'Lowercase' },
      ],
    },
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [
        {
          type: 'Split',
          pattern: {
            Regex:
              "<\\|startoftext\\|>|<\\|endoftext\\|>|'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+",
          },
          behavior: 'Removed',
          invert: true,
        },
        { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
      ],
    },
    post_processor: {
      type: 'RobertaProcessing',
      sep: [end['content'], end['id']],
      cls: [start['content'], start['id']],
      trim_offsets: false,
      add_prefix_space: false,
    },
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: unknown['content'],
      continuing_subword_prefix: '',
      end_of_word_suffix: '</w>',
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab,
      merges,
    },
  })
}

function text(path: string): string {
  if (existsSync(path)) return readSmall(path, 'list')
  throw new AppError('model', `${path} is not there`, 'Get the files of the model again.')
}

function json(path: string): Json {
  try {
    const value: unknown = JSON.parse(text(path))
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json
  } catch (error) {
    if (error instanceof AppError) throw error
  }
  throw new AppError('model', `${path} is not JSON`, 'Get the files of the model again.')
}

function optional(path: string): Json {
  return existsSync(path) ? json(path) : {}
}
