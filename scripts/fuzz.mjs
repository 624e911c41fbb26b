/** `npm run fuzz -- --minutes 60 [--seed 1] [--target NAME,...]`: see test/fuzz/run.ts. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { environment, guarded, nodePath, ROOT, setUp } from './setup.mjs'

guarded(() => {
  setUp({ electron: false, build: false })
  const { status } = spawnSync(
    nodePath(),
    [join(ROOT, 'test/fuzz/run.ts'), ...process.argv.slice(2)],
    { cwd: ROOT, stdio: 'inherit', env: environment() },
  )
  process.exitCode = status ?? 1
})
