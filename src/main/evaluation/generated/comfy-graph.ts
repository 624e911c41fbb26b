import {
  asList,
  asObject,
  get,
  nameOf,
  numberOf,
  type Json,
  type JsonObject,
} from './loose-json.ts'

export interface ComfyNode {
  id: string
  type: string
  inputs: ReadonlyMap<string, Json>
}
export type ComfyGraph = ReadonlyMap<string, ComfyNode>

/** More than any workflow has. */
const MAX_NODES = 20_000
const MAX_INPUTS = 500
/** What the window writes after a seed: what to do with it next time. */
const AFTER_SEED = new Set(['fixed', 'increment', 'decrement', 'randomize'])
const SEEDS = new Set(['seed', 'noise_seed'])

/** Names of the widgets of nodes that older windows wrote without. */
const WIDGETS: Readonly<Record<string, readonly string[]>> = {
  KSampler: ['seed', 'steps', 'cfg', 'sampler_name', 'scheduler', 'denoise'],
  KSamplerAdvanced: ['add_noise', 'noise_seed', 'steps', 'cfg', 'sampler_name', 'scheduler'],
  CLIPTextEncode: ['text'],
  CheckpointLoaderSimple: ['ckpt_name'],
  UNETLoader: ['unet_name', 'weight_dtype'],
  LoraLoader: ['lora_name', 'strength_model', 'strength_clip'],
  LoraLoaderModelOnly: ['lora_name', 'strength_model'],
  EmptyLatentImage: ['width', 'height', 'batch_size'],
  EmptySD3LatentImage: ['width', 'height', 'batch_size'],
  FluxGuidance: ['guidance'],
  RandomNoise: ['noise_seed'],
  KSamplerSelect: ['sampler_name'],
  BasicScheduler: ['scheduler', 'steps', 'denoise'],
  CFGGuider: ['cfg'],
  PrimitiveNode: ['value'],
}

/** The node and the slot that an input is linked to, or null where it is a value. */
export function linkOf(value: Json | undefined): string | null {
  if (!Array.isArray(value) || value.length !== 2) return null
  const [id, slot] = value
  if (typeof slot !== 'number') return null
  return typeof id === 'string' || typeof id === 'number' ? String(id) : null
}

/** A graph as it was run: `{id: {class_type, inputs}}`. Null where it is none. */
export function readPromptGraph(object: JsonObject | null): ComfyGraph | null {
  const graph = new Map<string, ComfyNode>()
  for (const [id, value] of Object.entries(object ?? {}).slice(0, MAX_NODES)) {
    const node = asObject(value)
    const type = nameOf(get(node, 'class_type'))
    const inputs = asObject(get(node, 'inputs'))
    if (type !== null && inputs)
      graph.set(id, { id, type, inputs: new Map(Object.entries(inputs).slice(0, MAX_INPUTS)) })
  }
  return graph.size === 0 ? null : graph
}

/**
 * A graph as the window keeps it: `nodes` with `widgets_values` in the order of their widgets, and
 * `links` as `[link, from, slot, to, slot, type]`. Null where it is none.
 */
export function readWorkflowGraph(object: JsonObject | null): ComfyGraph | null {
  const from = new Map<string, Json>()
  for (const value of asList(get(object, 'links')).slice(0, MAX_NODES * 10)) {
    const its = asObject(value)
    // Newer ones write objects.
    const [id, node, slot] = its
      ? [get(its, 'id'), get(its, 'origin_id'), get(its, 'origin_slot')]
      : asList(value)
    if (id !== undefined && node !== undefined) from.set(String(id), [node, slot ?? 0])
  }
  const graph = new Map<string, ComfyNode>()
  for (const value of asList(get(object, 'nodes')).slice(0, MAX_NODES)) {
    const node = asObject(value)
    const type = nameOf(get(node, 'type'))
    const id = get(node, 'id')
    // 2: muted, 4: bypassed.
    const mode = numberOf(get(node, 'mode'))
    if (type === null || id === undefined || mode === 2) continue
    const inputs = widgetsOf(type, node as JsonObject)
    for (const entry of asList(get(node, 'inputs')).slice(0, MAX_INPUTS)) {
      const input = asObject(entry)
      const name = nameOf(get(input, 'name'))
      const link = get(input, 'link')
      const origin = link === null || link === undefined ? undefined : from.get(String(link))
      if (name !== null && origin !== undefined) inputs.set(name, origin)
    }
    graph.set(String(id), { id: String(id), type, inputs })
  }
  return graph.size === 0 ? null : graph
}

function widgetsOf(type: string, node: JsonObject): Map<string, Json> {
  const values = get(node, 'widgets_values')
  const named = asObject(values)
  if (named) return new Map(Object.entries(named).slice(0, MAX_INPUTS))
  const own = asList(get(node, 'inputs')).flatMap((entry) => {
    const widget = asObject(get(asObject(entry), 'widget'))
    return nameOf(get(widget, 'name')) ?? []
  })
  const known = Object.hasOwn(WIDGETS, type) ? (WIDGETS[type] as readonly string[]) : []
  const names = known.length > 0 ? known : own
  const found = new Map<string, Json>()
  const rest = asList(values).slice(0, MAX_INPUTS)
  for (const name of names) {
    const value = rest.shift()
    if (value === undefined) break
    found.set(name, value)
    if (SEEDS.has(name) && typeof rest[0] === 'string' && AFTER_SEED.has(rest[0])) rest.shift()
  }
  return found
}
