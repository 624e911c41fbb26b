/** The inference host on a machine whose `webgpu` computes wrongly and whose `cuda` kills it. */
import { isMainThread } from 'node:worker_threads'
import ort from 'onnxruntime-node'
import { serveInference } from '../../src/main/inference/host/serve.ts'
import { TOKENIZER_HOST } from './tokenizers.ts'
import { servePreparation } from '../../src/main/inference/pictures/picture-worker.ts'

type Create = (
  model: Uint8Array | string,
  options: ort.InferenceSession.SessionOptions,
) => Promise<ort.InferenceSession>

const create = ort.InferenceSession.create.bind(ort.InferenceSession) as Create
const createWrong: Create = async (model, options) => {
  const [device] = options.executionProviders ?? []
  if (device === 'cuda') process.kill(process.pid, 'SIGKILL')
  const session = await create(model, { ...options, executionProviders: ['cpu'] })
  if (device !== 'webgpu') return session
  const run = session.run.bind(session) as (
    feeds: ort.InferenceSession.FeedsType,
  ) => Promise<ort.InferenceSession.ReturnType>
  const runWrong: typeof run = async (feeds) => {
    const outputs = await run(feeds)
    for (const { data } of Object.values(outputs)) {
      if (data instanceof Float32Array) data[0] = (data[0] ?? 0) + 100
    }
    return outputs
  }
  return Object.assign(session, { run: runWrong })
}

if (isMainThread) {
  Object.assign(ort.InferenceSession, { create: createWrong })
  serveInference(new URL(import.meta.url), TOKENIZER_HOST)
} else servePreparation()
