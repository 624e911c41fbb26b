/** The index of a corpus's texts is written here, and somebody kills it. Argument: the corpus. Tells each batch. */
import { openReader } from '../../src/main/store/open.ts'
import { wholeSpanSet } from '../../src/main/store/repositories/span-sets.ts'
import { createTextIndexing } from '../../src/main/store/texts/index-texts.ts'
import { openTextsForWriting } from '../../src/main/store/texts/texts-db.ts'

const path = process.argv[2] as string
const step = createTextIndexing(openTextsForWriting(path), openReader(path), wholeSpanSet, 50)
for (;;) {
  const { state, more } = step()
  if (!more) break
  process.stdout.write(`${state.pairs}\n`)
}
process.stdout.write('done\n')
