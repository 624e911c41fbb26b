import { z } from 'zod'
import { ChannelRecipe, TextRecipe } from '../../pictures/text-recipe.ts'
import { DerivedFrom, ModelFile, ModelId } from '../manifest.ts'

const GraphName = z.string().min(1)
const share = z.number().min(0).max(1)

/** See docs/models.md. */
export const TextDetectionManifest = z.object({
  format: z.literal(1),
  kind: z.literal('text-detection'),
  id: ModelId,
  name: z.string().min(1).max(200),
  description: z.string().default(''),
  license: z.string().nullable().default(null),
  derivedFrom: DerivedFrom,
  /** A small model that shows the program, not one to judge data by. */
  demonstration: z.boolean().default(false),
  detector: z.object({
    file: ModelFile,
    /** [1, 3, height, width] float32 or float16 */
    pixels: GraphName,
    /** [1, 1, height, width]: how likely a pixel lies in a line of text */
    map: GraphName,
    gives: z.enum(['probabilities', 'logits']).default('probabilities'),
    picture: TextRecipe,
  }),
  /** The defaults are PaddleOCR's. */
  boxes: z
    .object({
      threshold: share.default(0.3),
      boxThreshold: share.default(0.6),
      unclip: z.number().min(0).max(10).default(1.5),
      minSide: z.number().min(0).max(100).default(3),
      most: z.number().int().min(1).max(10_000).default(1000),
    })
    .prefault({}),
  /** Reads the lines that were found; null = they are not read. */
  recogniser: z
    .object({
      file: ModelFile,
      /** [1, 3, height, width] float32 or float16 */
      pixels: GraphName,
      /** [1, steps, classes] */
      classes: GraphName,
      gives: z.enum(['probabilities', 'logits']).default('probabilities'),
      height: z.number().int().min(8).max(512),
      /** Fixed = the graph takes lines of this width alone: what is longer is squeezed. */
      width: z.number().int().min(8).max(4096).nullable().default(null),
      /** Shorter lines are padded to it. */
      minWidth: z.number().int().min(1).max(4096).default(1),
      maxWidth: z.number().int().min(8).max(8192).default(3200),
      /** What the padding is: black as in the picture, or zeros behind the normalisation. */
      rest: z.enum(['black', 'zero']).default('zero'),
      values: ChannelRecipe,
      /** Of the classes but the blank, in their order. */
      characters: z.array(z.string().min(1).max(16)).min(1).max(65_536),
      blank: z.enum(['first', 'last']).default('first'),
    })
    .nullable()
    .default(null),
})
export type TextDetectionManifest = z.infer<typeof TextDetectionManifest>
export type Recogniser = NonNullable<TextDetectionManifest['recogniser']>

/** What is done to a picture and how boxes are made, in words. */
export function describeTextDetection({
  detector: { picture },
  boxes,
  recogniser,
}: TextDetectionManifest): { label: string; value: string }[] {
  const { size } = picture
  const words =
    size.mode === 'pad'
      ? `fitted into ${size.width} × ${size.height}`
      : size.mode === 'max'
        ? `longer side at most ${size.side} px`
        : size.mode === 'min'
          ? `shorter side at least ${size.side} px`
          : `longer side ${size.side} px`
  return [
    { label: 'Picture size', value: words },
    {
      label: 'Boxes',
      value: `probability above ${boxes.threshold}, mean ${boxes.boxThreshold} or more, grown by ${boxes.unclip}`,
    },
    {
      label: 'Reading',
      value: recogniser
        ? `lines of ${recogniser.height} px, ${recogniser.characters.length} characters`
        : 'no: text is found and not read',
    },
  ]
}
