/**
 * `npm run study-check [-- --groups 200 --size 384 --keep FOLDER]`: draws 2 x 1,000 pictures with
 * planted faults, makes a study of them by the command line, rates it through the engine, and looks
 * whether what was planted is found.
 */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { environment, guarded, nodePath, ROOT, setUp } from './setup.mjs'

guarded(() => {
  setUp({ electron: false, build: false })
  const { status } = spawnSync(
    nodePath(),
    [join(ROOT, 'test/study-check/run.ts'), ...process.argv.slice(2)],
    { cwd: ROOT, stdio: 'inherit', env: environment() },
  )
  process.exitCode = status ?? 1
})
