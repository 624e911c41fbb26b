import { sql as corpus } from './001-corpus.ts'
import { sql as spans } from './002-spans.ts'
import { sql as prompts } from './003-prompts.ts'
import { sql as studies } from './004-studies.ts'
import { sql as measures } from './005-measures.ts'
import { sql as accounts } from './006-accounts.ts'
import { sql as pictureRun } from './007-picture-run.ts'
import { sql as marks } from './008-marks.ts'
import { sql as columns } from './009-columns.ts'
import { sql as judgings } from './010-judgings.ts'
import { sql as versions } from './011-versions.ts'
import { sql as trainingSamples } from './012-training-samples.ts'
import { sql as spanSources } from './013-span-sources.ts'
import { sql as duplicates } from './014-duplicates.ts'
import { sql as tokenCounts } from './015-token-counts.ts'
import { sql as pictureTexts } from './016-picture-texts.ts'

/** In order; the position is the version. Only ever appended to. */
export const migrations: readonly { name: string; sql: string }[] = [
  { name: '001-corpus', sql: corpus },
  { name: '002-spans', sql: spans },
  { name: '003-prompts', sql: prompts },
  { name: '004-studies', sql: studies },
  { name: '005-measures', sql: measures },
  { name: '006-accounts', sql: accounts },
  { name: '007-picture-run', sql: pictureRun },
  { name: '008-marks', sql: marks },
  { name: '009-columns', sql: columns },
  { name: '010-judgings', sql: judgings },
  { name: '011-versions', sql: versions },
  { name: '012-training-samples', sql: trainingSamples },
  { name: '013-span-sources', sql: spanSources },
  { name: '014-duplicates', sql: duplicates },
  { name: '015-token-counts', sql: tokenCounts },
  { name: '016-picture-texts', sql: pictureTexts },
]
