/**
 * `npm run judge-check [-- --runs 2000 --size 200 --write]`: judges the sample corpus 2,000 times at
 * each of five cutoffs, with its truth file as the judge, and looks how often the intervals hold the
 * truth.
 */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { environment, guarded, nodePath, ROOT, setUp } from './setup.mjs'

guarded(() => {
  setUp({ electron: false, build: false })
  const { status } = spawnSync(
    nodePath(),
    [join(ROOT, 'test/judge-check/run.ts'), ...process.argv.slice(2)],
    { cwd: ROOT, stdio: 'inherit', env: environment() },
  )
  process.exitCode = status ?? 1
})
