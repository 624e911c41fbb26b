import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ContextTexts, joinContext, type PairContext } from '#shared/text/context.ts'
import { MODELS } from './models.ts'

/** See tools/reference/make_tiny_bert.py. */
export interface TextCase {
  breaks: boolean
  before: string[]
  rest: string[]
  ids: number[]
  types: number[]
  /** 1 where a token of the text stands, and at position 0. */
  text: (0 | 1)[]
  features: Float32Array
  hidden: Float32Array
  /** Of each head: start logits, then end logits. */
  logits: Float32Array[]
}
export interface TextExpected {
  dim: number
  heads: { name: string; shape: number[]; data: Float32Array }[][]
  cases: TextCase[]
}

export function textExpectedOf(name: 'tiny-bert' | 'tiny-roberta'): TextExpected {
  const json = read(name) as {
    dim: number
    heads: { name: string; shape: number[]; data: string }[][]
    cases: (Omit<TextCase, 'features' | 'hidden' | 'logits'> & {
      features: string
      hidden: string
      logits: string[]
    })[]
  }
  return {
    dim: json.dim,
    heads: json.heads.map((head) => head.map((one) => ({ ...one, data: floats(one.data) }))),
    cases: json.cases.map((one) => ({
      ...one,
      features: floats(one.features),
      hidden: floats(one.hidden),
      logits: one.logits.map(floats),
    })),
  }
}

export interface QaCase {
  before: string[]
  rest: string[]
  ids: number[]
  types: number[]
  text: (0 | 1)[]
  logits: Float32Array
}

export function qaExpected(): QaCase[] {
  const json = read('tiny-bert-qa') as { cases: (Omit<QaCase, 'logits'> & { logits: string })[] }
  return json.cases.map((one) => ({ ...one, logits: floats(one.logits) }))
}

function read(name: string): unknown {
  return JSON.parse(readFileSync(join(MODELS, name, 'expected.json'), 'utf8'))
}

function floats(base64: string): Float32Array {
  return new Float32Array(new Uint8Array(Buffer.from(base64, 'base64')).buffer)
}

/** A pair whose texts are these; what is left out is not there. */
export function contextOf(texts: Partial<ContextTexts>): PairContext {
  return joinContext({ before: null, caption: null, after: null, ...texts })
}

/** Blocks before the picture and behind it. */
export function contextOfBlocks({
  before,
  rest,
}: {
  before: string[]
  rest: string[]
}): PairContext {
  const [caption = null, ...after] = rest
  return contextOf({
    before: before.length > 0 ? before.join('\n') : null,
    caption,
    after: after.length > 0 ? after.join('\n') : null,
  })
}

export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity
  let worst = 0
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs((a[i] as number) - (b[i] as number))
    if (!(difference <= worst)) worst = Number.isNaN(difference) ? Infinity : difference
  }
  return worst
}
