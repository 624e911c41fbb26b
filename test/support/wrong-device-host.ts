/**
 * The inference host with a device that is not what it should be: the real one, whose `webgpu` is
 * the CPU with its values changed as GLEANER_WRONG says: `off`, `nan` or `right`.
 */
import { isMainThread } from 'node:worker_threads'
import ort from 'onnxruntime-node'
import { servePreparation } from '../../src/main/inference/pictures/picture-worker.ts'
import { serveInference } from '../../src/main/inference/host/serve.ts'
import { TOKENIZER_HOST } from './tokenizers.ts'

type Create = (
  path: string,
  options: ort.InferenceSession.SessionOptions,
) => Promise<ort.InferenceSession>

type Run = (
  feeds: ort.InferenceSession.FeedsType,
  fetches: ort.InferenceSession.FetchesType,
) => Promise<ort.InferenceSession.ReturnType>

const wrong = process.env['GLEANER_WRONG']
const create = ort.InferenceSession.create.bind(ort.InferenceSession) as Create

const createWrong: Create = async (path, options) => {
  if (!options.executionProviders?.includes('webgpu')) return create(path, options)
  const session = await create(path, { ...options, executionProviders: ['cpu'] })
  const run = session.run.bind(session) as Run
  const runWrong: Run = async (feeds, fetches) => {
    const outputs = await run(feeds, fetches)
    for (const { data } of Object.values(outputs)) {
      if (!(data instanceof Float32Array) || data.length === 0) continue
      // A tenth of a typical value on each second number, or one number that is none.
      if (wrong === 'off') for (let i = 0; i < data.length; i += 2) data[i] = (data[i] ?? 0) * 1.1
      if (wrong === 'nan') data[0] = NaN
    }
    return outputs
  }
  return Object.assign(session, { run: runWrong })
}

if (isMainThread) {
  Object.assign(ort.InferenceSession, { create: createWrong })
  serveInference(new URL(import.meta.url), TOKENIZER_HOST)
} else servePreparation()
