import { defineHostKind } from '../host-kind.ts'
import { probeText, runContexts } from '../text/serve.ts'
import { loadTextModel, type TextModel, type TextOutput } from '../text/session.ts'
import type { TextCalls } from '../text/types.ts'
import { rootOfChances } from '../text/unit-rows.ts'
import type { SpanManifest } from './manifest.ts'

/** Of a window first the start logits of all positions, then the end logits. */
function spanOutput({ graph }: SpanManifest): TextOutput {
  return {
    outputs: [
      { name: graph.start, dim: null },
      { name: graph.end, dim: null },
    ],
    columns: 2,
    // The graph itself sees to that.
    hidesBreaks: false,
    write([start = new Float32Array(), end = new Float32Array()], first, { positions }, _, out) {
      for (const [i, position] of positions.entries()) {
        out[i] = start[first + position] as number
        out[positions.length + i] = end[first + position] as number
      }
    },
  }
}

export const spanHost = defineHostKind<SpanManifest, TextModel, TextCalls>({
  kind: 'span',
  load: (folder, manifest, device, threads, tools) =>
    loadTextModel(folder, manifest, spanOutput(manifest), device, threads, tools),
  calls: {
    contexts: (model, { contexts }, tools) => runContexts(model, contexts, tools),
  },
  probe: (model) =>
    probeText(model, (values, n) => [
      rootOfChances(values.subarray(0, n)),
      rootOfChances(values.subarray(n)),
    ]),
})
