import { writeSync } from 'node:fs'
import { OPEN_LABEL } from '#shared/contract/labels.ts'
import { openCorpus } from '../../src/main/store/open.ts'
import { putLabelEvent } from '../../src/main/store/repositories/labels.ts'

/** Labels, says what was kept, and dies in the middle: started by a test. */
const corpus = openCorpus(process.argv[2] as string)
for (let i = 0; i < 50; i++) {
  putLabelEvent(corpus.writer, {
    annotator: 'child',
    review: false,
    pairId: 1,
    state: { ...OPEN_LABEL, note: String(i) },
    seconds: 1,
    software: 'test',
  })
  writeSync(1, `${i}\n`)
}
process.kill(process.pid, 'SIGKILL')
