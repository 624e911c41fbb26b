import { AppError } from '#shared/errors.ts'

/** `NAME`, `ORG/NAME`, with `@REVISION` and `#VARIANT` if wanted. */
export interface HubSource {
  repository: string
  revision: string
  variant: Variant
}

export const VARIANTS = ['fp32', 'fp16', 'int8'] as const
export type Variant = (typeof VARIANTS)[number]

/** Endings of a graph's name by variant, as exporters write them. */
const SUFFIXES: Record<Variant, readonly string[]> = {
  fp32: [''],
  fp16: ['_fp16'],
  int8: ['_quantized', '_int8', '_uint8'],
}
/** What a model needs beside its graphs, and what says where it is from. */
const SMALL_FILES = [
  'gleaner.json',
  'reference.json',
  'config.json',
  'preprocessor_config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  // How a sentence encoder pools its states.
  'modules.json',
  'sentence_bert_config.json',
  '1_Pooling/config.json',
  'README.md',
  'LICENSE',
]
/** Which files of a repository are wanted. Throws `unsupported` when there are no graphs for it. */
export function pickFiles(names: readonly string[], source: HubSource): string[] {
  const has = new Set(names.filter(isSafeName))
  const small = SMALL_FILES.filter((name) => has.has(name))
  const withData = (...graphs: string[]): string[] => [
    ...small,
    ...graphs,
    // A graph above 2 GB keeps its weights in files named after it.
    ...[...has].filter((name) => graphs.some((graph) => name.startsWith(`${graph}_data`))).sort(),
  ]
  if (has.has('gleaner.json')) {
    return [...small, ...[...has].filter((name) => /\.onnx(_data.*)?$/.test(name)).sort()]
  }
  if (has.has('model_index.json')) return pickPipeline(has, source)
  for (const suffix of SUFFIXES[source.variant]) {
    for (const base of ['onnx/', '']) {
      const text = `${base}text_model${suffix}.onnx`
      const image = `${base}vision_model${suffix}.onnx`
      if (has.has(text) && has.has(image)) return withData(image, text)
      const joint = `${base}model${suffix}.onnx`
      if (has.has(joint)) return withData(joint)
    }
  }
  const ofText = pickTextModel(has)
  if (ofText) return withData(...ofText.graphs).concat(ofText.others)
  const graphs = [...has].filter((name) => name.endsWith('.onnx'))
  throw new AppError(
    'unsupported',
    `${source.repository} has no ${source.variant} graphs that Gleaner can run`,
    graphs.length === 0
      ? 'Choose a repository that holds the model as ONNX (onnx/text_model.onnx and onnx/vision_model.onnx).'
      : `It has ${graphs.slice(0, 8).join(', ')}. Add #fp16 or #int8 to the name for another variant.`,
  )
}

/** Graphs that find text and read it, as PaddleOCR's exports and those who repack them name them. */
const TEXT_GRAPH = /(^|[/_-])(det|rec)([/._-]|ection|ognition)[^/]*(\/[^/]+)?\.onnx$/i

/**
 * What finds text: one detector and at most one graph that reads, with what describes them and
 * their characters. null where there is none, or several to choose from.
 */
function pickTextModel(has: ReadonlySet<string>): { graphs: string[]; others: string[] } | null {
  const alone = ['inference.onnx'].filter((name) => has.has(name))
  const named = [...has].filter((name) => TEXT_GRAPH.test(name)).sort()
  const graphs = alone.length > 0 ? alone : named
  const reading = graphs.filter((name) => /(^|[/_-])rec([/._-]|ognition)/i.test(name))
  if (graphs.length === 0 || reading.length > 1 || graphs.length - reading.length !== 1) return null
  const others = [...has].filter((name) => /\.(ya?ml|txt)$/i.test(name)).sort()
  return { graphs, others: others.filter((name) => !/(^|\/)requirements[^/]*\.txt$/i.test(name)) }
}

/** Parts of a pipeline that makes pictures, and whether it can do without. */
const COMPONENTS: readonly { name: string; isNeeded: boolean }[] = [
  { name: 'text_encoder', isNeeded: true },
  { name: 'text_encoder_2', isNeeded: false },
  { name: 'unet', isNeeded: true },
  { name: 'vae_decoder', isNeeded: true },
  { name: 'vae_encoder', isNeeded: false },
]

/**
 * Which files of a pipeline are wanted: descriptions, words of the tokenizers, and of each part the
 * graph of the variant with its external data. Throws `unsupported` naming the parts without one.
 */
function pickPipeline(has: ReadonlySet<string>, source: HubSource): string[] {
  const graphs: string[] = []
  const lacks: string[] = []
  for (const { name, isNeeded } of COMPONENTS) {
    const graph = SUFFIXES[source.variant]
      .map((suffix) => `${name}/model${suffix}.onnx`)
      .find((file) => has.has(file))
    if (graph !== undefined) graphs.push(graph)
    else if (isNeeded || [...has].some((file) => file.startsWith(`${name}/`))) lacks.push(name)
  }
  const needed = lacks.filter((name) => COMPONENTS.some((one) => one.name === name && one.isNeeded))
  if (needed.length > 0) {
    const others = [...has].filter((name) => name.endsWith('.onnx'))
    throw new AppError(
      'unsupported',
      `${source.repository} has no ${source.variant} graph of ${needed.join(', ')}`,
      others.length === 0
        ? 'Choose a repository that holds the pipeline as ONNX (unet/model.onnx and its like).'
        : `It has ${others.slice(0, 8).join(', ')}. Add #fp16 or #int8 to the name for another variant.`,
    )
  }
  const folders = graphs.map((graph) => graph.slice(0, graph.indexOf('/') + 1))
  const isData = (name: string): boolean => {
    const folder = folders.find((one) => name.startsWith(one))
    if (folder === undefined) return false
    const rest = name.slice(folder.length)
    // Named after their graph, or as older exporters call them.
    const ofGraph = graphs.some(
      (graph) => name.startsWith(`${graph}_data`) || name.startsWith(`${graph}.data`),
    )
    return ofGraph || rest === 'weights.pb'
  }
  const isSmall = (name: string): boolean =>
    /^(scheduler|tokenizer(_2)?)\/[^/]+\.(json|txt)$/.test(name) ||
    /^(text_encoder(_2)?|unet|vae(_decoder|_encoder)?)\/config\.json$/.test(name)
  return [
    'model_index.json',
    ...SMALL_FILES.filter((name) => has.has(name)),
    ...[...has].filter(isSmall).sort(),
    ...graphs,
    ...[...has].filter(isData).sort(),
  ]
}

function isSafeName(name: string): boolean {
  return (
    !/[\\\0:]/.test(name) &&
    name.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
  )
}
