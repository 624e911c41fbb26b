import { gunzipSync } from 'node:zlib'
import { readFileSync } from 'node:fs'

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
