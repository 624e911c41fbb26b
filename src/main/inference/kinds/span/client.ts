import type { ModelPort } from '../define.ts'
import { askContexts } from '../text/client.ts'
import type { TextCalls } from '../text/types.ts'
import type { SpanManifest } from './manifest.ts'
import type { LoadedSpanModel } from './types.ts'

const CALL = { contexts: 256, units: 500_000 }

/** What the engine holds of a loaded span model. */
export function attachSpanModel(port: ModelPort<SpanManifest, TextCalls>): LoadedSpanModel {
  const { model, device, passedOver } = port
  return {
    model,
    device,
    passedOver,
    async spanLogits(contexts) {
      const answers = await askContexts(port, contexts, CALL)
      return answers.map(({ offsets, isCut, windows }) => ({
        offsets,
        isCut,
        windows: windows.map(({ tokenOffset, values }) => ({
          tokenOffset,
          start: values.subarray(0, values.length / 2),
          end: values.subarray(values.length / 2),
        })),
      }))
    },
    release: () => port.release(),
  }
}
