import { gunzipSync } from 'node:zlib'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { numbers } from './numbers.ts'

/** CLIP's `tokenizer.json` out of the merges that openai/CLIP publishes, as transformers builds it. */
export function clipTokenizerJson(mergesGz: string): Record<string, unknown> {
  const lines = gunzipSync(readFileSync(mergesGz)).toString('utf8').split('\n')
  const merges = lines.slice(1, 49152 - 256 - 2 + 1)
  const order: number[] = []
  for (const [from, to] of [
    [0x21, 0x7e],
    [0xa1, 0xac],
    [0xae, 0xff],
  ] as const) {
    for (let b = from; b <= to; b++) order.push(b)
  }
  const chars = order.map((b) => String.fromCodePoint(b))
  let extra = 0
  for (let b = 0; b < 256; b++) {
    if (!order.includes(b)) chars.push(String.fromCodePoint(256 + extra++))
  }
  const words = [
    ...chars,
    ...chars.map((c) => `${c}</w>`),
    ...merges.map((merge) => merge.replace(' ', '')),
    '<|startoftext|>',
    '<|endoftext|>',
  ]
  const special = (id: number, content: string, normalized: boolean) => ({
    id,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized,
    special: true,
  })
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [special(49406, '<|startoftext|>', true), special(49407, '<|endoftext|>', false)],
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
      sep: ['<|endoftext|>', 49407],
      cls: ['<|startoftext|>', 49406],
      trim_offsets: false,
      add_prefix_space: false,
    },
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: '<|endoftext|>',
      continuing_subword_prefix: '',
      end_of_word_suffix: '</w>',
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: Object.fromEntries(words.map((word, i) => [word, i])),
      merges,
    },
  }
}

/** What tools/reference/make_tokenizer_reference.py wrote. */
export interface ClipReference {
  madeBy: Record<string, string>
  chosen: { text: string; ids: number[]; full: number }[]
  fragments: string[]
  seed: number
  count: number
  /** One for each thousand of the generated strings. */
  digests: string[]
}

export function clipReference(): ClipReference {
  const path = new URL('../fixtures/inference/clip-tokens.json', import.meta.url)
  return JSON.parse(readFileSync(path, 'utf8')) as ClipReference
}

/** The strings that the reference was run on. */
export function* clipStrings({ seed, fragments }: ClipReference, count: number): Generator<string> {
  const { below } = numbers(seed)
  for (let i = 0; i < count; i++) {
    let text = ''
    for (let parts = 1 + below(24); parts > 0; parts--) {
      text += fragments[below(fragments.length)] as string
      if (below(3) === 0) text += ' '
    }
    yield text
  }
}

/** SHA-256 of lists of ids, cut to 16 digits. */
export function idDigest(ids: readonly number[][]): string {
  const hash = createHash('sha256')
  for (const list of ids) hash.update(`${list.join(' ')}\n`)
  return hash.digest('hex').slice(0, 16)
}
