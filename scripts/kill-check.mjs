/**
 * `npm run kill-check [-- --kills 200 --seed 1 --only KIND]`: kills jobs of all kinds with SIGKILL,
 * goes on, and compares what comes out with what an undisturbed job made.
 */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { environment, guarded, nodePath, ROOT, setUp } from './setup.mjs'

guarded(() => {
  setUp({ electron: false, build: false })
  const { status } = spawnSync(
    nodePath(),
    [join(ROOT, 'test/kill-check/run.ts'), ...process.argv.slice(2)],
    { cwd: ROOT, stdio: 'inherit', env: environment() },
  )
  process.exitCode = status ?? 1
})
