/**
 * `npm run fidelity [-- --full]`: compares inference with independent implementations and writes
 * docs/fidelity.md. On Debian it first unpacks a software driver for WebGPU, see driver.mjs.
 */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { unpackDriver } from './driver.mjs'
import { environment, guarded, nodePath, ROOT, setUp } from './setup.mjs'

guarded(async () => {
  setUp({ electron: false, build: false })
  await unpackDriver()
  const { status } = spawnSync(
    nodePath(),
    [join(ROOT, 'test/fidelity/run.ts'), ...process.argv.slice(2)],
    { cwd: ROOT, stdio: 'inherit', env: environment() },
  )
  // The page is part of what `npm test` holds to prettier.
  const prettier = join(ROOT, 'node_modules/prettier/bin/prettier.cjs')
  spawnSync(nodePath(), [prettier, '--write', '--log-level', 'warn', 'docs/fidelity.md'], {
    cwd: ROOT,
    stdio: 'inherit',
  })
  process.exitCode = status ?? 1
})
