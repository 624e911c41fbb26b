/** `npm run bench [NAME...]`: runs the programs in test/bench one after the other. */
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { environment, guarded, nodePath, ROOT, setUp } from './setup.mjs'

guarded(() => {
  setUp({ electron: false, build: true })
  const folder = join(ROOT, 'test/bench')
  const wanted = process.argv.slice(2)
  const names = readdirSync(folder)
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.slice(0, -3))
    .filter((name) => wanted.length === 0 || wanted.includes(name))
  for (const name of names) {
    process.stdout.write(`\n── ${name}\n`)
    const { status } = spawnSync(nodePath(), [join(folder, `${name}.ts`)], {
      cwd: ROOT,
      stdio: 'inherit',
      env: environment(),
    })
    if (status !== 0) process.exitCode = 1
  }
})
