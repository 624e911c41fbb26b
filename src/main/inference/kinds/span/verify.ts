import type { Device } from '#shared/contract/jobs.ts'
import type { PairContext } from '#shared/text/context.ts'
import { DEVICE_BOUND } from '../vectors.ts'
import type { OpensModels, VerifyReport } from '../define.ts'
import { textDtype } from '../text/check.ts'
import { rootOfChances } from '../text/unit-rows.ts'
import { checkAgainstItself } from '../text/verify.ts'
import { noReference, tokenizerRemark, verifyLoaded } from '../verify.ts'
import type { LoadedSpanModel, SpanModel } from './types.ts'

/** See `ModelKind.verify`. There is no form of a reference for these yet. */
export function verifySpanModel(
  model: SpanModel,
  device: Device,
  host: OpensModels,
): Promise<VerifyReport> {
  const { folder, manifest } = model
  const first = [tokenizerRemark(), noReference()]
  return verifyLoaded(model, device, host, first, async (loaded, attempt) => {
    const isExact = loaded.device === 'cpu' && textDtype(folder, manifest) === 'fp32'
    const bound = isExact ? 1e-4 : DEVICE_BOUND
    await checkAgainstItself(model, loaded, host, attempt, bound, spanRows)
  })
}

/** The chances of each place to be the start and the end, as unit vectors: two a window. */
export async function spanRows(
  loaded: LoadedSpanModel,
  contexts: PairContext[],
): Promise<Float32Array[][]> {
  const logits = await loaded.spanLogits(contexts)
  return logits.map(({ windows }) =>
    windows.flatMap(({ start, end }) => [rootOfChances(start), rootOfChances(end)]),
  )
}
