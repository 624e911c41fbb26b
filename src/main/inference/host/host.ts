/**
 * Entry of the inference host: the one process that loads onnxruntime and models, and of its
 * threads, which decode pictures. Started by `createInferenceHost`.
 */
import { isMainThread } from 'node:worker_threads'

const self = new URL(import.meta.url)
if (isMainThread) {
  const { serveInference } = await import('./serve.ts')
  const isSource = self.pathname.endsWith('.ts')
  // Beside it in the build, as `jobs/run/entries.ts` has it built.
  const tokenizers = isSource ? '../tokenize/tokenizer-host.ts' : './tokenizer-host.js'
  serveInference(self, new URL(tokenizers, self))
} else {
  const { servePreparation } = await import('../pictures/picture-worker.ts')
  servePreparation()
}
