/** An ingest that somebody kills. Arguments: corpus folder, inputs. Prints `done` at its end. */
import { ingest } from './ingest.ts'

const [folder, ...inputs] = process.argv.slice(2) as [string, ...string[]]
const corpus = await ingest(folder, inputs, { workers: 1 })
corpus.close()
console.log('done')
