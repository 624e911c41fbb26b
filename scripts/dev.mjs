/** `npm run dev`: the window with hot reload; the engine is built anew when its sources change. */
import { spawn } from 'node:child_process'
import { dirname } from 'node:path'
import { join } from 'node:path'
import {
  electronArguments,
  electronPath,
  environment,
  guarded,
  nodePath,
  ROOT,
  setUp,
} from './setup.mjs'

guarded(() => {
  setUp({ electron: true, build: false })
  const child = spawn(
    nodePath(),
    [
      join(ROOT, 'node_modules/electron-vite/bin/electron-vite.js'),
      'dev',
      '--watch',
      '--',
      ...electronArguments(),
    ],
    {
      cwd: ROOT,
      stdio: 'inherit',
      env: environment({
        GLEANER_NODE: nodePath(),
        ELECTRON_EXEC_PATH: electronPath(),
        ELECTRON_OVERRIDE_DIST_PATH: dirname(electronPath()),
      }),
    },
  )
  child.on('exit', (code) => (process.exitCode = code ?? 0))
})
