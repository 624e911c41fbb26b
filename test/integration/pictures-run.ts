/** Runs the pictures job on a corpus in a process of its own, to be killed. */
import { runPictures } from '../../src/main/jobs/pictures/pictures.ts'
import { openCorpus } from '../../src/main/store/open.ts'
import { jobContext, LOCAL } from './pictures-support.ts'

const path = process.argv[2] as string
const corpus = openCorpus(path)
const counting = new URL('./pictures-counting-host.ts', import.meta.url)
const host = process.env.PICTURES_TEST_LOG === undefined ? {} : { host: counting }
const images = process.argv[3] ?? 'archive'
await runPictures(corpus, { corpus: path, images, retryFailed: false }, jobContext(host), {
  fetch: LOCAL,
})
corpus.close()
