/** Programs whose words are understood. */
export const PROGRAMS = [
  'automatic1111',
  'forge',
  'sd-next',
  'civitai',
  'comfyui',
  'invokeai',
  'fooocus',
  'swarmui',
  'novelai',
  'gleaner',
] as const
export type Program = (typeof PROGRAMS)[number]

/** What can be known of how a picture was made, and guessed. */
export const GENERATION_FIELDS = [
  'prompt',
  'negativePrompt',
  'seed',
  'steps',
  'guidance',
  'sampler',
  'scheduler',
  'size',
  'model',
  'modelHash',
  'loras',
] as const
export type GenerationField = (typeof GENERATION_FIELDS)[number]

export interface Lora {
  name: string
  weight: number | null
  hash: string | null
}

/** How a picture was made, by its own words; null is what they do not say. */
export interface Generation {
  /** Null where no program is known by its words. */
  program: Program | null
  version: string | null
  prompt: string | null
  negativePrompt: string | null
  /** Decimal digits, as a string: seeds go up to 2^64. */
  seed: string | null
  steps: number | null
  /** Classifier-free guidance scale. */
  guidance: number | null
  sampler: string | null
  /** The noise schedule, where it is named apart from the sampler. */
  scheduler: string | null
  /** Pixels as they were asked for; a picture that was scaled up has more. */
  size: { width: number; height: number } | null
  model: string | null
  modelHash: string | null
  loras: Lora[]
  /** IPTC's DigitalSourceType, as `trainedAlgorithmicMedia`, of XMP or Content Credentials. */
  origin: string | null
  /** Fields that were told by a rule of thumb. */
  guessed: GenerationField[]
  /** The words that this was read from, as they stand in the file. */
  raw: string
  /** What could not be read, for people. */
  problems: string[]
}

export function emptyGeneration(program: Program | null, raw: string): Generation {
  return {
    program,
    version: null,
    prompt: null,
    negativePrompt: null,
    seed: null,
    steps: null,
    guidance: null,
    sampler: null,
    scheduler: null,
    size: null,
    model: null,
    modelHash: null,
    loras: [],
    origin: null,
    guessed: [],
    raw,
    problems: [],
  }
}
