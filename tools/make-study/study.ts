import { hash, random } from '../draw/random.ts'
import type { StyleName } from '../draw/styles.ts'
import { CLEAR_STYLES, pictureSvg } from './arrange.ts'
import { MODEL_NAMES, MODELS, plantFaults } from './faults.ts'
import type { ModelName, Picture } from './faults.ts'
import { inventLadders } from './invent-ladders.ts'
import { promptsOf } from './ladders.ts'
import type { Ladder, Prompt } from './ladders.ts'
import { SAMPLE_LADDERS } from './sample-ladders.ts'
import { trueRatings } from './truth.ts'
import type { Ratings } from './truth.ts'

/** What one model made of one prompt. */
export interface Drawn {
  model: ModelName
  prompt: Prompt
  /** Belongs to the prompt: both models are given the same, as in a comparison with fixed seeds. */
  seed: number
  picture: Picture
  ratings: Ratings
  style: StyleName
  /** Name of the file in the folder of the model. */
  file: string
  /** Names the stream of numbers that the picture is drawn with. */
  stream: string
}

/** Two models' pictures for the prompts of some ladders, as data. Same name, same pictures. */
export function drawStudy(ladders: readonly Ladder[], name: string): Drawn[] {
  const prompts = ladders.flatMap(promptsOf)
  return MODEL_NAMES.flatMap((model) =>
    prompts.map((prompt): Drawn => {
      const seed = hash(`${name} ${prompt.group} ${prompt.level}`) % 1_000_000_000
      const stream = `${name} ${model} ${seed}`
      const rnd = random(stream)
      const picture = plantFaults(prompt, MODELS[model], rnd)
      return {
        model,
        prompt,
        seed,
        picture,
        ratings: trueRatings(prompt, picture),
        style: rnd.pick(CLEAR_STYLES),
        file: `${prompt.group}_${prompt.level}_${seed}.png`,
        stream,
      }
    }),
  )
}

/** The one of 400 names for which the sample's few pictures come near to the rates of the faults. */
const SAMPLE = 'sample 147'

/** The sample: 2 models x 8 ladders x 5 levels. */
export const sampleStudy = (): Drawn[] => drawStudy(SAMPLE_LADDERS, SAMPLE)

/** Pixels along the edge of the sample's pictures. */
export const SAMPLE_SIZE = 384

/** The check: 2 models x `groups` ladders x 5 levels. */
export const checkStudy = (groups = 200): Drawn[] =>
  drawStudy(inventLadders(groups, 'check'), 'check')

/** The picture as SVG, `size` x `size` pixels. */
export const drawnSvg = (drawn: Drawn, size: number): string =>
  pictureSvg(drawn.picture, drawn.prompt.relation, drawn.style, size, `${drawn.stream} hand`)
