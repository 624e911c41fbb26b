import { AppError } from '#shared/errors.ts'
import { type AddedToken, addedTokenCutter } from './added-tokens.ts'
import { alignedText, textOf } from './aligned-text.ts'
import { bytePairs } from './byte-pairs.ts'
import { normalizer } from './normalizers.ts'
import { preTokenizer } from './pre-tokenizers.ts'
import { type Json, list, object } from './tokenizer-json.ts'
import { unigram } from './unigram.ts'
import { type TokenModel, wordPiece } from './wordpiece.ts'

/** Tokens of a text or of a pair of texts. All lists are as long as `ids`. */
export interface Encoding {
  ids: number[]
  /** 0 = of the first text, 1 = of the second, as the model's template says. */
  typeIds: number[]
  /** [start, end) in Unicode code points of the text that the token is of; [0, 0] for special ones. */
  offsets: [number, number][]
  /** 1 for tokens that the template added. */
  specialMask: (0 | 1)[]
  /** Number of the word in its text, from 0; null for special tokens. */
  wordIds: (number | null)[]
  /** Which text: 0 or 1; null for special tokens. */
  sequenceIds: (0 | 1 | null)[]
  /** The windows after the first, where the text was cut. */
  overflowing: Encoding[]
}

export interface EncodeOptions {
  /** The second text, as `text` is the first: a question and its context. */
  pair?: string
  /** In tokens, the special ones included. Longer texts are cut into windows. */
  maxLength?: number
  /** How many tokens two windows that follow each other share. */
  stride?: number
  /**
   * What is cut: the first text, the second (the default with a pair), or the longer one first,
   * which gives no windows.
   */
  cut?: 'first' | 'second' | 'longest'
  /** Without the template's special tokens. */
  bare?: boolean
}

export interface ExactTokenizer {
  readonly kind: string
  encode(text: string, options?: EncodeOptions): Encoding
}

type Part = { ids: number[]; typeId: number } | { text: 0 | 1; typeId: number }
interface Template {
  single: Part[]
  pair: Part[]
  /** RoBERTa's: the space that a token begins with is no part of its offsets. */
  trims: boolean
  keepsFirstSpace: boolean
}

/**
 * A tokenizer out of tokenizer.json that gives the ids and offsets of Hugging Face's tokenizers
 * (the Rust library), written from its behaviour and compared with it on 100,000 strings a kind.
 * `truncation` and `padding` of the file are not applied: the caller says both. null for a file
 * with a step that is not known here.
 */
export function exactTokenizer(json: Json): ExactTokenizer | null {
  const normalize = normalizer(object(json.normalizer))
  const cut = preTokenizer(object(json.pre_tokenizer))
  const template = templateOf(object(json.post_processor))
  const model = modelOf(object(json.model))
  if (!normalize || !cut || !template || !model) return null

  const added = list(json.added_tokens).map((token): AddedToken => {
    const { id, content } = token
    if (typeof id !== 'number' || typeof content !== 'string') {
      throw new AppError('model', 'tokenizer.json lists an added token without id or content')
    }
    return {
      id,
      content,
      singleWord: token.single_word === true,
      lstrip: token.lstrip === true,
      rstrip: token.rstrip === true,
      normalized: token.normalized === true,
    }
  })
  const raw = added.filter((token) => !token.normalized)
  const cooked = added.filter((token) => token.normalized)
  const cutRaw = addedTokenCutter(
    raw,
    raw.map(({ content }) => content),
  )
  const cutCooked = addedTokenCutter(
    cooked,
    cooked.map(({ content }) => textOf(normalize(alignedText(content)).chars)),
  )
  const spelling = template.trims ? spellings(json) : null

  /** `spaces`: of added tokens by their word, the spaces that they took in. */
  const one = (text: string, sequence: 0 | 1, spaces: Spaces): Encoding => {
    const out = emptyEncoding()
    let word = 0
    const push = (id: number, start: number, end: number): void => {
      out.ids.push(id)
      out.typeIds.push(sequence)
      out.offsets.push([start, end])
      out.specialMask.push(0)
      out.wordIds.push(word)
      out.sequenceIds.push(sequence)
    }
    const pushToken = ({ starts, ends, chars }: ReturnType<typeof alignedText>, id: number) => {
      push(id, starts[0] as number, ends[chars.length - 1] as number)
      if (spelling) spaces.set(word, edges(textOf(chars)))
      word++
    }
    for (const piece of cutRaw(alignedText(text))) {
      if (piece.text.chars.length === 0) continue
      if (piece.token !== null) {
        pushToken(piece.text, piece.token)
        continue
      }
      for (const inner of cutCooked(normalize(piece.text))) {
        if (inner.text.chars.length === 0) continue
        if (inner.token !== null) {
          pushToken(inner.text, inner.token)
          continue
        }
        for (const part of cut(inner.text)) {
          if (part.chars.length === 0) continue
          const tokens = model.tokenize(part)
          for (let i = 0; i < tokens.ids.length; i++) {
            const start = tokens.starts[i] as number
            const end = tokens.ends[i] as number
            push(
              tokens.ids[i] as number,
              part.starts[start] as number,
              part.ends[end - 1] as number,
            )
          }
          word++
        }
      }
    }
    return out
  }

  return {
    kind: model.kind,
    encode(text, options = {}) {
      const spaces: [Spaces, Spaces] = [new Map(), new Map()]
      const first = one(text, 0, spaces[0])
      const second = options.pair === undefined ? null : one(options.pair, 1, spaces[1])
      const plain: Part[] = [
        { text: 0, typeId: 0 },
        { text: 1, typeId: 1 },
      ]
      const bare = second ? plain : plain.slice(0, 1)
      const parts = options.bare === true ? bare : second ? template.pair : template.single
      const windows = cutToLength(first, second, parts, options)
      if (spelling && options.bare !== true) {
        for (const encoding of new Set(windows.flat())) {
          if (encoding) trim(encoding, spelling, spaces, template.keepsFirstSpace)
        }
      }
      const [main, ...rest] = windows.map(([a, b]) => assemble(parts, a, b))
      return { ...(main as Encoding), overflowing: rest }
    },
  }
}

function modelOf(json: Json): { kind: string; tokenize: TokenModel } | null {
  const type = json.type ?? (Array.isArray(json.merges) ? 'BPE' : null)
  const make = { WordPiece: wordPiece, Unigram: unigram, BPE: bytePairs }[String(type)]
  const tokenize = make?.(json)
  return tokenize ? { kind: String(type), tokenize } : null
}

function emptyEncoding(): Encoding {
  return {
    ids: [],
    typeIds: [],
    offsets: [],
    specialMask: [],
    wordIds: [],
    sequenceIds: [],
    overflowing: [],
  }
}

function part(encoding: Encoding, start: number, end: number): Encoding {
  return {
    ids: encoding.ids.slice(start, end),
    typeIds: encoding.typeIds.slice(start, end),
    offsets: encoding.offsets.slice(start, end).map(([from, to]) => [from, to]),
    specialMask: encoding.specialMask.slice(start, end),
    wordIds: encoding.wordIds.slice(start, end),
    sequenceIds: encoding.sequenceIds.slice(start, end),
    overflowing: [],
  }
}

/** Windows of at most `length` tokens that share `stride`; the last one ends with the text. */
function windowsOf(encoding: Encoding, length: number, stride: number): Encoding[] {
  const n = encoding.ids.length
  if (n <= length) return [encoding]
  const out: Encoding[] = []
  for (let start = 0; start < n; start += length - stride) {
    out.push(part(encoding, start, Math.min(start + length, n)))
    if (start + length >= n) break
  }
  return out
}

function cutToLength(
  first: Encoding,
  second: Encoding | null,
  parts: Part[],
  { maxLength, stride = 0, cut = second ? 'second' : 'first' }: EncodeOptions,
): [Encoding, Encoding | null][] {
  if (maxLength === undefined) return [[first, second]]
  const special = parts.reduce((sum, piece) => sum + ('ids' in piece ? piece.ids.length : 0), 0)
  const room = maxLength - special
  const n1 = first.ids.length
  const n2 = second?.ids.length ?? 0
  const refuse = (why: string): never => {
    throw new AppError('invalid-input', `A window of ${maxLength} tokens ${why}`)
  }
  if (room < 1) refuse(`has no room beside its ${special} special ones`)
  if (n1 + n2 <= room) return [[first, second]]
  if (second && cut === 'longest') {
    const [keep1, keep2] = longestFirst(n1, n2, room)
    return [[part(first, 0, keep1), part(second, 0, keep2)]]
  }
  const target = second && cut === 'second' ? second : first
  const length = room - (n1 + n2 - target.ids.length)
  if (length < 1) refuse('has no room for what is cut')
  if (stride >= length) refuse(`is too small for windows that share ${stride}`)
  return windowsOf(target, length, stride).map((window) =>
    target === second ? [first, window] : [window, second],
  )
}

/** The longer of two is cut first, then both alike; the second gets the odd token. */
function longestFirst(n1: number, n2: number, room: number): [number, number] {
  const short = Math.min(n1, n2)
  let keep = short
  let other = short > room ? short : Math.max(short, room - short)
  if (keep + other > room) {
    keep = Math.floor(room / 2)
    other = keep + (room % 2)
  }
  return n1 > n2 ? [other, keep] : [keep, other]
}

function assemble(parts: Part[], first: Encoding, second: Encoding | null): Encoding {
  const out = emptyEncoding()
  for (const piece of parts) {
    if ('ids' in piece) {
      for (const id of piece.ids) {
        out.ids.push(id)
        out.typeIds.push(piece.typeId)
        out.offsets.push([0, 0])
        out.specialMask.push(1)
        out.wordIds.push(null)
        out.sequenceIds.push(null)
      }
      continue
    }
    const from = piece.text === 0 ? first : second
    if (!from) continue
    for (let i = 0; i < from.ids.length; i++) {
      out.ids.push(from.ids[i] as number)
      out.typeIds.push(piece.typeId)
      out.offsets.push(from.offsets[i] as [number, number])
      out.specialMask.push(0)
      out.wordIds.push(from.wordIds[i] ?? null)
      out.sequenceIds.push(from.sequenceIds[i] ?? null)
    }
  }
  return out
}

function templateOf(json: Json): Template | null {
  const texts = (typeIds: [number, number]): Pick<Template, 'single' | 'pair'> => ({
    single: [{ text: 0, typeId: 0 }],
    pair: [
      { text: 0, typeId: typeIds[0] },
      { text: 1, typeId: typeIds[1] },
    ],
  })
  const plain = { trims: false, keepsFirstSpace: true }
  switch (json.type) {
    case undefined:
      return { ...texts([0, 1]), ...plain }
    case 'ByteLevel':
      return {
        ...texts([0, 1]),
        trims: json.trim_offsets !== false,
        keepsFirstSpace: json.add_prefix_space !== false,
      }
    case 'BertProcessing':
    case 'RobertaProcessing': {
      const [cls, sep] = [json.cls, json.sep].map((entry) => {
        const id: unknown = Array.isArray(entry) ? entry[1] : null
        return typeof id === 'number' ? id : null
      })
      if (typeof cls !== 'number' || typeof sep !== 'number') return null
      const isBert = json.type === 'BertProcessing'
      const typeId = isBert ? 1 : 0
      const single: Part[] = [
        { ids: [cls], typeId: 0 },
        { text: 0, typeId: 0 },
        { ids: [sep], typeId: 0 },
      ]
      const between: Part[] = isBert ? [] : [{ ids: [sep], typeId: 0 }]
      return {
        single,
        pair: [...single, ...between, { text: 1, typeId }, { ids: [sep], typeId }],
        trims: !isBert && json.trim_offsets !== false,
        keepsFirstSpace: json.add_prefix_space !== false,
      }
    }
    case 'TemplateProcessing': {
      const specials = object(json.special_tokens)
      const read = (side: unknown): Part[] | null => {
        const out: Part[] = []
        for (const piece of list(side)) {
          const text = object(piece.Sequence)
          const special = object(piece.SpecialToken)
          const typeId = Number(('Sequence' in piece ? text : special).type_id ?? 0)
          if ('Sequence' in piece) out.push({ text: text.id === 'B' ? 1 : 0, typeId })
          else {
            const { ids } = object(specials[String(special.id)])
            if (!Array.isArray(ids)) return null
            out.push({ ids: ids as number[], typeId })
          }
        }
        return out
      }
      const single = read(json.single)
      const pair = read(json.pair)
      return single && pair ? { single, pair, ...plain } : null
    }
    case 'Sequence': {
      // As RoBERTa-like files have it: the byte level's trimming, then a template.
      const steps = list(json.processors).map(templateOf)
      if (steps.includes(null)) return null
      const last = (steps as Template[]).findLast(({ single }) => single.length > 1)
      const trimming = (steps as Template[]).find(({ trims }) => trims)
      return {
        ...(last ?? texts([0, 1])),
        trims: trimming !== undefined,
        keepsFirstSpace: trimming?.keepsFirstSpace ?? true,
      }
    }
    default:
      return null
  }
}

/** How many characters of space tokens begin and end with, by id or by word. */
type Spaces = Map<number, [before: number, after: number]>

/** Spaces at both ends, GPT-2's stand-in for one included. */
function edges(token: string): [number, number] {
  const before = /^[\u0120\p{White_Space}]*/u.exec(token)?.[0].length ?? 0
  const after = /[\u0120\p{White_Space}]*$/u.exec(token)?.[0].length ?? 0
  return [before, after]
}

function spellings(json: Json): Spaces {
  const out: Spaces = new Map()
  for (const [token, id] of Object.entries(object(object(json.model).vocab))) {
    const [before, after] = edges(token)
    if (before > 0 || after > 0) out.set(Number(id), [before, after])
  }
  return out
}

function trim(
  encoding: Encoding,
  byId: Spaces,
  byWord: [Spaces, Spaces],
  keepsFirstSpace: boolean,
): void {
  for (const [i, id] of encoding.ids.entries()) {
    const word = encoding.wordIds[i] ?? -1
    const found = byWord[encoding.sequenceIds[i] ?? 0].get(word) ?? byId.get(id)
    const offset = encoding.offsets[i]
    if (!found || !offset) continue
    let [before] = found
    const [, after] = found
    if (before > 0) {
      if ((i === 0 || offset[0] === 0) && keepsFirstSpace) before--
      offset[0] = Math.min(offset[0] + before, offset[1])
    }
    if (after > 0 && offset[1] >= after) offset[1] = Math.max(offset[1] - after, offset[0])
  }
}
