import { linkOf, type ComfyGraph, type ComfyNode } from './comfy-graph.ts'
import { numberOf, textOf, type Json } from './loose-json.ts'

export type Role = 'positive' | 'negative'

/** A graph may be a circle, or a chain that a stranger made long. */
const MAX_STEPS = 5_000
const MAX_DEPTH = 200
const TEXT_KEYS = ['text', 'prompt', 'string', 'value', 'text_g', 't5xxl', 'clip_l', 'text_l']
const PLAIN_ENCODERS = new Set([
  'CLIPTextEncode',
  'CLIPTextEncodeFlux',
  'CLIPTextEncodeSDXL',
  'CLIPTextEncodeSD3',
])
/** What hands a conditioning on as it is. */
const PASSING = new Set(['FluxGuidance', 'Reroute'])

export interface Traced {
  text: string
  /** Reached by nodes that are known to hand the text on as it is. */
  isSure: boolean
  guidance: number | null
}

/** Follows links of one graph upwards, with one budget for all. */
export function createTrace(graph: ComfyGraph) {
  let steps = MAX_STEPS
  const spend = (depth: number): boolean => depth < MAX_DEPTH && steps-- > 0

  const nodeAt = (value: Json | undefined): ComfyNode | null => {
    const id = linkOf(value)
    return id === null ? null : (graph.get(id) ?? null)
  }

  /** A value, followed through links to what holds it. */
  function value(input: Json | undefined, keys: readonly string[], depth = 0): Json | undefined {
    const node = nodeAt(input)
    if (node === null) return linkOf(input) === null ? input : undefined
    if (!spend(depth)) return undefined
    for (const key of [...keys, 'value', 'int', 'float', 'number', 'Value']) {
      if (node.inputs.has(key)) {
        const found = value(node.inputs.get(key), keys, depth + 1)
        if (found !== undefined) return found
      }
    }
    return undefined
  }

  /** The words that an input holds or is linked to. */
  function text(input: Json | undefined, role: Role, depth = 0): string | null {
    if (typeof input === 'string') return input
    const node = nodeAt(input)
    if (node === null || !spend(depth)) return null
    const { inputs } = node
    const joined = [...inputs.keys()].filter((key) =>
      /^(string_[a-z]|text_?[a-d1-9]|text\d)$/i.test(key),
    )
    if (/concat|join|combine/i.test(node.type) && joined.length > 1) {
      const parts = joined.map((key) => text(inputs.get(key), role, depth + 1))
      const by = textOf(inputs.get('delimiter') ?? inputs.get('separator')) ?? ''
      return parts.filter((part) => part !== null && part !== '').join(by)
    }
    const others = [...inputs].filter(([, one]) => linkOf(one) !== null).map(([key]) => key)
    for (const key of [role, ...TEXT_KEYS, ...joined, ...others]) {
      if (!inputs.has(key)) continue
      const found = text(inputs.get(key), role, depth + 1)
      if (found !== null) return found
    }
    return null
  }

  /** The prompt behind a conditioning. */
  function conditioning(input: Json | undefined, role: Role, depth = 0): Traced | null {
    const node = nodeAt(input)
    if (node === null || !spend(depth)) return null
    const { inputs, type } = node
    if (type === 'ConditioningZeroOut') return { text: '', isSure: true, guidance: null }
    if (PLAIN_ENCODERS.has(type)) {
      const found = encoded(node, role, depth)
      if (found) return found
    }
    const isPassing = PASSING.has(type)
    const guidance =
      type === 'FluxGuidance' ? numberOf(value(inputs.get('guidance'), ['guidance'])) : null
    const through = (traced: Traced): Traced => ({
      text: traced.text,
      isSure: traced.isSure && isPassing,
      guidance: guidance ?? traced.guidance,
    })
    // What takes both hands each on at a place of its own.
    if (inputs.has(role)) {
      const own = inputs.get(role)
      if (typeof own === 'string') return { text: own, isSure: false, guidance }
      const found = conditioning(own, role, depth + 1)
      if (found) return through(found)
    }
    const both = [...inputs.keys()].filter((key) => /^cond/i.test(key))
    const parts = both.flatMap((key) => conditioning(inputs.get(key), role, depth + 1) ?? [])
    const filled = parts.filter((part) => part.text !== '')
    if (filled.length > 1) {
      const words = filled.map((part) => part.text).join(', ')
      return { text: words, isSure: false, guidance: filled[0]?.guidance ?? null }
    }
    const one = filled[0] ?? parts[0]
    if (one) return through(one)
    const words = TEXT_KEYS.some((key) => inputs.has(key)) ? text(input, role, depth + 1) : null
    if (words !== null) return { text: words, isSure: false, guidance }
    for (const other of inputs.values()) {
      const found = conditioning(other, role, depth + 1)
      if (found) return { ...through(found), isSure: false }
    }
    return null
  }

  function encoded(node: ComfyNode, role: Role, depth: number): Traced | null {
    const { inputs } = node
    const keys = ['text', 't5xxl', 'text_g', 'clip_g', 'clip_l', 'text_l']
    const own = keys.filter((key) => inputs.has(key))
    const texts = own.map((key) => text(inputs.get(key), role, depth + 1) ?? '')
    const words = texts.find((one) => one !== '') ?? texts[0]
    if (words === undefined) return null
    const isOne = new Set(texts.filter((one) => one !== '')).size <= 1
    const isWritten = own.every((key) => typeof inputs.get(key) === 'string')
    const guidance = numberOf(value(inputs.get('guidance'), ['guidance']))
    return { text: words, isSure: isOne && isWritten, guidance }
  }

  /** The nodes above an input, the nearest first. */
  function* above(input: Json | undefined): Generator<ComfyNode> {
    const seen = new Set<string>()
    const open = [nodeAt(input)]
    for (let i = 0; i < open.length; i++) {
      const node = open[i]
      if (!node || seen.has(node.id) || !spend(0)) continue
      seen.add(node.id)
      yield node
      for (const one of node.inputs.values()) open.push(nodeAt(one))
    }
  }

  return { nodeAt, value, text, conditioning, above }
}
export type Trace = ReturnType<typeof createTrace>
