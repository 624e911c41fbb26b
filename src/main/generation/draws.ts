import { AppError } from '#shared/errors.ts'
import { normals } from './normal.ts'

/** Where the random numbers of one picture come from; all standard normal, `count` of them. */
export interface Draws {
  /** Of the start. */
  start(count: number): Float32Array
  /** Of the step after the k-th call of the network. */
  step(k: number, count: number): Float32Array
  /** Of what the encoder makes of a picture. */
  encoded(count: number): Float32Array
}

/** Streams of a seed: 0 is the start, 1 the encoder's, 2 + k those of the steps. */
export function seededDraws(seed: bigint): Draws {
  return {
    start: (count) => normals(seed, 0, count),
    encoded: (count) => normals(seed, 1, count),
    step: (k, count) => normals(seed, 2 + k, count),
  }
}

/** Numbers that somebody else drew, so that a run can be held against another program's. */
export interface GivenNumbers {
  /** Where they came from, for messages. */
  path: string
  /** One row after the other. */
  values: Float32Array
}

/**
 * Rows of files in the place of drawn numbers.
 * @param latents row `picture` is the start of that picture; where there is one row, all have it
 * @param noise row k is that of step k, for each picture
 */
export function givenDraws(
  drawn: Draws,
  given: { latents: GivenNumbers | null; noise: GivenNumbers | null },
  picture: number,
): Draws {
  const { latents, noise } = given
  return {
    start: latents
      ? (count) => rowOf(latents, latents.values.length === count ? 0 : picture, count)
      : (count) => drawn.start(count),
    step: noise ? (k, count) => rowOf(noise, k, count) : (k, count) => drawn.step(k, count),
    encoded: (count) => drawn.encoded(count),
  }
}

function rowOf({ path, values }: GivenNumbers, row: number, count: number): Float32Array {
  if (values.length % count === 0 && (row + 1) * count <= values.length) {
    return values.slice(row * count, (row + 1) * count)
  }
  throw new AppError(
    'invalid-input',
    `${path} holds ${values.length} numbers; row ${row + 1} of ${count} is needed`,
    'Give as many rows as there are pictures or steps, each as large as the latents.',
  )
}
