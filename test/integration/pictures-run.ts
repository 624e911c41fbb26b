/** Runs the pictures job on a corpus in a process of its own, to be killed. */
import { runPictures } from '../../src/main/jobs/pictures/pictures.ts'
import { openCorpus } from '../../src/main/store/open.ts'
import { jobContext } from './pictures-support.ts'

const path = process.argv[2] as string
const corpus = openCorpus(path)
const host = new URL('./pictures-counting-host.ts', import.meta.url)
await runPictures(
  corpus,
  { corpus: path, images: 'archive', retryFailed: false },
  jobContext({ host }),
)
corpus.close()
