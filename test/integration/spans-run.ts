/** Runs a job on spans in a process of its own, to be killed: `KIND CORPUS MODELS [MODEL]`. */
import { PredictSpansInput, TrainSpansInput } from '#shared/contract/jobs.ts'
import { textEncoder } from '../../src/main/inference/kinds/text-encoder/kind.ts'
import { span } from '../../src/main/inference/kinds/span/kind.ts'
import { resolveModel } from '../../src/main/inference/models/registry.ts'
import { runAltSpans } from '../../src/main/jobs/spans/alt-spans.ts'
import { runPredictSpans } from '../../src/main/jobs/spans/predict-spans.ts'
import { runTrainSpans } from '../../src/main/jobs/spans/train-spans.ts'
import { openCorpus } from '../../src/main/store/open.ts'
import { ALT_RULES, listening, trainingInput } from './spans-support.ts'
import { tokenizers } from '../support/tokenizers.ts'

const [kind, path, models, model] = process.argv.slice(2) as [string, string, string, string]
const corpus = openCorpus(path)
const folders = { bundled: models, user: models, hubCache: models, tokenizers }
const ctx = listening(({ done, unit }) => process.stdout.write(`${done} ${unit}\n`))
if (kind === 'alts') {
  await runAltSpans(corpus, { corpus: path }, ctx, ALT_RULES)
} else if (kind === 'train') {
  const encoder = await resolveModel(folders, textEncoder, model)
  await runTrainSpans(corpus, TrainSpansInput.parse(trainingInput(path)), ctx, folders, encoder)
} else {
  const spans = await resolveModel(folders, span, model)
  const input = PredictSpansInput.parse({ corpus: path, model, device: 'cpu' })
  await runPredictSpans(corpus, input, ctx, spans)
}
corpus.close()
