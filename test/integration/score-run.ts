/** Runs the score job on a corpus in a process of its own, to be killed. */
import { runScore } from '../../src/main/jobs/score.ts'
import { openCorpus } from '../../src/main/store/open.ts'
import { tinyModel } from '../support/models.ts'
import { scoreContext } from './score-support.ts'

const path = process.argv[2] as string
const corpus = openCorpus(path)
await runScore(
  corpus,
  { corpus: path, text: 'alt', device: 'cpu' },
  scoreContext(undefined, (done) => process.stdout.write(`${done}\n`)),
  await tinyModel('tiny-clip'),
)
corpus.close()
