import type { Device } from '#shared/contract/jobs.ts'
import type { Check, OpensModels, VerifyReport } from '../define.ts'
import { DEVICE_BOUND } from '../vectors.ts'
import { noReference, tokenizerRemark, verifyLoaded } from '../verify.ts'
import type { DiffusionModel, LoadedDiffusion } from './types.ts'

/**
 * Runs the network of a model on a device, for two texts together and one by one, decodes what it
 * says, and compares it with the CPU where the device is another. Differences are those of a value,
 * as a share of the largest. Throws only when the device cannot be had.
 */
export function verifyDiffusion(
  model: DiffusionModel,
  device: Device,
  host: OpensModels,
): Promise<VerifyReport> {
  return verifyLoaded(
    model,
    device,
    host,
    [tokenizerRemark(), noReference()],
    async (loaded, attempt) => {
      const bound = loaded.device === 'cpu' ? 1e-3 : DEVICE_BOUND
      const said = await sample(loaded)
      await attempt('one by one', async () => {
        const single = await sample(loaded, true)
        return compared('one by one', said, single, bound, 'two texts together against each alone')
      })
      await attempt('the decoder', async () => {
        const { channels } = model.manifest.latents
        const picture = await loaded.decode(
          new Float32Array(channels * SIDE * SIDE).fill(0.5),
          SIDE,
          SIDE,
        )
        const wanted = 3 * (SIDE * model.manifest.latents.scale) ** 2
        const ok = picture.length === wanted
        const note = `${picture.length} values of a picture of ${wanted}`
        return { name: 'the decoder', ok, difference: null, bound: null, note }
      })
      if (loaded.device === 'cpu') return
      await attempt('against the CPU', async () => {
        const cpu = await host.open(model, 'cpu')
        try {
          return compared('against the CPU', said, await sample(cpu), DEVICE_BOUND, loaded.device)
        } finally {
          await cpu.release()
        }
      })
    },
  )
}

/** Side of the latents that are tried. */
const SIDE = 16

async function sample(loaded: LoadedDiffusion, oneByOne = false): Promise<Float32Array[]> {
  const { latents, size, family, guidanceDim } = loaded.model.manifest
  const texts = await loaded.readTexts(['', 'a red circle on a blue square'])
  const ask = {
    sample: Float32Array.from({ length: latents.channels * SIDE * SIDE }, (_, i) =>
      Math.sin(i * 1.3),
    ),
    height: SIDE,
    width: SIDE,
    timestep: 500,
    timeIds: family === 'sdxl' ? [size, size, 0, 0, size, size] : null,
    guidance: guidanceDim === null ? null : Array<number>(guidanceDim).fill(0.1),
  }
  if (!oneByOne) return loaded.denoise({ ...ask, texts })
  const out: Float32Array[] = []
  for (const text of texts) out.push(...(await loaded.denoise({ ...ask, texts: [text] })))
  return out
}

function compared(
  name: string,
  a: readonly Float32Array[],
  b: readonly Float32Array[],
  bound: number,
  note: string,
): Check {
  let apart = 0
  let largest = 0
  for (const [i, values] of b.entries()) {
    for (const [at, value] of values.entries()) {
      apart = Math.max(apart, Math.abs(value - (a[i]?.[at] ?? NaN)))
      largest = Math.max(largest, Math.abs(value))
    }
  }
  const difference = apart / Math.max(largest, Number.MIN_VALUE)
  return { name, ok: difference <= bound, difference, bound, note }
}
