/**
 * `npm run fuzz -- --minutes 60 [--seed 1] [--target NAME,...]`: see test/fuzz/run.ts;
 * `npm run fuzz -- --pages 40000`: see test/fuzz/pages.ts.
 */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { environment, guarded, nodePath, ROOT, setUp } from './setup.mjs'

guarded(() => {
  setUp({ electron: false, build: false })
  const options = process.argv.slice(2)
  const program = options.some((option) => /^--pages(?:=|$)/.test(option)) ? 'pages' : 'run'
  const { status } = spawnSync(nodePath(), [join(ROOT, `test/fuzz/${program}.ts`), ...options], {
    cwd: ROOT,
    stdio: 'inherit',
    env: environment(),
  })
  process.exitCode = status ?? 1
})
