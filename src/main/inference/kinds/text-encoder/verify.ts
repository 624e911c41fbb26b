import { z } from 'zod'
import type { Device } from '#shared/contract/jobs.ts'
import { joinContext, type PairContext } from '#shared/text/context.ts'
import { AppError } from '#shared/errors.ts'
import { DEVICE_BOUND } from '../vectors.ts'
import type { OpensModels, VerifyReport } from '../define.ts'
import { textDtype } from '../text/check.ts'
import { unit } from '../text/unit-rows.ts'
import { checkAgainstItself, compareRows } from '../text/verify.ts'
import {
  type Attempt,
  makersOf,
  noReference,
  readReference,
  REFERENCE_FILE,
  tokenizerRemark,
  verifyLoaded,
} from '../verify.ts'
import type { LoadedEncoder, TextEncoderModel } from './types.ts'

const ids = z.array(z.number().int().min(0)).max(8192)
/** See docs/models.md. */
const Reference = z.object({
  madeBy: z.record(z.string(), z.string()).default({}),
  bound: z.number().positive().max(0.1).default(1e-4),
  dim: z.number().int(),
  texts: z
    .array(
      z.object({
        before: z.string(),
        /** null = one text, which has no place of a picture. */
        after: z.string().nullable(),
        ids,
        types: ids,
        /** Places in `ids` of the states. */
        rows: ids,
        /** float32, little endian, rows x dim. */
        states: z.base64(),
      }),
    )
    .max(256),
})
type Reference = z.infer<typeof Reference>

/** See `ModelKind.verify`. */
export function verifyEncoder(
  model: TextEncoderModel,
  device: Device,
  host: OpensModels,
): Promise<VerifyReport> {
  const { folder, manifest } = model
  const first = [tokenizerRemark()]
  return verifyLoaded(model, device, host, first, async (loaded, attempt) => {
    const isExact = loaded.device === 'cpu' && textDtype(folder, manifest) === 'fp32'
    await attempt('reference', async () => {
      const reference = readReference(folder, Reference)
      if (reference === null) return noReference()
      await checkReference(loaded, reference, isExact, attempt)
      return null
    })
    const bound = isExact ? 1e-4 : DEVICE_BOUND
    await checkAgainstItself(model, loaded, host, attempt, bound, encoderRows)
  })
}

/** The states of each context as unit vectors. */
export async function encoderRows(
  loaded: LoadedEncoder,
  contexts: PairContext[],
): Promise<Float32Array[][]> {
  const { dim } = loaded.model.manifest
  const encoded = await loaded.encodeContexts(contexts)
  return encoded.map(({ windows }) =>
    windows.flatMap(({ rows, features }) =>
      Array.from({ length: rows }, (_, i) =>
        unit(features.subarray(i * loaded.featureDim, i * loaded.featureDim + dim)),
      ),
    ),
  )
}

async function checkReference(
  loaded: LoadedEncoder,
  { madeBy, bound, dim, texts }: Reference,
  isExact: boolean,
  attempt: Attempt,
): Promise<void> {
  if (dim !== loaded.model.manifest.dim) {
    throw new AppError('model', `${REFERENCE_FILE} holds states that are ${dim} long`)
  }
  await attempt('token ids', async () => {
    const pairs = texts.filter(({ after }) => after !== null)
    if (pairs.length === 0) return null
    const own = await loaded.sequences(
      pairs.map(({ before, after }) => joinContext({ before, caption: null, after })),
    )
    const wrong = pairs.filter(
      (pair, i) =>
        pair.ids.join() !== own[i]?.ids.join() || pair.types.join() !== own[i]?.types.join(),
    )
    return {
      name: 'token ids',
      ok: wrong.length === 0,
      difference: wrong.length,
      bound: 0,
      note: wrong[0] === undefined ? `${pairs.length} texts` : `differ for "${wrong[0].before}"`,
    }
  })
  await attempt('states against the reference', async () => {
    const wanted = texts.flatMap(({ states, rows }) => rowsOf(floats(states), rows.length, dim))
    const given = await loaded.states(texts)
    const own = given.flatMap((states, i) => rowsOf(states, texts[i]?.rows.length ?? 0, dim))
    return compareRows(
      'states against the reference',
      own,
      wanted,
      isExact ? bound : Math.max(bound, DEVICE_BOUND),
      makersOf(madeBy),
    )
  })
}

function rowsOf(states: Float32Array, rows: number, dim: number): Float32Array[] {
  if (states.length !== rows * dim) {
    throw new AppError('model', `${REFERENCE_FILE} holds states of the wrong length`)
  }
  return Array.from({ length: rows }, (_, i) => unit(states.subarray(i * dim, (i + 1) * dim)))
}

function floats(base64: string): Float32Array {
  return new Float32Array(new Uint8Array(Buffer.from(base64, 'base64')).buffer)
}
